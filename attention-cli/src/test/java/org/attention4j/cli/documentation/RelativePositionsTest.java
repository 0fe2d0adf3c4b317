package org.attention4j.cli.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.model.files.ElementType;
import org.attention4j.model.files.StateDict;
import org.attention4j.model.files.Weight;
import org.attention4j.model.files.WeightLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/published-models.md}: vectors of distances as papers compute them, read as tables, give what the papers' formulas give. */
class RelativePositionsTest {
    private static final Mixers MIXERS = Mixers.load();
    private static final int WIDTH = 8;
    private static final int HEADS = 2;
    private static final int HEAD_WIDTH = WIDTH / HEADS;
    private static final int TIME = 9;

    /** x Wᵀ + b of each head: [R, D], [H E, D] and [H E] to [H, R, E]. */
    static Tensor ofHeads(Tensor x, Tensor w, Tensor b, int heads) {
        int headWidth = w.extent(0) / heads;
        Tensor out = Tensor.zeros(heads, x.extent(0), headWidth);
        for (int r = 0; r < x.extent(0); r++) {
            for (int o = 0; o < w.extent(0); o++) {
                double sum = b.get(o);
                for (int d = 0; d < w.extent(1); d++) {
                    sum += (double) x.get(r, d) * w.get(o, d);
                }
                out.set((float) sum, o / headWidth, r, o % headWidth);
            }
        }
        return out;
    }

    /** Sines and cosines by turns of i − j = L … −L, [2 L + 1, D]. */
    static Tensor sines(int most, int width) {
        Tensor out = Tensor.zeros(2 * most + 1, width);
        for (int r = 0; r <= 2 * most; r++) {
            for (int d = 0; d < width; d++) {
                double angle = (most - r) / Math.pow(10000, (d - d % 2) / (double) width);
                out.set((float) (d % 2 == 0 ? Math.sin(angle) : Math.cos(angle)), r, d);
            }
        }
        return out;
    }

    /** (v − u)·r of each head and distance: [H, R, E], [H, E] and [H, E] to [H, R]. */
    static Tensor biases(Tensor r, Tensor u, Tensor v) {
        Tensor out = Tensor.zeros(r.extent(0), r.extent(1));
        for (int h = 0; h < r.extent(0); h++) {
            for (int d = 0; d < r.extent(1); d++) {
                double sum = 0;
                for (int e = 0; e < r.extent(2); e++) {
                    sum += ((double) v.get(h, e) - u.get(h, e)) * r.get(h, d, e);
                }
                out.set((float) sum, h, d);
            }
        }
        return out;
    }

