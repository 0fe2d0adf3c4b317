package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Attention whose values, or whose heads' outputs, are not projected. */
class UnprojectedTest {
    private static final int WIDTH = 6;

    /** n, 2n and n' of Bahdanau et al. 2015: widths of a decoder's states, of annotations and of the alignment model. */
    private static final int STATES = 3;

    private static final int ANNOTATIONS = 4;
    private static final int ALIGNMENT = 5;

    private static final ParameterSource RANDOM = (parameter, target) -> target.copyFrom(
            Values.random(parameter.name().hashCode(), parameter.shape().extents()));

    private static MultiHeadAttention bahdanau() {
        MixerConfig config = MixerConfig.width(STATES)
                .with("head-width", ALIGNMENT)
                .with("context-width", ANNOTATIONS)
                .with("bias", false)
                .with("value-projection", false)
                .with("output-projection", false);
        return MultiHeadAttention.of(config, new AdditiveAttention(), RANDOM);
    }

    /** Equations 5 and 6 and appendix A.1.2: c_i = Σ_j α_ij h_j, α the softmax of e_ij = vᵀ tanh(W s_i + U h_j). */
    private static double[] contexts(double[] s, double[] h, double[] w, double[] u, double[] v) {
        int steps = s.length / STATES;
        int positions = h.length / ANNOTATIONS;
        double[] c = new double[steps * ANNOTATIONS];
        for (int i = 0; i < steps; i++) {
            double[] alpha = new double[positions];
            double sum = 0;
            for (int j = 0; j < positions; j++) {
                double energy = 0;
                for (int e = 0; e < ALIGNMENT; e++) {
                    double argument = 0;
                    for (int d = 0; d < STATES; d++) {
                        argument += w[e * STATES + d] * s[i * STATES + d];
                    }
                    for (int d = 0; d < ANNOTATIONS; d++) {
                        argument += u[e * ANNOTATIONS + d] * h[j * ANNOTATIONS + d];
                    }
                    energy += v[e] * Math.tanh(argument);
                }
                alpha[j] = Math.exp(energy);
                sum += alpha[j];
            }
            for (int j = 0; j < positions; j++) {
                for (int d = 0; d < ANNOTATIONS; d++) {
                    c[i * ANNOTATIONS + d] += alpha[j] / sum * h[j * ANNOTATIONS + d];
                }
            }
        }
        return c;
    }

    private static double[] differences(double[] at, ToDoubleFunction<double[]> function) {
        double[] gradient = new double[at.length];
        double[] moved = at.clone();
        for (int i = 0; i < at.length; i++) {
            moved[i] = at[i] + 1e-5;
            double above = function.applyAsDouble(moved);
            moved[i] = at[i] - 1e-5;
            gradient[i] = (above - function.applyAsDouble(moved)) / 2e-5;
            moved[i] = at[i];
        }
        return gradient;
    }

