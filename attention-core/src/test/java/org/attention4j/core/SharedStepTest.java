package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps of layers that are wide enough for threads to share a row's outputs: the kit's are not. */
class SharedStepTest {
    private static final int WIDTH = 512;

    private static final MixerConfig PLAIN =
            MixerConfig.width(WIDTH).with("heads", 8).with("causal", true);

    private static final MixerConfig GROUPED = PLAIN.with("key-value-heads", 3)
            .with("heads", 9)
            .with("head-width", 60)
            .with("rotary", "half")
            .with("rotary-width", 60)
            .with("query-key-norm", "rms")
            .with("gate", true);

    @ParameterizedTest
    @CsvSource({"1, 2, false", "1, 3, true", "1, 20, true", "3, 2, true", "3, 5, true", "7, 3, false"})
    void threadsThatShareARowGiveTheBitsOfOne(int batch, int threads, boolean grouped) {
        MultiHeadAttention mixer = MultiHeadAttention.of(grouped ? GROUPED : PLAIN, Initializer.seeded(3));
        AtomicInteger lent = new AtomicInteger();
        MixerState alone = mixer.newState(batch, 8);
        MixerState together = mixer.newState(batch, 8);
        try (Workspace one = Workspace.threads(1);
                Workspace more = Workspace.on(
                        work -> {
                            lent.incrementAndGet();
                            new Thread(work).start();
                        },
                        threads)) {
            for (int i = 0; i < 4; i++) {
                Sequences token = Sequences.of(Values.random(i, batch, 1, WIDTH));
                Tensor expected = Tensor.zeros(batch, 1, WIDTH);
                Tensor actual = Tensor.zeros(batch, 1, WIDTH);
                mixer.step(token, alone, expected, one);
                mixer.step(token, together, actual, more);
                assertSame("step " + i, expected, actual);
                mixer.forward(token, expected, one);
                mixer.forward(token, actual, more);
                assertSame("forward " + i, expected, actual);
            }
        }
        assertTrue(lent.get() > 0, "no thread was asked");
    }
}
