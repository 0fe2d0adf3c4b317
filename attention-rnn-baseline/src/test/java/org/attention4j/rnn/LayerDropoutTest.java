package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;

/** What a recording leaves out between layers; forward leaves out nothing, which the kit knows. */
class LayerDropoutTest {
    private static final int WIDTH = 5;
    private static final int HIDDEN = 6;
    private static final double SHARE = 0.3;
    private static final int SEED = 7;
    private static final MixerConfig ONE = MixerConfig.width(WIDTH)
            .with(Lstm.HIDDEN, HIDDEN)
            .with(Lstm.BIDIRECTIONAL, true)
            .with(Lstm.LAYER_DROPOUT, SHARE)
            .with(Lstm.DROPOUT_SEED, SEED);
    private static final Sequences IN = Sequences.of(
            new LstmCase(WIDTH, HIDDEN, true, true, java.util.List.of(4, 0, 7), 1, 11L).random(1, 3, 8, WIDTH),
            4,
            0,
            7);

    private final Lstm stack = Lstm.of(ONE.with(Lstm.LAYERS, 2), Initializer.seeded(3));
    private final Lstm lower = Lstm.of(ONE, ParameterSource.of(stack.parameters()));
    private final Lstm upper = Lstm.of(ONE.withWidth(2 * HIDDEN), ParameterSource.of(upperParameters()));

    private NamedTensors upperParameters() {
        NamedTensors parameters = LstmProvider.specOf(ONE.withWidth(2 * HIDDEN)).zeroParameters();
        parameters.forEach((name, tensor) -> tensor.copyFrom(stack.parameters().get(name.replace("_l0", "_l1"))));
        return parameters;
    }

    private static Tensor outputOf(Lstm lstm) {
        return Tensor.zeros(IN.batch(), IN.time(), lstm.spec().outputWidth());
    }

    @Test
    void aRecordingIsTheUpperLayerOnWhatIsLeftOfTheLower() {
        try (Workspace workspace = Workspace.threads(2)) {
            Tensor whole = outputOf(stack);
            Recording recording = stack.record(IN, whole, workspace);
            Tensor between = outputOf(lower);
            Recording below = lower.record(IN, between, workspace);
            float[] mask = new float[between.array().length];
            new LayerDropout(SHARE, SEED).apply(0, IN, between.array(), 2 * HIDDEN, mask);
            Sequences left = Sequences.of(between, IN.lengths());
            Tensor top = outputOf(upper);
            Recording above = upper.record(left, top, workspace);
            assertTrue(top.sameBits(whole));

            Gradients all = Gradients.zeros(stack.spec(), IN);
            stack.backward(recording, whole, all, workspace);
            Gradients ofUpper = Gradients.zeros(upper.spec(), left);
            upper.backward(above, whole, ofUpper, workspace);
            Tensor dBetween = ofUpper.input().orElseThrow();
            for (int i = 0; i < mask.length; i++) {
                dBetween.array()[i] *= mask[i];
            }
            Gradients ofLower = Gradients.zeros(lower.spec(), IN);
            lower.backward(below, dBetween, ofLower, workspace);
            assertTrue(all.input().orElseThrow().sameBits(ofLower.input().orElseThrow()));
            ofLower.parameters()
                    .forEach((name, tensor) ->
                            assertTrue(tensor.sameBits(all.parameters().get(name)), name));
            ofUpper.parameters()
                    .forEach((name, tensor) ->
                            assertTrue(tensor.sameBits(all.parameters().get(name.replace("_l0", "_l1"))), name));
        }
    }

    @Test
    void forwardLeavesOutNothing() {
        Tensor out = outputOf(stack);
        Tensor without = outputOf(stack);
        stack.forward(IN, out);
        Lstm.of(ONE.with(Lstm.LAYERS, 2).with(Lstm.LAYER_DROPOUT, 0.0), ParameterSource.of(stack.parameters()))
                .forward(IN, without);
        assertTrue(out.sameBits(without));
    }

    /** Rows of 1,000 values: about the share is 0, the others are multiplied by 1 / (1 − p). */
    @Test
    void theShareOfEachRowIsLeftOut() {
        float[] rows = random(4 * 1_000);
        float[] given = rows.clone();
        float[] mask = mask(rows, new LayerDropout(SHARE, SEED), 0);
        for (int row = 0; row < 4; row++) {
            int zeros = 0;
            for (int i = row * 1_000; i < (row + 1) * 1_000; i++) {
                zeros += mask[i] == 0 ? 1 : 0;
                assertTrue(mask[i] == 0 || mask[i] == (float) (1 / (1 - SHARE)));
                assertEquals(given[i] * mask[i], rows[i]);
            }
            assertEquals(300, zeros, 60, "about four deviations of √210");
        }
    }

    @Test
    void whatIsLeftOutFollowsFromSeedLayerAndValues() {
        float[] rows = random(4 * 1_000);
        float[] mask = mask(rows.clone(), new LayerDropout(0.5, 1), 0);
        assertArrayEquals(mask, mask(rows.clone(), new LayerDropout(0.5, 1), 0));
        assertFalse(Arrays.equals(mask, mask(rows.clone(), new LayerDropout(0.5, 2), 0)));
        assertFalse(Arrays.equals(mask, mask(rows.clone(), new LayerDropout(0.5, 1), 1)));
        assertFalse(
                Arrays.equals(Arrays.copyOf(mask, 1_000), Arrays.copyOfRange(mask, 1_000, 2_000)),
                "rows differ, so what they lose does");
        rows[0] = Math.nextUp(rows[0]);
        float[] other = mask(rows, new LayerDropout(0.5, 1), 0);
        assertFalse(Arrays.equals(Arrays.copyOf(mask, 1_000), Arrays.copyOf(other, 1_000)));
        assertArrayEquals(Arrays.copyOfRange(mask, 1_000, 4_000), Arrays.copyOfRange(other, 1_000, 4_000));
    }

    private static float[] random(int n) {
        return new LstmCase(1, 1, true, false, java.util.List.of(1), 0, 5)
                .random(9, n)
                .toArray();
    }

    private static float[] mask(float[] rows, LayerDropout dropout, int layer) {
        float[] mask = new float[rows.length];
        dropout.apply(layer, Sequences.of(Tensor.zeros(2, 2, 1)), rows, rows.length / 4, mask);
        return mask;
    }
}
