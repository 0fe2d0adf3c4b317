package org.attention4j.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.attention4j.api.MixerProvider;
import org.attention4j.tests.mutants.Mutant;
import org.attention4j.tests.mutants.Mutants;
import org.attention4j.tests.naive.NaiveMixers;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The kit on itself: correct mixers pass every law, every law is failed by a mutant, and says why. */
class SelfTest {
    private static final int TRIES = Integer.getInteger("attention4j.tries", 50);
    private static final long SEED = Long.getLong("attention4j.seed", 20_251_124L);

    @TestFactory
    Stream<DynamicTest> correctMixersPassEveryLaw() {
        return NaiveMixers.all().stream()
                .map(provider -> DynamicTest.dynamicTest(provider.kind().id(), () -> {
                    Report report =
                            Conformance.of(provider).tries(TRIES).seed(SEED).run(ConformanceListener.silent());
                    assertTrue(report.passed(), () -> ReportWriter.table(report));
                    assertEquals(
                            Laws.all().size(),
                            report.results().size() + report.unconcerned().size());
                }));
    }

    @TestFactory
    Stream<DynamicTest> everyMutantIsCaught() {
        return Mutants.all().stream().map(mutant -> DynamicTest.dynamicTest(mutant.toString(), () -> caught(mutant)));
    }

    private static void caught(Mutant mutant) {
        Report report = Conformance.of(mutant.provider())
                .tries(100)
                .seed(SEED)
                .only(mutant.law())
                .run(ConformanceListener.silent());
        assertEquals(1, report.results().size(), () -> "the law does not concern the mutant: " + report.unconcerned());
        LawResult result = report.results().get(0);
        assertEquals(
                Verdict.FAIL, result.verdict(), () -> "not caught in " + result.cases() + " cases " + result.note());
        assertTrue(
                result.note().contains(mutant.says()), () -> "expected \"" + mutant.says() + "\" in: " + result.note());
        assertTrue(result.note().contains("--seed " + SEED), result::note);
    }

    @Test
    void everyLawHasAMutant() {
        Set<String> without = new HashSet<>(Laws.all().stream().map(Law::id).toList());
        Mutants.all().forEach(mutant -> without.remove(mutant.law()));
        assertEquals(Set.of(), without);
    }

    @Test
    void everyLawConcernsACorrectMixer() {
        Set<String> unchecked = new HashSet<>(Laws.all().stream().map(Law::id).toList());
        for (MixerProvider provider : NaiveMixers.all()) {
            Conformance.of(provider).tries(1).seed(SEED).run(ConformanceListener.silent()).results().stream()
                    .filter(result -> result.verdict() == Verdict.PASS)
                    .forEach(result -> unchecked.remove(result.law().id()));
        }
        assertEquals(Set.of(), unchecked);
    }

    @Test
    void idsAreUnique() {
        List<String> ids = Laws.all().stream().map(Law::id).toList();
        assertEquals(ids.size(), new HashSet<>(ids).size());
    }
}
