package org.attention4j.tests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.attention4j.api.MixerProvider;
import org.attention4j.tests.mutants.Mutants;
import org.attention4j.tests.naive.NaiveMixers;
import org.junit.jupiter.api.Test;

/** A mixer that declares a bound instead of bits is held to it. */
class ExactnessTest {
    private static LawResult result(double declared, float error) {
        return result(Mutants.inexact(declared, error), "threads-do-not-matter");
    }

    private static LawResult result(MixerProvider provider, String law) {
        return Conformance.of(provider)
                .tries(50)
                .seed(4)
                .only(law)
                .run(ConformanceListener.silent())
                .results()
                .get(0);
    }

    @Test
    void withinTheBoundIsEnough() {
        assertEquals(Verdict.PASS, result(1e-3, 1e-4f).verdict());
    }

    @Test
    void beyondTheBoundIsNot() {
        LawResult result = result(1e-3, 1e-2f);
        assertEquals(Verdict.FAIL, result.verdict());
        assertTrue(result.note().contains(" of the largest number of its row, where 0.001 is declared"), result::note);
    }

    @Test
    void theReportSaysWhatWasDeclaredAndWhatWasSeen() {
        assertCompared("the same bits", NaiveMixers.decayingAverage());
        assertCompared(
                "within 0.5 of the largest number of an output's row; the largest difference was 0.00010",
                Mutants.inexact(0.5, 1e-4f));
        assertCompared("the same bits but for what states round, by 0.001953125 at most", Mutants.rounding(0x1p-9, 8));
    }

    private static void assertCompared(String what, MixerProvider provider) {
        Report report = Conformance.of(provider)
                .tries(20)
                .seed(4)
                .only("threads-do-not-matter", "weights-are-shares")
                .run(ConformanceListener.silent());
        assertEquals(what, report.agreements().stream().map(Object::toString).collect(Collectors.joining("|")));
        assertTrue(ReportWriter.table(report).contains("\ncompared: " + what + "\n"));
        assertEquals(1, ((List<?>) report.toMap().get("agreements")).size());
    }

    @Test
    void undeclaredItIsNot() {
        assertEquals(Verdict.FAIL, result(0, 1e-6f).verdict());
    }

    @Test
    void statesMayRoundByWhatIsDeclared() {
        MixerProvider subject = Mutants.rounding(0x1p-9, 8);
        assertEquals(
                Verdict.PASS, result(subject, "token-by-token-equals-whole").verdict());
        assertEquals(Verdict.PASS, result(subject, "ragged-chunks-equal-whole").verdict());
        assertEquals(Verdict.PASS, result(subject, "threads-do-not-matter").verdict());
    }

    @Test
    void statesMayNotRoundByMore() {
        LawResult result = result(Mutants.rounding(0x1p-9, 2), "token-by-token-equals-whole");
        assertEquals(Verdict.FAIL, result.verdict());
        assertTrue(result.note().contains("as states round by"), result::note);
    }

    @Test
    void onlyStepsMayBeOff() {
        LawResult result = result(Mutants.roundingForward(0x1p-9), "threads-do-not-matter");
        assertEquals(Verdict.FAIL, result.verdict());
    }
}
