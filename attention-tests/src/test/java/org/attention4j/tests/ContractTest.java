package org.attention4j.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.PropertyDefaults;
import org.attention4j.api.MixerProvider;
import org.attention4j.tests.mutants.Mutants;
import org.attention4j.tests.naive.NaiveMixers;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The library form, run as a plugin's tests are. */
class ContractTest {
    /** A plugin's test. */
    static class Correct implements MixerContract {
        @Override
        public MixerProvider subject() {
            return NaiveMixers.decayingAverage();
        }
    }

    /** A plugin's test of a mixer that breaks a law and says so; the second waiver has outlived its reason. */
    @PropertyDefaults(tries = 7)
    static class Waived implements CausalContract {
        @Override
        public MixerProvider subject() {
            return Mutants.of("prefix-equals-whole").provider();
        }

        @Override
        public Waivers waivers() {
            return Waivers.none()
                    .with("prefix-equals-whole", "known")
                    .with("earlier-outputs-have-no-later-gradient", "long ago");
        }
    }

    /** A plugin's test of a mixer that is broken. */
    static class Failing implements CausalContract {
        @Override
        public MixerProvider subject() {
            return Mutants.of("later-inputs-do-not-matter").provider();
        }
    }

    private static Map<String, String> run(Class<?> test) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(test))
                .configurationParameter("jqwik.reporting.onlyfailures", "true")
                .build();
        Map<String, String> results = new HashMap<>();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier property, TestExecutionResult result) {
                if (property.isTest()) {
                    results.put(
                            property.getDisplayName(),
                            result.getStatus()
                                    + result.getThrowable()
                                            .map(thrown -> " " + thrown.getMessage())
                                            .orElse(""));
                }
            }

            @Override
            public void executionSkipped(TestIdentifier property, String reason) {
                results.put(property.getDisplayName(), "SKIPPED " + reason);
            }
        });
        return results;
    }

    @Test
    void everyLawIsAProperty() {
        Map<String, String> results = run(Correct.class);
        Set<String> expected = new HashSet<>();
        for (Law law : Laws.all()) {
            String[] words = law.id().split("-");
            expected.add(words[0]
                    + Stream.of(words)
                            .skip(1)
                            .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                            .reduce("", String::concat));
        }
        assertEquals(expected, results.keySet());
        results.forEach((property, result) -> assertTrue(
                result.equals("SUCCESSFUL") || result.startsWith("SKIPPED does not concern this mixer: "),
                () -> property + " " + result));
    }

    @Test
    void waiversAreReportedAndFailWhenTheyNoLongerApply() {
        Map<String, String> results = run(Waived.class);
        assertEquals("ABORTED waived: known", results.remove("prefixEqualsWhole"));
        assertEquals(
                "FAILED the waiver (\"long ago\") no longer applies: the law held in 7 cases; remove it",
                results.remove("earlierOutputsHaveNoLaterGradient"));
        assertEquals("SUCCESSFUL", results.get("laterInputsDoNotMatter"));
    }

    @Test
    void aFailureNamesTheCase() {
        String failure = run(Failing.class).get("laterInputsDoNotMatter");
        assertTrue(failure.startsWith("FAILED other values from position 1 of 2 on"), failure);
        assertTrue(failure.contains("case:    decaying-average width=1 gain=1.0 sign=plus | batch "), failure);
    }
}
