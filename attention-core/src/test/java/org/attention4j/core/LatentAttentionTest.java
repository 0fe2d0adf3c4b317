package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;

/** Latent attention against the paper's own form, in which keys and values of every head are made. */
class LatentAttentionTest {
    private static ParameterSource source(long seed) {
        return (parameter, target) -> target.copyFrom(Values.random(
                seed + parameter.name().hashCode(), parameter.shape().extents()));
    }

    private static Tensor forward(LatentAttention mixer, Tensor x) {
        Tensor out = Tensor.zeros(x.shape());
        try (Workspace workspace = Workspace.threads(1)) {
            mixer.forward(Sequences.of(x), out, workspace);
        }
        return out;
    }

    @Property(tries = 40)
    void asWithKeysAndValuesOfEveryHead(
            @ForAll @IntRange(min = 1, max = 4) int heads,
            @ForAll @IntRange(min = 1, max = 9) int keyWidth,
            @ForAll @IntRange(min = 1, max = 9) int valueWidth,
            @ForAll @IntRange(max = 4) int pairs,
            @ForAll @IntRange(min = 1, max = 20) int latent,
            @ForAll @IntRange(max = 7) int queryLatent,
            @ForAll @IntRange(min = 1, max = 20) int time,
            @ForAll boolean interleaved,
            @ForAll long seed) {
        MixerConfig config = MixerConfig.width(6)
                .with("causal", true)
                .with("heads", heads)
                .with("head-width", keyWidth)
                .with("value-head-width", valueWidth)
                .with("rotary-width", 2 * pairs)
                .with("rotary", interleaved ? "interleaved" : "half")
                .with("latent-width", latent)
                .with("query-latent-width", queryLatent);
        LatentAttention mixer = LatentAttention.of(config, source(seed));
        Tensor x = Values.random(seed, 1, time, 6);
        Tensor out = forward(mixer, x);
        double[][] expected = naive(mixer, x.array(), time, interleaved);
        for (int t = 0; t < time; t++) {
            double size = Arrays.stream(expected[t]).map(Math::abs).max().orElse(0);
            for (int d = 0; d < 6; d++) {
                assertEquals(expected[t][d], out.get(0, t, d), 2e-4 * Math.max(1, size), "position " + t);
            }
        }
        assertSame("scalar kernels", out, forward(mixer.withKernels(Kernels.scalar()), x));
        MixerState state = mixer.newState(1, time);
        long rows = (time + 15L) / 16 * 16;
        assertEquals(rows * (latent + 2L * pairs) * 4 + 8, state.bytes(), "the latent and the turned key alone");
        Tensor one = Tensor.zeros(1, 1, 6);
        Tensor all = Tensor.zeros(1, heads, time, time);
        Tensor last = Tensor.zeros(1, heads, 1, time);
        try (Workspace workspace = Workspace.threads(1)) {
            mixer.weights(Sequences.of(x), all, workspace);
            for (int t = 0; t < time; t++) {
                Sequences chunk = Sequences.of(x.slice(0).range(t, t + 1).reshape(1, 1, 6));
                mixer.step(chunk, state, one, workspace);
                assertSame("step", out.slice(0).range(t, t + 1), one.slice(0));
                mixer.weights(chunk, state, last, workspace);
                for (int h = 0; h < heads; h++) {
                    assertSame(
                            "weights",
                            all.slice(0).slice(h).range(t, t + 1),
                            last.slice(0).slice(h));
                }
            }
        }
    }

