package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionMask;
import org.attention4j.api.variant.AttentionMasks;
import org.attention4j.api.variant.AttentionVariant;
import org.junit.jupiter.api.Test;

/** Who sees whom by the options, against the definition pair by pair. */
class MaskOptionsTest {
    private static final Initializer SEED = Initializer.seeded(3);

    private static MultiHeadAttention mixer(MixerConfig config) {
        return MultiHeadAttention.of(config, SEED);
    }

    private static MixerConfig config() {
        return MixerConfig.width(4).with("heads", 2);
    }

    private record Options(boolean causal, int window, int ahead, int chunk, int prefix, int dilation, int globals) {
        MixerConfig config() {
            return MaskOptionsTest.config()
                    .with("causal", causal)
                    .with("window", window)
                    .with("window-ahead", ahead)
                    .with("chunk", chunk)
                    .with("prefix", prefix)
                    .with("dilation", dilation)
                    .with("global-tokens", globals);
        }

        boolean sees(int query, int key) {
            int distance = query - key;
            boolean inWindow = window == 0 && ahead == 0
                    || distance >= 0 && (window == 0 || distance <= (window - 1) * dilation)
                    || distance < 0 && -distance <= ahead * dilation;
            boolean local = inWindow
                    && distance % dilation == 0
                    && (chunk == 0 || Math.floorDiv(query, chunk) == Math.floorDiv(key, chunk));
            boolean global = query >= 0 && query < globals || key < globals;
            return (!causal || key <= query) && (local || global) || key < prefix;
        }
    }

    @Property(tries = 400)
    void weightsLieWhereOptionsSay(
            @ForAll boolean causal,
            @ForAll @IntRange(max = 6) int window,
            @ForAll @IntRange(max = 3) int ahead,
            @ForAll @IntRange(max = 9) int chunk,
            @ForAll @IntRange(max = 3) int prefix,
            @ForAll @IntRange(min = 1, max = 3) int dilation,
            @ForAll @IntRange(max = 2) int globals,
            @ForAll @IntRange(min = 1, max = 20) int queries,
            @ForAll @IntRange(min = 1, max = 20) int keys) {
        Options options = new Options(causal, window, causal ? 0 : ahead, chunk, prefix, dilation, globals);
        MultiHeadAttention mixer;
        try {
            mixer = mixer(options.config());
        } catch (BadConfigurationException contradiction) {
            Assume.that(false);
            return;
        }
        Sequences in = Sequences.of(Values.random(1, 1, queries, 4));
        Sequences context = Sequences.of(Values.random(2, 1, keys, 4));
        Tensor weights = Tensor.zeros(1, 2, queries, keys);
        mixer.weights(in, context, weights, Workspace.threads(1));
        for (int i = 0; i < queries; i++) {
            for (int j = 0; j < keys; j++) {
                boolean seen = options.sees(i + keys - queries, j);
                assertEquals(seen, weights.get(0, 1, i, j) > 0, options + ": " + (i + keys - queries) + " sees " + j);
            }
        }
    }

