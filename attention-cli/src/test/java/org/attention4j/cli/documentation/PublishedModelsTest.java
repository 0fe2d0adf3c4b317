package org.attention4j.cli.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.attention4j.api.InitialValue;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.core.MultiHeadAttention;
import org.attention4j.core.RotaryEmbedding;
import org.attention4j.kernels.Activation;
import org.attention4j.model.Block;
import org.attention4j.model.BlockConfig;
import org.attention4j.model.LinearLayer;
import org.attention4j.model.Norm;
import org.attention4j.model.RmsNorm;
import org.attention4j.model.Sequential;
import org.attention4j.model.TransformerEncoder;
import org.attention4j.model.files.ElementType;
import org.attention4j.model.files.StateDict;
import org.attention4j.model.files.Weight;
import org.attention4j.model.files.WeightLayout;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/published-models.md}: every row is a configuration that its mixer takes, and the snippets run. */
class PublishedModelsTest {
    private static final Path PAGE = Path.of("").toAbsolutePath().getParent().resolve("docs/published-models.md");
    private static final Pattern CODE = Pattern.compile("`([^`]*)`");
    private static final Mixers MIXERS = Mixers.load();

    @TestFactory
    Stream<DynamicTest> everyRowIsAConfiguration() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            String[] cells = line.split("\\|");
            if (line.startsWith("| ") && cells.length > 2 && cells[2].contains("width=")) {
                tests.add(DynamicTest.dynamicTest(cells[1].strip(), () -> check(cells[2])));
            }
        }
        assertTrue(tests.size() > 120, tests.size() + " rows");
        return tests.stream();
    }

    /** The code of a cell in order: a kind (multi-head attention before the first), a whole configuration, or options in addition to the last. */
    private static void check(String cell) {
        String kind = "multi-head-attention";
        MixerConfig last = MixerConfig.width(1);
        int made = 0;
        Matcher code = CODE.matcher(cell);
        while (code.find()) {
            String text = code.group(1);
            if (text.contains("=") && !text.contains("_")) { // an underscore: an option of Keras
                last = MIXERS.spec(kind, configuration(kind, text, last)).config();
                made++;
            } else if (MIXERS.kinds().stream().anyMatch(known -> known.id().equals(text))) {
                kind = text;
                last = MixerConfig.width(last.width());
            }
        }
        assertTrue(made > 0, cell);
    }

    private static MixerConfig configuration(String id, String text, MixerConfig last) {
        MixerKind kind = MIXERS.kinds().stream()
                .filter(known -> known.id().equals(id))
                .findFirst()
                .orElseThrow();
        Map<String, String> given = new LinkedHashMap<>();
        for (String option : text.split(" ")) {
            given.put(option.substring(0, option.indexOf('=')), option.substring(option.indexOf('=') + 1));
        }
        String width = given.remove("width");
        MixerConfig config = width == null ? last : MixerConfig.width(Integer.parseInt(width));
        for (Map.Entry<String, String> option : given.entrySet()) {
            Option<?> known = kind.options().options().stream()
                    .filter(one -> one.name().equals(option.getKey()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(option + " of " + id));
            config = config.with(option.getKey(), known.parse(option.getValue()));
        }
        return config;
    }

    @Test
    void aWholeModelIsReadByItsLayout(@TempDir Path folder) throws IOException {
        Mixers mixers = MIXERS;
        int layers = 2;
        int hidden = 24;
        MixerConfig attention = MixerConfig.width(16)
                .with("heads", 4)
                .with("key-value-heads", 2)
                .with("causal", true)
                .with("bias", false)
                .with("rotary", "half");
        Path file = folder.resolve("model.safetensors");
        write(file, layers, hidden);
        String own = "self_attn.";
        WeightLayout block = WeightLayout.ours()
                .with(
                        own + "in_proj_weight",
                        Weight.rows(own + "q_proj.weight", own + "k_proj.weight", own + "v_proj.weight"))
                .renamed(own + "out_proj.weight", own + "o_proj.weight")
                .part("linear1.", "mlp.gate_proj.", WeightLayout.ours())
                .part("linear3.", "mlp.up_proj.", WeightLayout.ours())
                .part("linear2.", "mlp.down_proj.", WeightLayout.ours())
                .part("norm1.", "input_layernorm.", WeightLayout.ours())
                .part("norm2.", "post_attention_layernorm.", WeightLayout.ours());
        BlockConfig around = BlockConfig.preNorm(hidden)
                .withActivation(Activation.SILU)
                .withGate()
                .withNorm(Norm.RMS)
                .withoutBias()
                .withEpsilon(1e-5)
                .withMixerName("self_attn");
        TransformerEncoder model = TransformerEncoder.of(
                layers,
                source -> mixers.create("multi-head-attention", attention, source),
                around,
                true,
                Initializer.seeded(1));
        WeightLayout all = WeightLayout.ours()
                .layers(layers, "layers.", block)
                .without("embed_tokens.weight"); // read by an Embedding
        model = model.withParameters(
                ParameterSource.of(StateDict.read(file, "model.", model.spec().parameters(), all)));

        NamedTensors read = model.parameters();
        assertEquals(2, read.get("layers.1.self_attn.in_proj_weight").get(16, 0)); // the first row of keys
        assertEquals(3, read.get("layers.1.self_attn.in_proj_weight").get(24, 0));
        assertEquals(5, read.get("layers.0.linear1.weight").get(0, 0));
        assertEquals(6, read.get("layers.0.linear3.weight").get(0, 0));
    }

    /** Two lists for angles, and projections that stand in one matrix. */
    @Test
    void phi3IsRead(@TempDir Path folder) throws IOException {
        int hidden = 24;
        List<Double> shortFactor = List.of(1.0, 1.02);
        List<Double> longFactor = List.of(1.08, 1.11);
        MixerConfig attention = MixerConfig.width(16)
                .with("heads", 4)
                .with("causal", true)
                .with("bias", false)
                .with("rotary", "half")
                .with("rotary-scaling", "longrope")
                .with("rotary-factor", 32)
                .with("rotary-trained-length", 4096);
        String own = "self_attn.";
        MixerConfig longTexts =
                attention.with("rotary-short-factor", shortFactor).with("rotary-long-factor", longFactor);
        MixerConfig shortTexts = longTexts
                .with("rotary-factor", 1)
                .with("rotary-attention-factor", Math.sqrt(1 + Math.log(32) / Math.log(4096))); // as of the long ones
        WeightLayout fused = WeightLayout.ours()
                .renamed(own + "in_proj_weight", own + "qkv_proj.weight")
                .renamed(own + "out_proj.weight", own + "o_proj.weight")
                .with("linear1.weight", Weight.of("mlp.gate_up_proj.weight").rows(0, hidden))
                .with("linear3.weight", Weight.of("mlp.gate_up_proj.weight").rows(hidden, 2 * hidden))
                .part("linear2.", "mlp.down_proj.", WeightLayout.ours())
                .part("norm1.", "input_layernorm.", WeightLayout.ours())
                .part("norm2.", "post_attention_layernorm.", WeightLayout.ours());
        Tensor gateUp = full(3, 2 * hidden, 16);
        gateUp.range(hidden, 2 * hidden).fill(4);
        Path file = folder.resolve("model.safetensors");
        NamedTensors layer = NamedTensors.empty()
                .with("self_attn.qkv_proj.weight", full(1, 48, 16))
                .with("self_attn.o_proj.weight", full(2, 16, 16))
                .with("mlp.gate_up_proj.weight", gateUp)
                .with("mlp.down_proj.weight", full(5, 16, hidden))
                .with("input_layernorm.weight", full(6, 16))
                .with("post_attention_layernorm.weight", full(7, 16));
        StateDict.write(file, layer, ElementType.BF16);
        BlockConfig around = BlockConfig.preNorm(hidden)
                .withActivation(Activation.SILU)
                .withGate()
                .withNorm(Norm.RMS)
                .withoutBias()
                .withEpsilon(1e-5)
                .withMixerName("self_attn");
        for (MixerConfig config : List.of(longTexts, shortTexts)) {
            Block block = Block.of(
                    MIXERS.create("multi-head-attention", config, Initializer.seeded(1)),
                    around,
                    Initializer.seeded(1));
            NamedTensors read = block.withParameters(ParameterSource.of(
                            StateDict.read(file, "", block.spec().parameters(), fused)))
                    .parameters();
            assertEquals(1, read.get("self_attn.in_proj_weight").get(47, 0));
            assertEquals(3, read.get("linear1.weight").get(hidden - 1, 0));
            assertEquals(4, read.get("linear3.weight").get(0, 0));
        }
    }

    /** Each tensor is full of its number. */
    private static void write(Path file, int layers, int hidden) throws IOException {
        NamedTensors tensors = NamedTensors.empty();
        for (int i = 0; i < layers; i++) {
            tensors = tensors.and(
                    "model.layers." + i + ".",
                    NamedTensors.empty()
                            .with("self_attn.q_proj.weight", full(1, 16, 16))
                            .with("self_attn.k_proj.weight", full(2, 8, 16))
                            .with("self_attn.v_proj.weight", full(3, 8, 16))
                            .with("self_attn.o_proj.weight", full(4, 16, 16))
                            .with("mlp.gate_proj.weight", full(5, hidden, 16))
                            .with("mlp.up_proj.weight", full(6, hidden, 16))
                            .with("mlp.down_proj.weight", full(7, 16, hidden))
                            .with("input_layernorm.weight", full(8, 16))
                            .with("post_attention_layernorm.weight", full(9, 16)));
        }
        NamedTensors all = tensors.with("model.norm.weight", full(10, 16))
                .with("model.embed_tokens.weight", full(11, 3, 16))
                .with("lm_head.weight", full(12, 3, 16));
        StateDict.write(file, all, ElementType.BF16);
    }

    private static ParameterSpec spec(String name, int... extents) {
        return new ParameterSpec(name, Shape.of(extents), InitialValue.zeros());
    }

    private static Tensor full(float value, int... extents) {
        Tensor tensor = Tensor.zeros(extents);
        tensor.fill(value);
        return tensor;
    }

    @Test
    void headsAndGatesAreReordered() {
        int heads = 2;
        int headWidth = 3;
        int width = 6;
        int n = 4;
        Weight headByHead = Weight.of("query_key_value.weight") // GPT-NeoX and BLOOM: [H, 3, E, D] to [3, H, E, D]
                .reshaped(heads, 3, headWidth, width)
                .permuted(1, 0, 2, 3)
                .reshaped(3 * heads * headWidth, width);
        Weight both = Weight.of("q_proj.weight").reshaped(heads, 2, headWidth * width); // Qwen3-Next
        Weight halves = both.permuted(1, 0, 2).reshaped(2 * heads * headWidth, width); // queries, and then gate.weight
        Weight kernel = Weight.of("kernel").transposed(); // Keras GRU: z, r, h to r, z, n
        Weight gates = Weight.rows(kernel.rows(n, 2 * n), kernel.rows(0, n), kernel.rows(2 * n, 3 * n));
        assertTrue(headByHead.toString().startsWith("query_key_value.weight.reshaped"), headByHead.toString());
        assertTrue(halves.toString().startsWith("q_proj.weight.reshaped"), halves.toString());
        assertTrue(gates.toString().startsWith("rows(kernel.permuted[1, 0].rows(4, 8)"), gates.toString());
    }

    @Test
    void normsAndScalesAreMultipliedIn(@TempDir Path folder) throws IOException {
        Weight normed = Weight.of("conv1.weight_v").unitRows().timesRows(Weight.of("conv1.weight_g")); // weight norm
        Weight scaled = Weight.of("mlp.fc2.weight").timesRows(Weight.of("ls2.gamma")); // layer scale
        Weight centred = Weight.of("conv.weight").padded(0, 1); // 128 taps to 129, the last of zeros
        WeightLayout trained = WeightLayout.ours() // a convolution and its trained batch norm, as one with bias=true
                .withBatchNorm("0.", Weight.of("conv.weight"), Weight.zeros(256), "bn.", 1e-3)
                .with(
                        "1.weight",
                        Weight.batchNormScale("norm.", 1e-5).reshaped(256, 1, 1)) // alone: depthwise, of one tap
                .with("1.bias", Weight.zeros(256).batchNormed("norm.", 1e-5));
        Weight filter =
                Weight.made("backwards", tensors -> backwards(tensors.get(0)), Weight.of("filter")); // your code
        assertEquals("timesRows(conv1.weight_v.unitRows(), conv1.weight_g)", normed.toString());
        assertEquals("timesRows(mlp.fc2.weight, ls2.gamma)", scaled.toString());
        assertEquals("conv.weight.padded(0, 1)", centred.toString());
        Path file = folder.resolve("trained.safetensors");
        NamedTensors norm = NamedTensors.empty()
                .with("weight", full(2, 256))
                .with("bias", full(1, 256))
                .with("running_mean", full(3, 256))
                .with("running_var", full(4, 256))
                .with("num_batches_tracked", Tensor.zeros(1));
        NamedTensors stored =
                NamedTensors.empty().with("conv.weight", full(5, 256, 2, 3)).and("bn.", norm);
        StateDict.write(file, stored.and("norm.", norm), ElementType.F32);
        NamedTensors read = StateDict.read(
                file,
                "",
                List.of(
                        spec("0.weight", 256, 2, 3),
                        spec("0.bias", 256),
                        spec("1.weight", 256, 1, 1),
                        spec("1.bias", 256)),
                trained.without("norm.num_batches_tracked"));
        assertEquals(5, read.get("0.weight").get(255, 1, 2), 1e-2);
        assertEquals(-2, read.get("0.bias").get(0), 1e-2);
        assertEquals(1, read.get("1.weight").get(7, 0, 0), 1e-2);
        assertEquals(-2, read.get("1.bias").get(255), 1e-2);
        assertEquals("backwards(filter)", filter.toString());
    }

    /** c_i = Σ_j softmax_j(h_iᵀ W s_j) s_j. */
    @Test
    void luongIsRead(@TempDir Path folder) throws IOException {
        int width = 3;
        MixerConfig general =
                MixerConfig.width(width).with("heads", 1).with("bias", false).with("scale", 1.0);
        MultiHeadAttention luong = MultiHeadAttention.of(
                general.with("value-projection", false).with("output-projection", false), Initializer.seeded(1));
        Weight keys = Weight.made("identity", none -> identity(width));
        WeightLayout score = WeightLayout.ours().with("in_proj_weight", Weight.rows(Weight.of("W"), keys));
        Tensor w = Tensor.of(new float[] {1, -2, 0.5f, 3, 0.25f, -1, 0, 2, 1.5f}, width, width);
        Path file = folder.resolve("luong.safetensors");
        StateDict.write(file, NamedTensors.empty().with("W", w), ElementType.F32);
        luong = luong.withParameters(
                ParameterSource.of(StateDict.read(file, "", luong.spec().parameters(), score)));

        Tensor h = Tensor.of(new float[] {0.5f, -1, 0.25f}, 1, 1, width);
        Tensor s = Tensor.of(new float[] {1, 0.5f, -0.5f, 0.25f, 2, 1}, 1, 2, width);
        Tensor out = Tensor.zeros(1, 1, width);
        luong.forward(Sequences.of(h), Sequences.of(s), out);
        double[] logits = new double[2];
        for (int j = 0; j < 2; j++) {
            for (int r = 0; r < width; r++) {
                for (int c = 0; c < width; c++) {
                    logits[j] += (double) s.get(0, j, r) * w.get(r, c) * h.get(0, 0, c);
                }
            }
        }
        double first = 1 / (1 + Math.exp(logits[1] - logits[0]));
        for (int d = 0; d < width; d++) {
            assertEquals(first * s.get(0, 0, d) + (1 - first) * s.get(0, 1, d), out.get(0, 0, d), 1e-6);
        }
    }

    /** Time, rows and columns: the same steps on all axes change nothing, other steps on one do. */
    @Test
    void positionsHaveSeveralAxes() {
        int[][] ids = {{0, 1, 1, 1, 1}, {0, 1, 1, 2, 2}, {0, 1, 2, 1, 2}};
        Tensor x = random(1, 1, 5, 16);
        Tensor plain = onAxes(ids, x);
        assertEquals(
                0, furthest(plain, onAxes(new int[][] {{5, 6, 6, 6, 6}, {7, 8, 8, 9, 9}, {2, 3, 4, 3, 4}}, x)), 1e-5);
        for (int a = 0; a < 3; a++) {
            int[][] other = {ids[0].clone(), ids[1].clone(), ids[2].clone()};
            other[a][4] += 1;
            assertTrue(furthest(plain, onAxes(other, x)) > 1e-3, "axis " + a);
        }
    }

    private static Tensor onAxes(int[][] ids, Tensor x) {
        int positions = 5;
        int pairs = 4;
        int[] axis = {0, 0, 1, 2};
        double base = 100;
        MultiHeadAttention attention = MultiHeadAttention.of(
                MixerConfig.width(16).with("heads", 2).with("causal", true).with("rotary", "half"),
                (parameter, target) -> target.copyFrom(
                        random(parameter.name().length(), parameter.shape().extents())));
        double[][] angles = new double[positions][pairs];
        for (int t = 0; t < positions; t++) {
            for (int p = 0; p < pairs; p++) {
                angles[t][p] = ids[axis[p]][t] * Math.pow(base, -(double) p / pairs); // Qwen2-VL's text
            }
        }
        MultiHeadAttention turned = attention.withRotary(RotaryEmbedding.ofAngles(angles, false));
        Tensor out = Tensor.zeros(x.shape());
        turned.forward(Sequences.of(x), out);
        return out;
    }

    private static double furthest(Tensor a, Tensor b) {
        double furthest = 0;
        for (int i = 0; i < a.size(); i++) {
            furthest = Math.max(furthest, Math.abs(a.array()[i] - b.array()[i]));
        }
        return furthest;
    }

    /** In (−1, 1). */
    private static Tensor random(long seed, int... extents) {
        SplittableRandom random = new SplittableRandom(seed);
        Tensor tensor = Tensor.zeros(extents);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.array()[i] = 2 * random.nextFloat() - 1;
        }
        return tensor;
    }

    /** DiffLlama, of two pairs of heads and one pair of key heads. */
    @Test
    void differencesOfSoftmaxesAreRead(@TempDir Path folder) throws IOException {
        int width = 8;
        int heads = 4;
        int headWidth = 2;
        float lambda = 0.75f;
        float lambdaInit = 0.25f;
        MixerConfig config = MixerConfig.width(width)
                .with("heads", heads)
                .with("key-value-heads", 2)
                .with("causal", true)
                .with("bias", false);
        NamedTensors file = NamedTensors.empty()
                .with("q_proj.weight", random(1, width, width))
                .with("k_proj.weight", random(2, 4, width))
                .with("v_proj.weight", random(3, 4, width))
                .with("o_proj.weight", random(4, width, width));
        Weight values = Weight.rows("v_proj.weight", "v_proj.weight");
        Initializer source = Initializer.seeded(1);
        SequenceMixer difference = differential(config, width, heads, headWidth, source);
        WeightLayout ofTwo = WeightLayout.ours()
                .with("0.in_proj_weight", Weight.rows(Weight.of("q_proj.weight"), Weight.of("k_proj.weight"), values))
                .with("1.weight", Weight.made("[I, -λ I]", none -> difference(width, lambda)))
                .with("2.weight", Weight.zeros(width).plus(1 - lambdaInit))
                .renamed("3.weight", "o_proj.weight");
        Path path = folder.resolve("differential.safetensors");
        StateDict.write(path, file, ElementType.F32);
        SequenceMixer read = difference.withParameters(
                ParameterSource.of(StateDict.read(path, "", difference.spec().parameters(), ofTwo)));

        Tensor x = random(5, 1, 3, width);
        Tensor out = Tensor.zeros(1, 3, width);
        read.forward(Sequences.of(x), out);
        double[] normed = new double[width]; // of the last position
        for (int pair = 0; pair < 2; pair++) {
            double[] first = weights(file, x, pair, 0);
            double[] second = weights(file, x, pair + 2, 1);
            double squares = 0;
            for (int e = 0; e < 4; e++) {
                for (int j = 0; j < 3; j++) {
                    double value = product(file.get("v_proj.weight"), e, x, j);
                    normed[4 * pair + e] += (first[j] - lambda * second[j]) * value;
                }
                squares += normed[4 * pair + e] * normed[4 * pair + e] / 4;
            }
            for (int e = 0; e < 4; e++) {
                normed[4 * pair + e] *= (1 - lambdaInit) / Math.sqrt(squares + 1e-5);
            }
        }
        for (int d = 0; d < width; d++) {
            double expected = 0;
            for (int e = 0; e < width; e++) {
                expected += file.get("o_proj.weight").get(d, e) * normed[e];
            }
            assertEquals(expected, out.get(0, 2, d), 1e-5, "number " + d);
        }
    }

    private static SequenceMixer differential(
            MixerConfig config, int width, int heads, int headWidth, ParameterSource source) {
        MultiHeadAttention two = MultiHeadAttention.of(
                config.with("value-head-width", 2 * headWidth).with("output-projection", false), source.under("0."));
        SequenceMixer differential = Sequential.of(two)
                .then(LinearLayer.of(2 * width, width, false, source.under("1.")))
                .then(RmsNorm.of(width, heads / 2, 1e-5, source.under("2.")))
                .then(LinearLayer.of(width, width, false, source.under("3.")));
        return differential;
    }

    private static Tensor difference(int width, float lambda) {
        Tensor difference = Tensor.zeros(width, 2 * width);
        for (int i = 0; i < width; i++) {
            difference.set(1, i, i);
            difference.set(-lambda, i, width + i);
        }
        return difference;
    }

    /** Of the last of three positions, with heads of two numbers. */
    private static double[] weights(NamedTensors file, Tensor x, int head, int keyHead) {
        double[] weights = new double[3];
        double sum = 0;
        for (int j = 0; j < 3; j++) {
            double score = 0;
            for (int e = 0; e < 2; e++) {
                score += product(file.get("q_proj.weight"), 2 * head + e, x, 2)
                        * product(file.get("k_proj.weight"), 2 * keyHead + e, x, j);
            }
            weights[j] = Math.exp(score / Math.sqrt(2));
            sum += weights[j];
        }
        for (int j = 0; j < 3; j++) {
            weights[j] /= sum;
        }
        return weights;
    }

    private static double product(Tensor weight, int row, Tensor x, int t) {
        double sum = 0;
        for (int d = 0; d < weight.extent(1); d++) {
            sum += (double) weight.get(row, d) * x.get(0, t, d);
        }
        return sum;
    }

    private static Tensor identity(int width) {
        Tensor result = Tensor.zeros(width, width);
        for (int i = 0; i < width; i++) {
            result.set(1, i, i);
        }
        return result;
    }

    private static Tensor backwards(Tensor tensor) {
        Tensor result = tensor.copy();
        for (int i = 0; i < result.extent(0); i++) {
            result.range(i, i + 1).copyFrom(tensor.range(result.extent(0) - 1 - i, result.extent(0) - i));
        }
        return result;
    }
}