    private static double[][] naive(LatentAttention mixer, float[] x, int time, boolean interleaved) {
        LatentForm f = mixer.layers.form;
        NamedTensors p = mixer.parameters();
        double[][] in = new double[time][6];
        for (int i = 0; i < x.length; i++) {
            in[i / 6][i % 6] = x[i];
        }
        double[][] from = f.queryLatent() == 0
                ? in
                : norm(linear(in, p.get("q_a_proj.weight")), p.get("q_a_layernorm.weight"), f.queryLatent());
        double[][] q = linear(from, p.get(f.queryName()));
        double[][] rows =
                norm(linear(in, p.get("kv_a_proj_with_mqa.weight")), p.get("kv_a_layernorm.weight"), f.latent());
        double[][] latents = new double[time][];
        Arrays.setAll(latents, t -> Arrays.copyOf(rows[t], f.latent()));
        double[][] up = linear(latents, p.get("kv_b_proj.weight"));
        double[][] heads = new double[time][f.heads() * f.valueWidth()];
        for (int t = 0; t < time; t++) {
            turn(rows[t], f.latent(), f.rotaryWidth(), t, interleaved);
            for (int h = 0; h < f.heads(); h++) {
                turn(q[t], h * f.queryWidth() + f.keyWidth(), f.rotaryWidth(), t, interleaved);
                double[] weights = new double[t + 1];
                for (int s = 0; s <= t; s++) {
                    int key = h * (f.keyWidth() + f.valueWidth());
                    weights[s] = score(q[t], h * f.queryWidth(), up[s], key, rows[s], f);
                }
                double max = Arrays.stream(weights).max().orElse(0);
                double sum = Arrays.stream(weights).map(w -> Math.exp(w - max)).sum();
                for (int s = 0; s <= t; s++) {
                    for (int e = 0; e < f.valueWidth(); e++) {
                        heads[t][h * f.valueWidth() + e] += Math.exp(weights[s] - max)
                                / sum
                                * up[s][h * (f.keyWidth() + f.valueWidth()) + f.keyWidth() + e];
                    }
                }
            }
        }
        return linear(heads, p.get("o_proj.weight"));
    }

    private static double score(double[] q, int at, double[] up, int key, double[] row, LatentForm f) {
        double sum = 0;
        for (int e = 0; e < f.queryWidth(); e++) {
            boolean plain = e < f.keyWidth();
            sum += q[at + e] * (plain ? up[key + e] : row[f.latent() + e - f.keyWidth()]);
        }
        return sum / Math.sqrt(f.queryWidth());
    }

    private static double[][] linear(double[][] x, Tensor weight) {
        double[][] y = new double[x.length][weight.extent(0)];
        for (int t = 0; t < x.length; t++) {
            for (int o = 0; o < y[t].length; o++) {
                for (int i = 0; i < weight.extent(1); i++) {
                    y[t][o] += x[t][i] * weight.get(o, i);
                }
            }
        }
        return y;
    }

    /** The first numbers of each row. */
    private static double[][] norm(double[][] x, Tensor weight, int width) {
        for (double[] row : x) {
            double squares = 0;
            for (int e = 0; e < width; e++) {
                squares += row[e] * row[e] / width;
            }
            for (int e = 0; e < width; e++) {
                row[e] *= weight.get(e) / Math.sqrt(squares + 1e-6);
            }
        }
        return x;
    }

    private static void turn(double[] x, int at, int width, int position, boolean interleaved) {
        for (int p = 0; p < width / 2; p++) {
            int i = at + (interleaved ? 2 * p : p);
            int j = interleaved ? i + 1 : i + width / 2;
            double angle = position * Math.pow(10_000, -2.0 * p / width);
            double u = x[i] * Math.cos(angle) - x[j] * Math.sin(angle);
            x[j] = x[i] * Math.sin(angle) + x[j] * Math.cos(angle);
            x[i] = u;
        }
    }

    /** A prefix as long as the sequence hides nothing. */
    @Test
    void everyQuerySeesThePrefix() {
        MixerConfig config =
                MixerConfig.width(6).with("causal", true).with("heads", 2).with("rotary-width", 0);
        Tensor x = Values.random(5, 1, 3, 6);
        Tensor whole = forward(LatentAttention.of(config.with("prefix", 3), source(3)), x);
        Tensor all = forward(LatentAttention.of(config.with("causal", false), source(3)), x);
        assertSame("prefix of the whole sequence", all, whole);
    }

    @Test
    void refused() {
        MixerConfig config = MixerConfig.width(8).with("heads", 2);
        String odd = assertThrows(
                        BadConfigurationException.class,
                        () -> LatentAttention.of(config.with("rotary-width", 3), source(1)))
                .getMessage();
        assertTrue(odd.contains("rotary-width") && odd.contains("3") && odd.contains("even"), odd);
        assertThrows(
                BadConfigurationException.class, () -> LatentAttention.of(config.with("rotary", "none"), source(1)));
        refused(config.with("cache-type", "int8"), "int8", "float32, float16 or bfloat16");
        refused(config.with("cache", "ring").with("causal", true), "ring", "needs a window or a chunk");
        refused(config.with("position-bias", "t5").with("buckets", 7), "7", "must be even");
    }

    private static void refused(MixerConfig config, String... says) {
        String message = assertThrows(BadConfigurationException.class, () -> LatentAttention.of(config, source(1)))
                .getMessage();
        for (String part : says) {
            assertTrue(message.contains(part), message);
        }
    }
}
