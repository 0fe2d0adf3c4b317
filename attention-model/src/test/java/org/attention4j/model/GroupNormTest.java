package org.attention4j.model;

import static org.attention4j.model.Cases.assertClose;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Capability;
import org.attention4j.api.Initializer;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the laws of mixers, which {@code LayersTest} of the command line runs, do not say. */
class GroupNormTest {
    private static final int WIDTH = 12;
    private static final ParameterSource RANDOM = (parameter, target) -> target.copyFrom(
            Cases.random(parameter.name().hashCode(), parameter.shape().extents()));

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 12})
    void outputsAreTheFormula(int groups) {
        GroupNorm norm = GroupNorm.of(WIDTH, groups, 1e-2, RANDOM);
        Sequences in = Cases.ragged(1, WIDTH, 5, 0, 3, 1);
        Tensor out = Tensor.zeros(in.tensor().shape());
        out.fill(7); // everything is written
        norm.forward(in, out, Workspace.threads(1));
        double[] weight = Cases.doubles(norm.parameters().get("weight"));
        double[] bias = Cases.doubles(norm.parameters().get("bias"));
        for (int b = 0; b < in.batch(); b++) {
            double[] expected = new double[in.time() * WIDTH];
            for (int g = 0; g < groups; g++) {
                group(Cases.doubles(in.tensor().slice(b)), in.length(b), g, WIDTH / groups, weight, bias, expected);
            }
            assertClose(expected, out.slice(b), 1e-5, "sequence " + b);
        }
    }

    /** A layer norm of all numbers of a group, as one row. */
    private static void group(
            double[] x, int length, int group, int size, double[] weight, double[] bias, double[] expected) {
        double[] row = new double[length * size];
        double[] weights = new double[row.length];
        double[] biases = new double[row.length];
        for (int i = 0; i < row.length; i++) {
            int channel = group * size + i % size;
            row[i] = x[i / size * WIDTH + channel];
            weights[i] = weight[channel];
            biases[i] = bias[channel];
        }
        double[] y = Naive.norm(row, weights, biases, 1e-2f);
        for (int i = 0; i < row.length; i++) {
            expected[i / size * WIDTH + group * size + i % size] = y[i];
        }
    }

    /** Sums in float32 would be off by more than their terms. */
    @Test
    void longSequencesLoseNoDigits() {
        int time = 200_001;
        Tensor x = Tensor.zeros(1, time, 1);
        for (int t = 0; t < time; t++) {
            x.set(t % 2 == 0 ? 1000 : 1001, 0, t, 0);
        }
        Tensor out = Tensor.zeros(x.shape());
        GroupNorm.of(1, 1, 1e-5, Initializer.seeded(1)).forward(Sequences.of(x), out, Workspace.threads(1));
        assertEquals(-1, out.get(0, time - 1, 0), 2e-3); // the mean is that of float32
        assertEquals(1, out.get(0, time - 2, 0), 2e-3);
    }

    @Test
    void whatDoesNotVaryBecomesTheBias() {
        GroupNorm norm = GroupNorm.of(WIDTH, WIDTH, 1e-12, RANDOM);
        Tensor out = Tensor.zeros(1, 1, WIDTH);
        norm.forward(Sequences.of(Cases.random(3, 1, 1, WIDTH)), out, Workspace.threads(1));
        assertArrayEquals(norm.parameters().get("bias").toArray(), out.toArray());
    }

    @Test
    void itIsAMixerOfWholeSequences() {
        GroupNorm norm = GroupNorm.of(WIDTH, 3, 1e-5, Initializer.seeded(1));
        assertFalse(norm.spec().causal());
        assertFalse(norm.spec().supports(Capability.INCREMENTAL));
        assertEquals(List.of("weight", "bias"), List.copyOf(norm.parameters().names()));
        assertEquals(1, norm.parameters().get("weight").get(5));
        assertEquals(0, norm.parameters().get("bias").get(5));
    }

    @Test
    void impossibleSizesAreRefused() {
        Initializer source = Initializer.seeded(1);
        assertThrows(BadShapeException.class, () -> GroupNorm.of(0, 1, 1e-5, source));
        BadConfigurationException refused =
                assertThrows(BadConfigurationException.class, () -> GroupNorm.of(WIDTH, 5, 1e-5, source));
        assertEquals("groups", refused.option());
        assertThrows(BadConfigurationException.class, () -> GroupNorm.of(WIDTH, 0, 1e-5, source));
        assertThrows(BadConfigurationException.class, () -> GroupNorm.of(WIDTH, 1, 0, source));
        assertThrows(BadConfigurationException.class, () -> GroupNorm.of(WIDTH, 1, Double.NaN, source));
    }
}