    @Test
    void additiveAttentionIsBahdanausFormula() {
        MultiHeadAttention mixer = bahdanau();
        NamedTensors all = mixer.parameters();
        assertEquals(Set.of("q_proj_weight", "k_proj_weight", "energy.weight"), all.names());
        Tensor states = Values.random(1, 1, 3, STATES);
        Tensor annotations = Values.random(2, 1, 7, ANNOTATIONS);
        Tensor out = Tensor.zeros(1, 3, ANNOTATIONS);
        Workspace workspace = Workspace.threads(1);
        Recording recording = mixer.record(Sequences.of(states), Sequences.of(annotations), out, workspace);

        double[] s = Values.doubles(states);
        double[] h = Values.doubles(annotations);
        double[] w = Values.doubles(all.get("q_proj_weight"));
        double[] u = Values.doubles(all.get("k_proj_weight"));
        double[] v = Values.doubles(all.get("energy.weight"));
        Values.assertClose("context", contexts(s, h, w, u, v), out, 1e-6);
        Tensor forward = Tensor.zeros(out.shape());
        mixer.forward(Sequences.of(states), Sequences.of(annotations), forward, workspace);
        assertArrayEquals(out.toArray(), forward.toArray());
        mixer.forward(Sequences.of(states), mixer.prepare(Sequences.of(annotations), workspace), forward, workspace);
        assertArrayEquals(out.toArray(), forward.toArray());

        Tensor dOut = Values.random(3, 1, 3, ANNOTATIONS);
        double[] d = Values.doubles(dOut);
        Tensor dStates = Tensor.zeros(states.shape());
        Tensor dAnnotations = Tensor.zeros(annotations.shape());
        NamedTensors dAll = all.zerosLike();
        Gradients gradients =
                Gradients.none().withInput(dStates).withContext(dAnnotations).withParameters(dAll);
        mixer.backward(recording, dOut, gradients, workspace);
        Values.assertClose("dS", differences(s, x -> dot(d, contexts(x, h, w, u, v))), dStates, 1e-5);
        Values.assertClose("dH", differences(h, x -> dot(d, contexts(s, x, w, u, v))), dAnnotations, 1e-5);
        Values.assertClose("dW", differences(w, x -> dot(d, contexts(s, h, x, u, v))), dAll.get("q_proj_weight"), 1e-5);
        Values.assertClose("dU", differences(u, x -> dot(d, contexts(s, h, w, x, v))), dAll.get("k_proj_weight"), 1e-5);
        Values.assertClose("dv", differences(v, x -> dot(d, contexts(s, h, w, u, x))), dAll.get("energy.weight"), 1e-5);
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    private static MixerConfig heads(boolean causal) {
        return MixerConfig.width(WIDTH)
                .with("heads", 2)
                .with("causal", causal)
                .with("gate", true)
                .with("bias", false)
                .with("bias-key-value", !causal)
                .with("zero-attention", !causal);
    }

    /** The same with projections that change nothing; no bias, and no rounding in sums of one number and zeros. */
    private static MultiHeadAttention projected(MixerConfig config, MultiHeadAttention unprojected) {
        NamedTensors own = unprojected.parameters();
        return MultiHeadAttention.of(config, (parameter, target) -> {
            if (parameter.name().equals("in_proj_weight")) {
                target.range(0, 2 * WIDTH).copyFrom(own.get("in_proj_weight"));
                one(target.range(2 * WIDTH, 3 * WIDTH));
            } else if (parameter.name().equals("out_proj.weight")) {
                one(target);
            } else {
                target.copyFrom(own.get(parameter.name()));
            }
        });
    }

    private static void one(Tensor matrix) {
        for (int i = 0; i < WIDTH; i++) {
            matrix.set(1, i, i);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void isAttentionWithProjectionsThatChangeNothing(boolean causal) {
        MixerConfig config = heads(causal);
        MultiHeadAttention bare =
                MultiHeadAttention.of(config.with("value-projection", false).with("output-projection", false), RANDOM);
        MultiHeadAttention full = projected(config, bare);
        Sequences in = Sequences.of(Values.random(1, 2, 5, WIDTH), 5, 3);
        Tensor dOut = Values.random(2, 2, 5, WIDTH);
        Tensor[] outs = new Tensor[2];
        Tensor[] dIns = new Tensor[2];
        NamedTensors[] dAll = new NamedTensors[2];
        for (int i = 0; i < 2; i++) {
            MultiHeadAttention mixer = i == 0 ? bare : full;
            outs[i] = Tensor.zeros(2, 5, WIDTH);
            Recording recording = mixer.record(in, Tensor.zeros(2, 5, WIDTH), Workspace.threads(1));
            mixer.forward(in, outs[i], Workspace.threads(2));
            dIns[i] = Tensor.zeros(2, 5, WIDTH);
            dAll[i] = mixer.parameters().zerosLike();
            Gradients wanted = Gradients.none().withInput(dIns[i]).withParameters(dAll[i]);
            mixer.backward(recording, dOut, wanted, Workspace.threads(2));
        }
        assertArrayEquals(outs[1].toArray(), outs[0].toArray(), "outputs");
        Values.assertClose("gradient of the input", Values.doubles(dIns[1]), dIns[0], 1e-5);
        dAll[0].forEach((name, tensor) -> {
            Tensor other = dAll[1].get(name);
            Tensor expected = name.equals("in_proj_weight") ? other.range(0, 2 * WIDTH) : other;
            Values.assertClose(name, Values.doubles(expected), tensor, 1e-5);
        });
    }

    @Test
    void stepsAreTheWhole() {
        MultiHeadAttention bare = MultiHeadAttention.of(
                heads(true).with("value-projection", false).with("output-projection", false), RANDOM);
        Tensor x = Values.random(1, 1, 5, WIDTH);
        Tensor whole = Tensor.zeros(1, 5, WIDTH);
        bare.forward(Sequences.of(x), whole, Workspace.threads(1));
        MixerState state = bare.newState(1, 5);
        for (int t = 0; t < 5; t++) {
            Tensor out = Tensor.zeros(1, 1, WIDTH);
            bare.step(Sequences.of(x.slice(0).range(t, t + 1).reshape(1, 1, WIDTH)), state, out);
            assertArrayEquals(whole.slice(0).range(t, t + 1).toArray(), out.toArray(), "position " + t);
        }
    }

    @Test
    void headsMustTakeAllOfWhatValuesComeFrom() {
        MixerConfig config = MixerConfig.width(WIDTH).with("value-projection", false);
        BadConfigurationException refused = assertThrows(
                BadConfigurationException.class,
                () -> MultiHeadAttention.of(config.with("value-head-width", 4), Initializer.seeded(1)));
        assertTrue(
                refused.getMessage()
                        .contains("needs key-value-heads * value-head-width = context-value-width, were 1, 4 and 6"),
                refused.getMessage());
    }
}