    /** The variant's own mask is kept beside the options'. */
    @Test
    void aVariantHidesMore() {
        MultiHeadAttention plain = mixer(config().with("causal", true).with("window", 3));
        MultiHeadAttention masked =
                plain.withVariant(AttentionVariant.softmax().withMask((b, h, query, key) -> key != 1));
        Tensor weights = Tensor.zeros(1, 2, 5, 5);
        masked.withParameters(SEED).weights(Sequences.of(Values.random(1, 1, 5, 4)), weights);
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                assertEquals(j <= i && i - j < 3 && j != 1, weights.get(0, 0, i, j) > 0, i + " sees " + j);
            }
        }
    }

    /** A step reads what the whole sequence reads, to the bit, over more positions than blocks have, and reads nothing else. */
    @Test
    void stepsOfAWindow() {
        MixerConfig causal = config().with("causal", true);
        for (MixerConfig config : new MixerConfig[] {
            causal.with("window", 150),
            causal.with("window", 20).with("dilation", 7).with("global-tokens", 2),
            causal.with("chunk", 100),
            causal.with("key-value-heads", 1).with("window", 20).with("global-tokens", 1),
        }) {
            MultiHeadAttention mixer = mixer(config);
            assertSteps(mixer);
            AttentionMask oneHead = (b, h, query, key) -> h == 0 || query - key < 9;
            assertSteps(mixer.withVariant(AttentionVariant.softmax().withMask(oneHead)));
            AttentionMask early = AttentionMasks.prefix(3).not().or((b, h, query, key) -> h == 1);
            assertSteps(mixer.withVariant(AttentionVariant.softmax().withMask(early)));
        }
    }

    private static void assertSteps(MultiHeadAttention mixer) {
        int n = 450;
        Tensor tensor = Values.random(8, 1, n, 4);
        Tensor whole = Tensor.zeros(1, n, 4);
        mixer.forward(Sequences.of(tensor), whole);
        MixerState state = mixer.newState(1, n);
        for (int t = 0; t < n; t++) {
            Tensor out = Tensor.zeros(1, 1, 4);
            mixer.step(Sequences.of(tensor.slice(0).range(t, t + 1).reshape(1, 1, 4)), state, out);
            assertSame("step " + t, whole.slice(0).range(t, t + 1), out.slice(0));
        }
    }

    /** Keys that have left the window are not read: they may hold NaN. */
    @Test
    void aStepReadsItsWindowAlone() {
        int n = 400;
        Tensor k = Values.random(2, 1, 1, n, 8);
        Tensor v = Values.random(3, 1, 1, n, 8);
        AttentionInputs in = AttentionInputs.of(Values.random(1, 1, 4, 1, 8), k, v);
        ScaledDotProductAttention operator = ScaledDotProductAttention.plain()
                .withVariant(AttentionVariant.softmax().withMask(AttentionMasks.window(99, 0)));
        Tensor expected = Tensor.zeros(1, 4, 1, 8);
        Tensor given = Tensor.zeros(1, 4, 1, 8);
        try (Workspace workspace = Workspace.threads(1)) {
            operator.forward(in, expected, workspace);
            k.slice(0).slice(0).range(0, n - 100).fill(Float.NaN);
            v.slice(0).slice(0).range(0, n - 100).fill(Float.NaN);
            operator.forward(in, given, workspace);
            assertSame("window", expected, given);
            PairCount count = operator.pairs(in, workspace);
            assertEquals(400, count.visible());
            assertTrue(count.computed() <= 4 * 128, count::toString);
        }
    }

    @Test
    void aPrefixIsNotCausal() {
        MultiHeadAttention mixer = mixer(config().with("causal", true).with("prefix", 5));
        assertFalse(mixer.spec().causal());
        UnsupportedCapabilityException refusal =
                assertThrows(UnsupportedCapabilityException.class, () -> mixer.newState(1, 4));
        assertTrue(refusal.getMessage().contains("prefix=0, was 5"), refusal::getMessage);
    }

    @Test
    void contradictionsAreRefused() {
        refused("needs causal=false, was true", "causal", true, "window-ahead", 3);
        refused("needs causal=true, was false", "causal", false, "window", 128);
        refused("must be 0 or at least 2", "chunk", 1);
        refused("window of 0 or at least 2, was 1", "causal", true, "window", 1, "dilation", 2);
        refused("was 4", "chunk", 4, "dilation", 4);
        refused("needs a window", "causal", true, "global-tokens", 2);
        refused("needs causal=true, was false", "prefix", 2);
    }

    private static void refused(String part, Object... options) {
        MixerConfig config = config();
        for (int i = 0; i < options.length; i += 2) {
            config = config.with((String) options[i], options[i + 1]);
        }
        MixerConfig given = config;
        BadConfigurationException refusal = assertThrows(BadConfigurationException.class, () -> mixer(given));
        assertTrue(refusal.getMessage().contains(part), refusal::getMessage);
        assertEquals(options[options.length - 2], refusal.option());
        assertEquals(String.valueOf(options[options.length - 1]), refusal.value());
    }

    @Test
    void reachBoundsWhatAStepNeeds() {
        assertEquals(Integer.MAX_VALUE, MaskOptions.reach(config()));
        assertEquals(64, MaskOptions.reach(config().with("window", 64)));
        assertEquals(43, MaskOptions.reach(config().with("window", 8).with("dilation", 6)));
        assertEquals(10, MaskOptions.reach(config().with("window", 64).with("chunk", 10)));
        assertEquals(
                Integer.MAX_VALUE, MaskOptions.reach(config().with("window", 64).with("global-tokens", 1)));
    }
}
