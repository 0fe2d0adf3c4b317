package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One sequence is split among threads where that saves time, and only there. */
class UnitPassTest {
    private static Layer layer(String id, int hidden) {
        MixerConfig config = MixerConfig.width(hidden);
        RecurrentMixer mixer =
                switch (id) {
                    case "lstm" -> Lstm.of(config, Initializer.seeded(1), Kernels.preferred());
                    case "gru" -> Gru.of(config, Initializer.seeded(1), Kernels.preferred());
                    default -> Rnn.of(config, Initializer.seeded(1), Kernels.preferred());
                };
        return mixer.stack().layers().get(0);
    }

    private static int ranges(String id, int hidden, int time, int threads) {
        return UnitPass.ranges(layer(id, hidden), Sequences.of(Tensor.zeros(1, time, hidden)), threads);
    }

    @ParameterizedTest
    @CsvSource({"lstm, 128, 1", "lstm, 192, 2", "gru, 128, 1", "gru, 256, 2", "rnn, 256, 1", "rnn, 384, 2"})
    void stepsOfTwoThreads(String id, int hidden, int parts) {
        assertEquals(parts, ranges(id, hidden, 1, 2));
    }

    @ParameterizedTest
    @CsvSource({"lstm, 64, 1", "lstm, 128, 2", "gru, 64, 1", "gru, 128, 2", "rnn, 128, 1", "rnn, 192, 2"})
    void sequencesOfTwoThreads(String id, int hidden, int parts) {
        assertEquals(parts, ranges(id, hidden, 256, 2));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "4, 4", "8, 4", "64, 4"})
    void noPartHasTooFewUnits(int threads, int parts) {
        assertEquals(parts, ranges("lstm", 256, 256, threads));
    }
}
