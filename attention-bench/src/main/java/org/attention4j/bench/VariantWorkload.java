package org.attention4j.bench;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Mixers;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionMask;
import org.attention4j.api.variant.AttentionMasks;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.PositionMask;
import org.attention4j.api.variant.ScoreModifier;
import org.attention4j.core.AttentionInputs;
import org.attention4j.core.EntmaxAttention;
import org.attention4j.core.KeyValueCache;
import org.attention4j.core.ScaledDotProductAttention;
import org.attention4j.core.SigmoidAttention;
import org.attention4j.core.SparsemaxAttention;
import org.attention4j.core.TopKAttention;

/**
 * An attention variant, 8 heads of width 64, whose cost is counted by the pairs of a query and a key that see each other: it should take
 * plain attention's time for as many. A mask that leaves few keys to each query is held against sequences of as many positions, too, where as many
 * queries and keys are read for the pairs, and no mask is asked.
 */
final class VariantWorkload implements Workload {
    static final String PREFIX = "variant-";
    /** What the others are held against. */
    static final String PLAIN = PREFIX + "plain";

    /** How kinds of several sequences end. */
    static final String SEQUENCES = "sequences";

    private static final int HEADS = 8;
    private static final int HEAD_WIDTH = 64;
    private static final float[] SLOPES = {0.5f, 0.25f, 0.125f, 0.0625f, 0.03125f, 0.015625f, 0.0078125f, 0.00390625f};

    /**
     * What a variant's name means.
     *
     * @param sizes how many numbers it has
     * @param attention made with the last of them: positions, or the second number where there are two
     */
    private record Variant(int sizes, IntFunction<ScaledDotProductAttention> attention) {}

    private static final SortedMap<String, Variant> VARIANTS =
            Collections.unmodifiableSortedMap(new TreeMap<>(Map.ofEntries(
                    one("plain", n -> ScaledDotProductAttention.plain()),
                    one("causal", n -> causal()),
                    two(SEQUENCES, length -> ScaledDotProductAttention.plain()),
                    two("causal-" + SEQUENCES, length -> causal()),
                    two("window", width -> causal(AttentionMasks.window(width - 1, Integer.MAX_VALUE))),
                    two("chunk", size -> causal(AttentionMasks.chunked(size))),
                    two("prefix", length -> masked(AttentionMasks.causal(0).or(AttentionMasks.prefix(length)))),
                    one("mask", n -> masked((b, h, i, j) -> j <= i)),
                    one("position-mask", n -> masked((PositionMask) (b, i, j) -> j <= i)),
                    one(
                            "precomputed-mask",
                            n -> masked(AttentionMasks.precomputed((b, h, i, j) -> j <= i, 1, HEADS, n, n))),
                    one("soft-cap", n -> ScaledDotProductAttention.plain().withSoftCap(30)),
                    one("modifier", n -> modified((s, b, h, i, j) -> s - SLOPES[h] * Math.abs(i - j))),
                    one("sigmoid", n -> replaced(new SigmoidAttention())),
                    one("sparsemax", n -> replaced(new SparsemaxAttention())),
                    one("entmax", n -> replaced(new EntmaxAttention())),
                    one("top-k", n -> replaced(new TopKAttention())),
                    two("grouped", heads -> ScaledDotProductAttention.plain()),
                    one("decode", n -> ScaledDotProductAttention.plain()),
                    two("grouped-decode", heads -> ScaledDotProductAttention.plain()),
                    two("window-decode", width -> causal(AttentionMasks.window(width - 1, Integer.MAX_VALUE))))));

    private static Map.Entry<String, Variant> one(String name, IntFunction<ScaledDotProductAttention> attention) {
        return Map.entry(PREFIX + name, new Variant(1, attention));
    }

    private static Map.Entry<String, Variant> two(String name, IntFunction<ScaledDotProductAttention> attention) {
        return Map.entry(PREFIX + name, new Variant(2, attention));
    }

    /** Without a mask, as many pairs of as many queries and keys. */
    static final Map<String, String> UNMASKED =
            Map.of(PREFIX + "window", PREFIX + "sequences", PREFIX + "chunk", PREFIX + "causal-sequences");

