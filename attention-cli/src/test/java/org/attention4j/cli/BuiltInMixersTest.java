package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.attention4j.api.Mixers;
import org.attention4j.tests.Conformance;
import org.attention4j.tests.ConformanceListener;
import org.attention4j.tests.Report;
import org.attention4j.tests.ReportWriter;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every mixer of the project keeps every law; {@code -Dattention4j.tries} and {@code -Dattention4j.seed} ask for more and for others. */
class BuiltInMixersTest {
    private static final int TRIES = Integer.getInteger("attention4j.tries", 30);
    private static final long SEED = Long.getLong("attention4j.seed", 20_261_124L);

    private final Mixers mixers = Mixers.load();

    @Test
    void allProvidersLoad() {
        assertEquals(List.of(), mixers.failures());
        assertTrue(mixers.ids()
                .containsAll(List.of("convolution", "gru", "lstm", "multi-head-attention", "rnn", "self-attention")));
    }

    @TestFactory
    Stream<DynamicTest> everyMixerKeepsEveryLaw() {
        return mixers.ids().stream()
                .map(id -> DynamicTest.dynamicTest(id, () -> {
                    Report report = Conformance.of(mixers.provider(id))
                            .tries(TRIES)
                            .seed(SEED)
                            .run(ConformanceListener.silent());
                    assertTrue(report.passed(), () -> ReportWriter.table(report));
                }));
    }
}