    /** A bias of queries and u [H, E]. */
    static Tensor sum(Tensor bias, Tensor u) {
        float[] sum = u.toArray();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += bias.get(i);
        }
        return Tensor.of(sum, sum.length);
    }

    /** The rows of a table [2 S, D] that belong to distances −L … L, one of logarithmic buckets each. */
    static Tensor rowsOfDistances(Tensor table, int most) {
        int span = table.extent(0) / 2;
        Tensor out = Tensor.zeros(2 * most + 1, table.extent(1));
        for (int r = 0; r <= 2 * most; r++) {
            int row = Math.max(0, Math.min(2 * span - 1, span + bucket(most - r, span, most + 1)));
            out.range(r, r + 1).copyFrom(table.range(row, row + 1));
        }
        return out;
    }

    /** DeBERTa-v2's, of i − j, with S buckets for texts of up to {@code longest} positions. */
    static int bucket(int distance, int buckets, int longest) {
        int middle = buckets / 2;
        int far = Math.abs(distance);
        if (far <= middle) {
            return distance;
        }
        float share = (float) Math.log((float) far / middle) / (float) Math.log((longest - 1f) / middle);
        return Integer.signum(distance) * (middle + (int) Math.ceil(share * (middle - 1)));
    }

    /** The score of a query and a key of one head. */
    private interface Score {
        double of(int head, int i, int j);
    }

    /** y = Concat(softmax(scores) v) Wᵀ + b in float64. */
    private static double[][] attend(Score score, double[][] v, Tensor w, Tensor b) {
        double[][] y = new double[TIME][WIDTH];
        for (int i = 0; i < TIME; i++) {
            double[] heads = new double[WIDTH];
            for (int h = 0; h < HEADS; h++) {
                double[] p = new double[TIME];
                double sum = 0;
                for (int j = 0; j < TIME; j++) {
                    p[j] = Math.exp(score.of(h, i, j));
                    sum += p[j];
                }
                for (int j = 0; j < TIME; j++) {
                    for (int e = h * HEAD_WIDTH; e < (h + 1) * HEAD_WIDTH; e++) {
                        heads[e] += p[j] / sum * v[j][e];
                    }
                }
            }
            y[i] = linear(heads, w, b);
        }
        return y;
    }

    private static double[] linear(double[] x, Tensor w, Tensor b) {
        double[] y = new double[w.extent(0)];
        for (int o = 0; o < y.length; o++) {
            y[o] = b.get(o);
            for (int d = 0; d < x.length; d++) {
                y[o] += w.get(o, d) * x[d];
            }
        }
        return y;
    }

    private static double[][] linears(double[][] x, NamedTensors file, String name) {
        return Arrays.stream(x)
                .map(row -> linear(row, file.get(name + ".weight"), file.get(name + ".bias")))
                .toArray(double[][]::new);
    }

    private static double dot(double[] a, double[] b, int head) {
        double sum = 0;
        for (int e = head * HEAD_WIDTH; e < (head + 1) * HEAD_WIDTH; e++) {
            sum += a[e] * b[e];
        }
        return sum;
    }

    private static Tensor random(Random random, int... extents) {
        Tensor tensor = Tensor.zeros(extents);
        float[] x = new float[(int) tensor.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian() * 0.5f;
        }
        return Tensor.of(x, extents);
    }

    private static NamedTensors layers(Random random, String... names) {
        NamedTensors file = NamedTensors.empty();
        for (String name : names) {
            file = file.with(name + ".weight", random(random, WIDTH, WIDTH))
                    .with(name + ".bias", random(random, WIDTH));
        }
        return file;
    }

    private static double[][] rows(Tensor x) {
        double[][] rows = new double[x.extent(0)][x.extent(1)];
        for (int r = 0; r < rows.length; r++) {
            for (int d = 0; d < rows[r].length; d++) {
                rows[r][d] = x.get(r, d);
            }
        }
        return rows;
    }

    private static SequenceMixer read(Path folder, NamedTensors stored, MixerConfig config, WeightLayout layout)
            throws IOException {
        Path file = folder.resolve("model.safetensors");
        StateDict.write(file, stored, ElementType.F32);
        SequenceMixer mixer = MIXERS.create("relative-attention", config, Initializer.seeded(1));
        return mixer.withParameters(
                ParameterSource.of(StateDict.read(file, "", mixer.spec().parameters(), layout)));
    }

    private static void assertOutputs(double[][] expected, SequenceMixer mixer, Tensor x) {
        Tensor out = Tensor.zeros(1, TIME, WIDTH);
        mixer.forward(Sequences.of(Tensor.of(x.toArray(), 1, TIME, WIDTH)), out);
        for (int t = 0; t < TIME; t++) {
            for (int d = 0; d < WIDTH; d++) {
                assertEquals(expected[t][d], out.get(0, t, d), 1e-5, "[" + t + ", " + d + "]");
            }
        }
    }

    /** ((q_i + u)·k_j + (q_i + v)·W_r p_{i−j}) / √E (Dai et al. 2019, section 3.3). */
    @Test
    void transformerXlIsRead(@TempDir Path folder) throws IOException {
        Random random = new Random(1);
        int width = WIDTH;
        int heads = HEADS;
        int most = TIME - 1; // as long as your longest text, less one
        Weight sines = Weight.made("sines", none -> sines(most, width));
        Weight r = Weight.made(
                "distances",
                three -> ofHeads(three.get(0), three.get(1), three.get(2), heads),
                sines,
                Weight.of("linear_pos.weight"),
                Weight.zeros(width));
        Weight u = Weight.of("pos_bias_u");
        Weight c = Weight.made(
                "biases", three -> biases(three.get(0), three.get(1), three.get(2)), r, u, Weight.of("pos_bias_v"));
        Weight queries = Weight.made("sum", two -> sum(two.get(0), two.get(1)), Weight.of("linear_q.bias"), u);
        WeightLayout conformer = WeightLayout.ours()
                .with("relative_key.weight", r)
                .with("relative_bias.weight", c)
                .with("in_proj_weight", Weight.rows("linear_q.weight", "linear_k.weight", "linear_v.weight"))
                .with("in_proj_bias", Weight.rows(queries, Weight.of("linear_k.bias"), Weight.of("linear_v.bias")))
                .part("out_proj.", "linear_out.", WeightLayout.ours());

        NamedTensors file = layers(random, "linear_q", "linear_k", "linear_v", "linear_out")
                .with("linear_pos.weight", random(random, width, width))
                .with("pos_bias_u", random(random, heads, HEAD_WIDTH))
                .with("pos_bias_v", random(random, heads, HEAD_WIDTH));
        Tensor x = random(random, TIME, width);
        double[][] q = linears(rows(x), file, "linear_q");
        double[][] k = linears(rows(x), file, "linear_k");
        double[] added = rows(file.get("pos_bias_u").reshape(1, width))[0];
        double[] addedToDistances = rows(file.get("pos_bias_v").reshape(1, width))[0];
        double[][] vectors = new double[2 * TIME][];
        for (int distance = -most; distance <= most; distance++) {
            double[] p = new double[width];
            for (int d = 0; d < width; d += 2) {
                p[d] = Math.sin(distance * Math.pow(10000, -d / (double) width));
                p[d + 1] = Math.cos(distance * Math.pow(10000, -d / (double) width));
            }
            vectors[distance + most] = linear(p, file.get("linear_pos.weight"), Tensor.zeros(width));
        }
        Score score = (h, i, j) -> {
            double[] withU = new double[width];
            double[] withV = new double[width];
            for (int e = 0; e < width; e++) {
                withU[e] = q[i][e] + added[e];
                withV[e] = q[i][e] + addedToDistances[e];
            }
            return (dot(withU, k[j], h) + dot(withV, vectors[i - j + most], h)) / Math.sqrt(HEAD_WIDTH);
        };
        double[][] expected = attend(
                score, linears(rows(x), file, "linear_v"), file.get("linear_out.weight"), file.get("linear_out.bias"));
        MixerConfig config = MixerConfig.width(width)
                .with("heads", heads)
                .with("relative-distance", most)
                .with("relative-bias", true);
        assertOutputs(expected, read(folder, file, config, conformer), x);
    }

    /** (q_i·k_j + q_i·K_δ + k_j·Q_δ) / √(3E) with δ a bucket of i − j (He et al. 2021, equation 4, and the authors' code). */
    @Test
    void debertaIsRead(@TempDir Path folder) throws IOException {
        Random random = new Random(2);
        int heads = HEADS;
        int most = TIME - 1;
        int span = 6;
        Weight positions =
                Weight.made("rows", one -> rowsOfDistances(one.get(0), most), Weight.of("rel_embeddings.weight"));
        Weight r = Weight.made(
                "distances",
                three -> ofHeads(three.get(0), three.get(1), three.get(2), heads),
                positions,
                Weight.of("key_proj.weight"),
                Weight.of("key_proj.bias"));
        Weight s = Weight.made(
                "distances",
                three -> ofHeads(three.get(0), three.get(1), three.get(2), heads),
                positions,
                Weight.of("query_proj.weight"),
                Weight.of("query_proj.bias"));
        WeightLayout deberta = WeightLayout.ours()
                .with("relative_key.weight", r)
                .with("relative_query.weight", s)
                .with("in_proj_weight", Weight.rows("query_proj.weight", "key_proj.weight", "value_proj.weight"))
                .with("in_proj_bias", Weight.rows("query_proj.bias", "key_proj.bias", "value_proj.bias"))
                .part("out_proj.", "dense.", WeightLayout.ours());

        NamedTensors file = layers(random, "query_proj", "key_proj", "value_proj", "dense")
                .with("rel_embeddings.weight", random(random, 2 * span, WIDTH));
        Tensor x = random(random, TIME, WIDTH);
        double[][] q = linears(rows(x), file, "query_proj");
        double[][] k = linears(rows(x), file, "key_proj");
        double[][] table = rows(file.get("rel_embeddings.weight"));
        double[][] keyOfRow = linears(table, file, "key_proj");
        double[][] queryOfRow = linears(table, file, "query_proj");
        int[] buckets = {0, 1, 2, 3, 4, 5, 5, 5, 5}; // from 4 on 3 + ⌈2 ln(d / 3) / ln(8 / 3)⌉
        Score score = (h, i, j) -> {
            int row = span + Integer.signum(i - j) * buckets[Math.abs(i - j)];
            return (dot(q[i], k[j], h) + dot(q[i], keyOfRow[row], h) + dot(k[j], queryOfRow[row], h))
                    / Math.sqrt(3 * HEAD_WIDTH);
        };
        double[][] expected =
                attend(score, linears(rows(x), file, "value_proj"), file.get("dense.weight"), file.get("dense.bias"));
        MixerConfig config = MixerConfig.width(WIDTH)
                .with("heads", heads)
                .with("relative-distance", most)
                .with("relative-query", true)
                .with("scale", 1 / Math.sqrt(3 * HEAD_WIDTH));
        assertOutputs(expected, read(folder, file, config, deberta), x);
    }
}