    /** The workloads that {@code --workloads variants} means. */
    static final List<String> NAMES = List.of(
            "variant-plain:1024",
            "variant-causal:1024",
            "variant-sequences:1024:256",
            "variant-causal-sequences:1024:256",
            "variant-window:1024:256",
            "variant-chunk:1024:256",
            "variant-prefix:1024:256",
            "variant-mask:1024",
            "variant-position-mask:1024",
            "variant-precomputed-mask:1024",
            "variant-soft-cap:1024",
            "variant-modifier:1024",
            "variant-sigmoid:1024",
            "variant-sparsemax:1024",
            "variant-entmax:1024",
            "variant-top-k:1024",
            "variant-grouped:1024:2",
            "variant-plain:8192",
            "variant-sequences:8192:256",
            "variant-window:8192:256",
            "variant-decode:4096",
            "variant-grouped-decode:4096:2",
            "variant-window-decode:32768:256");

    private final ScaledDotProductAttention attention;
    private final AttentionInputs inputs;
    private final Tensor out;
    private final Workspace workspace;
    private final Cost cost;

    VariantWorkload(WorkloadName name, int threads) {
        String variant = name.kind().substring(PREFIX.length());
        int n = name.size(0);
        boolean decode = variant.endsWith("decode");
        int keyHeads = variant.startsWith("grouped") ? name.size(1) : HEADS;
        attention = VARIANTS.get(name.kind())
                .attention()
                .apply(name.size(name.sizes().size() - 1));
        workspace = Workspace.threads(threads);
        int batch = name.sequences() ? n / name.size(1) : 1;
        inputs = decode ? cached(n, keyHeads) : whole(batch, n / batch, keyHeads);
        out = Tensor.zeros(batch, HEADS, decode ? 1 : n / batch, HEAD_WIDTH);
        double pairs = attention.pairs(inputs, workspace).visible();
        double read = decode ? pairs / HEADS * keyHeads * 2 * HEAD_WIDTH * Float.BYTES : 0;
        cost = new Cost(4 * HEAD_WIDTH * pairs, read);
    }

    /** All kinds of variants. */
    static Set<String> kinds() {
        return VARIANTS.keySet();
    }

    /** How many numbers a kind takes; 0 if there is none of that name. */
    static int sizes(String kind) {
        Variant variant = VARIANTS.get(kind);
        return variant == null ? 0 : variant.sizes();
    }

    private static ScaledDotProductAttention causal() {
        return ScaledDotProductAttention.plain().withCausal(true);
    }

    private static ScaledDotProductAttention causal(AttentionMask mask) {
        return causal().withVariant(AttentionVariant.softmax().withMask(mask));
    }

    private static ScaledDotProductAttention masked(AttentionMask mask) {
        return ScaledDotProductAttention.plain()
                .withVariant(AttentionVariant.softmax().withMask(mask));
    }

    private static ScaledDotProductAttention modified(ScoreModifier modifier) {
        return ScaledDotProductAttention.plain()
                .withVariant(AttentionVariant.softmax().withScores(modifier));
    }

    private static ScaledDotProductAttention replaced(AttentionVariantProvider provider) {
        MixerConfig config = MixerConfig.width(HEADS * HEAD_WIDTH).with("heads", HEADS);
        MixerSpec spec = Mixers.load().spec(provider.id(), config);
        return ScaledDotProductAttention.plain().withVariant(provider.variant(spec));
    }

    private static AttentionInputs whole(int batch, int n, int keyHeads) {
        return AttentionInputs.of(
                tensor("q", batch, HEADS, n), tensor("k", batch, keyHeads, n), tensor("v", batch, keyHeads, n));
    }

    private AttentionInputs cached(int n, int keyHeads) {
        KeyValueCache cache = KeyValueCache.of(1, keyHeads, HEAD_WIDTH, HEAD_WIDTH, n);
        cache.append(tensor("k", 1, keyHeads, n), tensor("v", 1, keyHeads, n), workspace);
        return AttentionInputs.of(tensor("q", 1, HEADS, 1), cache);
    }

    private static Tensor tensor(String name, int batch, int heads, int rows) {
        return Tensor.of(Numbers.of(name, batch * heads * rows * HEAD_WIDTH, 1), batch, heads, rows, HEAD_WIDTH);
    }

    @Override
    public Cost cost() {
        return cost;
    }

    @Override
    public void run() {
        attention.forward(inputs, out, workspace);
    }

    @Override
    public Map<String, float[]> compute() {
        run();
        return Map.of("y", out.toArray());
    }

    @Override
    public void close() {
        workspace.close();
    }
}
