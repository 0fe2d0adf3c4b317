package org.attention4j.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javax.xml.parsers.DocumentBuilderFactory;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.tests.mutants.Mutants;
import org.attention4j.tests.naive.NaiveMixers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** Runs, what they report, and the command. */
class ReportTest {
    private static final Conformance CORRECT =
            Conformance.of(NaiveMixers.decayingAverage()).tries(5).seed(3);
    private static final Conformance BROKEN = Conformance.of(
                    Mutants.of("prefix-equals-whole").provider())
            .tries(20)
            .seed(3);

    private static Report run(Conformance conformance) {
        return conformance.run(ConformanceListener.silent());
    }

    @Test
    void verdictsAreCountedAndWhatDoesNotConcernIsNoPass() {
        Report report = run(CORRECT.only("deterministic", "weights-are-shares", "outputs-bounded"));
        assertEquals(1, report.count(Verdict.PASS));
        assertEquals(1, report.count(Verdict.REFUSED));
        assertEquals("outputs-bounded", report.unconcerned().get(0).law().id());
        assertEquals(10, report.cases());
        assertTrue(report.passed());
        assertTrue(
                report.results().get(1).note().contains("does not support attentive"),
                report.results().get(1)::note);
    }

    @Test
    void aLawOfAnOptionThatFoundNothingToCheckIsNoPassAndSaysSoLoudly() {
        MixerProvider correct = NaiveMixers.attention();
        Report report = run(Conformance.of(new MixerProvider() {
                    @Override
                    public MixerKind kind() {
                        return correct.kind();
                    }

                    @Override
                    public MixerSpec spec(MixerConfig config) {
                        MixerSpec spec = correct.spec(config);
                        if (spec.config().options().get("key-value-heads") instanceof Integer few
                                && few < spec.heads()) {
                            throw new BadConfigurationException("key-value-heads", "" + few, "as many as heads");
                        }
                        return spec;
                    }

                    @Override
                    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                        return correct.create(config, parameters);
                    }
                })
                .tries(3)
                .seed(3)
                .only("deterministic", "grouped-heads-are-repeated-heads"));
        LawResult result = report.results().get(1);
        assertEquals(Verdict.UNCHECKED, result.verdict());
        assertTrue(result.note().contains("the options [key-value-heads]: no configuration is plain"), result::note);
        assertTrue(
                report.summary().contains("1 passed, 0 failed, 0 refused, 0 waived, 1 NOT CHECKED;"), report::summary);
        String table = ReportWriter.table(report);
        assertTrue(table.contains("1 of the laws were NOT CHECKED: this run says nothing of them."), table);
        assertTrue(report.passed());
    }

    @Test
    void aLawThatFoundNothingToCompareInItsCasesIsNoPass() {
        Report report = run(
                Conformance.of(Mutants.withoutStepWeights()).tries(20).seed(3).only("step-weights-equal-whole"));
        LawResult result = report.results().get(0);
        assertEquals(Verdict.UNCHECKED, result.verdict());
        assertTrue(
                result.note().startsWith("there was nothing to check: the weights of steps are refused"), result::note);
    }

    @Test
    void aFailureIsRepeatedByItsSeedAlone() {
        LawResult first = run(BROKEN.only("deterministic", "prefix-equals-whole"))
                .results()
                .get(1);
        LawResult again = run(BROKEN.only("prefix-equals-whole").tries(first.cases()))
                .results()
                .get(0);
        assertEquals(Verdict.FAIL, first.verdict());
        assertEquals(first.note(), again.note());
        assertTrue(
                first.note()
                        .endsWith("repeat:  conform decaying-average --law prefix-equals-whole --seed 3 --tries "
                                + first.cases()),
                first::note);
        assertEquals(1, first.shrunk().orElseThrow().batch(), "shrunk to one sequence");
    }

    @Test
    void aProviderWithoutSpecificationsIsToldTheConfigurationAndWhatCameOfIt() {
        assertUnusable("spec(config) returned null for width=", config -> null);
        assertUnusable("spec(config) threw java.lang.IllegalStateException: no licence for width=", config -> {
            throw new IllegalStateException("no licence");
        });
        assertUnusable("; it may throw BadConfigurationException only\n  at:      org.attention4j.tests", config -> {
            throw new IllegalStateException("no licence");
        });
        assertUnusable("the last, width=", config -> {
            throw new BadConfigurationException("gain", "1", "something else");
        });
        assertUnusable("with: option 'gain'", config -> {
            throw new BadConfigurationException("gain", "1", "something else");
        });
    }

    private static void assertUnusable(String says, Function<MixerConfig, @Nullable MixerSpec> spec) {
        MixerProvider correct = NaiveMixers.decayingAverage();
        Report report = run(Conformance.of(new MixerProvider() {
            @Override
            public MixerKind kind() {
                return correct.kind();
            }

            @Override
            @SuppressWarnings("NullAway")
            public MixerSpec spec(MixerConfig config) {
                return spec.apply(config);
            }

            @Override
            public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                return correct.create(config, parameters);
            }
        }));
        assertFalse(report.passed());
        String note = report.results().get(0).note();
        assertTrue(note.contains(says), note);
    }

    @Test
    void waiversNeedAReasonALawAndAFailure() {
        Waivers waivers = Waivers.none()
                .with("prefix-equals-whole", "sums over the length")
                .with("deterministic", "old");
        Report report = run(BROKEN.waivers(waivers).only("deterministic", "prefix-equals-whole"));
        assertEquals(Verdict.FAIL, report.results().get(0).verdict());
        assertTrue(report.results().get(0).note().contains("no longer applies"));
        assertEquals(Verdict.WAIVED, report.results().get(1).verdict());
        assertTrue(report.results().get(1).note().startsWith("waived: sums over the length"));
        assertThrows(IllegalArgumentException.class, () -> Waivers.none().with("no-such-law", "reason"));
        assertThrows(IllegalArgumentException.class, () -> Waivers.none().with("deterministic", " "));
    }

    @Test
    void theTableHasALineForEachLawAndTheSeed() {
        Report report = run(BROKEN.only("deterministic", "prefix-equals-whole"));
        String table = ReportWriter.table(report);
        assertTrue(table.lines().anyMatch(line -> line.matches("deterministic +every mixer +PASS +20 +\\d+")), table);
        assertTrue(
                table.lines().anyMatch(line -> line.matches("prefix-equals-whole +causal +FAIL +\\d+ +\\d+")), table);
        assertTrue(table.contains("FAIL prefix-equals-whole"), table);
        assertTrue(table.contains("2 laws: 1 passed, 1 failed, 0 refused, 0 waived; 0 more do not concern it"), table);
        assertTrue(table.endsWith("seed 3" + System.lineSeparator()), table);
        assertFalse(table.contains("begin with the first"), table);
    }

    @Test
    void ofSeveralFailuresTheFirstIsTheOneToBeginWith() {
        Waivers needless = Waivers.none().with("deterministic", "old");
        Report report = run(BROKEN.waivers(needless).only("deterministic", "prefix-equals-whole"));
        String table = ReportWriter.table(report);
        assertTrue(table.contains("2 laws failed; begin with the first: others may fail for its cause."), table);
    }

    @Test
    void junitIsXmlWithFailuresAndSkips() throws Exception {
        Report report = run(BROKEN.only("deterministic", "prefix-equals-whole", "weights-are-shares"));
        LawResult odd = new LawResult(
                Laws.named("deterministic"), Verdict.FAIL, 1, 1, "<&\" \u0000 ü", Tally.NONE, Optional.empty());
        List<LawResult> results = new ArrayList<>(report.results());
        results.add(odd);
        StringWriter xml = new StringWriter();
        ReportWriter.junit(new Report("m", 3, 20, results, List.of(), List.of(), 1234), xml);
        Element suite = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(xml.toString())))
                .getDocumentElement();
        assertEquals("4", suite.getAttribute("tests"));
        assertEquals("2", suite.getAttribute("failures"));
        assertEquals("1", suite.getAttribute("skipped"));
        assertEquals("1.234", suite.getAttribute("time"));
        assertEquals(4, suite.getElementsByTagName("testcase").getLength());
        assertEquals("<&\" ? ü", suite.getElementsByTagName("failure").item(1).getTextContent());
    }

    @Test
    void theMapHoldsNothingButMapsListsTextsNumbersAndTruths() {
        Map<String, Object> map =
                run(BROKEN.only("prefix-equals-whole", "outputs-bounded")).toMap();
        assertEquals(false, map.get("passed"));
        assertEquals(1, ((Map<?, ?>) map.get("counts")).get("FAIL"));
        assertPlain(map);
    }

    private static void assertPlain(Object value) {
        if (value instanceof Map<?, ?> map) {
            map.values().forEach(ReportTest::assertPlain);
        } else if (value instanceof List<?> list) {
            list.forEach(ReportTest::assertPlain);
        } else {
            assertTrue(
                    value instanceof String || value instanceof Number || value instanceof Boolean, () -> "" + value);
        }
    }

    @Test
    void theListenerIsToldOfEveryLaw() {
        List<String> told = new ArrayList<>();
        CORRECT.only("deterministic", "no-garbage").run(new ConformanceListener() {
            @Override
            public void started(Law law, int index, int total) {
                told.add("started " + law + " " + index + "/" + total);
            }

            @Override
            public void finished(LawResult result) {
                told.add("finished " + result.law());
            }
        });
        assertEquals(
                List.of(
                        "started deterministic 0/2",
                        "finished deterministic",
                        "started no-garbage 1/2",
                        "finished no-garbage"),
                told);
    }

    @Test
    void theCommandEndsWithTwoWhenItCannotRun() {
        assertEquals(2, Main.run());
        assertEquals(2, Main.run("nonesuch"));
        assertEquals(2, Main.run("--tries", "3"));
        assertEquals(0, Main.run("--help"));
    }

    @Test
    void nonsenseIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> CORRECT.tries(0));
        assertThrows(IllegalArgumentException.class, () -> CORRECT.only("no-such-law"));
        assertFalse(run(Conformance.of(Mutants.providerThatThrows()).seed(1)).passed());
    }
}
