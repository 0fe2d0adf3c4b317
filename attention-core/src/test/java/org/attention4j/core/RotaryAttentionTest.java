package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;

/** What turned queries and keys make of multi-head attention. */
class RotaryAttentionTest {
    private static final MixerConfig CONFIG = MixerConfig.width(12)
            .with("heads", 4)
            .with("key-value-heads", 2)
            .with("head-width", 6)
            .with("causal", true)
            .with("rotary", "half");

    private static final List<String> FIXED = List.of("none", "linear", "ntk", "yarn", "longrope", "llama3");

    private static MultiHeadAttention mixer(MixerConfig config) {
        return MultiHeadAttention.of(config, Initializer.seeded(5));
    }

    private static Tensor forward(MultiHeadAttention mixer, Tensor x) {
        Tensor out = Tensor.zeros(x.shape());
        try (Workspace workspace = Workspace.threads(1)) {
            mixer.forward(Sequences.of(x), out, workspace);
        }
        return out;
    }

    private static Tensor from(Tensor x, int first) {
        int rows = x.extent(1) - first;
        return x.slice(0)
                .range(first, x.extent(1))
                .reshape(1, rows, x.extent(2))
                .copy();
    }

    /** Behind a window's first positions, what came before shifts all positions that are seen by the same. */
    @Property(tries = 60)
    void aShiftOfAllPositionsChangesNothing(
            @ForAll @IntRange(max = 5) int scaling,
            @ForAll boolean interleaved,
            @ForAll @IntRange(min = 1, max = 300) int shift,
            @ForAll @IntRange(min = 2, max = 9) int window,
            @ForAll long seed) {
        MultiHeadAttention mixer = mixer(CONFIG.with("window", window)
                .with("rotary", interleaved ? "interleaved" : "half")
                .with("rotary-width", 4)
                .with("rotary-scaling", FIXED.get(scaling))
                .with("rotary-factor", 3.0)
                .with("rotary-trained-length", 16));
        Tensor x = Values.random(seed, 1, shift + window + 4, 12);
        Tensor all = forward(mixer, x);
        Tensor later = forward(mixer, from(x, shift));
        for (int t = window - 1; t < window + 4; t++) {
            for (int d = 0; d < 12; d++) {
                assertEquals(all.get(0, shift + t, d), later.get(0, t, d), 2e-5, "position " + t);
            }
        }
    }

    /** Past the trained length too, a position turns as if it ended the sequence. */
    @Property(tries = 30)
    void dynamicScalingDoesNotLookAhead(
            @ForAll @IntRange(min = 2, max = 30) int trained,
            @ForAll @IntRange(min = 1, max = 40) int time,
            @ForAll @IntRange(max = 40) int cut,
            @ForAll long seed) {
        MultiHeadAttention mixer = mixer(CONFIG.with("rotary-scaling", "dynamic-ntk")
                .with("rotary-factor", 2.0)
                .with("rotary-trained-length", trained));
        Tensor x = Values.random(seed, 1, time, 12);
        Tensor whole = forward(mixer, x);
        MixerState state = mixer.newState(1, time);
        int first = Math.min(cut, time);
        for (int[] chunk : new int[][] {{0, first}, {first, time}}) {
            int rows = chunk[1] - chunk[0];
            Tensor in = x.slice(0).range(chunk[0], chunk[1]).reshape(1, rows, 12);
            Tensor out = Tensor.zeros(1, rows, 12);
            mixer.step(Sequences.of(in), state, out);
            assertSame("chunk", whole.slice(0).range(chunk[0], chunk[1]), out.slice(0));
        }
        Tensor unscaled = forward(mixer(CONFIG), x);
        boolean same = time <= trained;
        assertEquals(same, unscaled.sameBits(whole), "up to the trained length nothing is scaled, and past it all is");
    }

    @Test
    void thePositionOfTheFirstIsTheIdentity() {
        Tensor x = Values.random(3, 1, 1, 12);
        assertSame("one position", forward(mixer(CONFIG.with("rotary", "none")), x), forward(mixer(CONFIG), x));
    }

    @Test
    void anEmbeddingOfOnesOwn() {
        MultiHeadAttention mixer = mixer(CONFIG);
        Tensor x = Values.random(4, 1, 9, 12);
        RotaryScaling divided = new RotaryScaling.LongRope(2, 4, List.of(1.0), List.of(1.0, 2.0, 4.0), 1);
        Tensor own = forward(mixer.withRotary(RotaryEmbedding.of(6).withScaling(divided)), x);
        assertTrue(!own.sameBits(forward(mixer, x)), "other angles, other outputs");
        assertSame("the options' embedding", forward(mixer, x), forward(mixer.withRotary(RotaryEmbedding.of(6)), x));
        String wide = assertThrows(BadConfigurationException.class, () -> mixer.withRotary(RotaryEmbedding.of(8)))
                .getMessage();
        assertTrue(wide.contains("8") && wide.contains("6"), wide);
        MultiHeadAttention none = mixer(CONFIG.with("rotary", "none"));
        assertThrows(BadConfigurationException.class, () -> none.withRotary(RotaryEmbedding.of(6)));
    }

    /** Of two axes, rows and columns of a grid of three; and of one axis what the options say. */
    @Test
    void anglesOfOnesOwn() {
        MultiHeadAttention mixer = mixer(CONFIG.with("rotary-width", 4));
        double[][] line = new double[7][];
        double[][] grid = new double[7][];
        for (int t = 0; t < 7; t++) {
            line[t] = new double[] {t, t * Math.pow(10_000, -0.5)};
            grid[t] = new double[] {t / 3, t % 3};
        }
        Tensor x = Values.random(4, 1, 7, 12);
        MultiHeadAttention onLine = mixer.withRotary(RotaryEmbedding.ofAngles(line, false));
        Tensor expected = forward(mixer, x);
        Tensor got = forward(onLine, x);
        for (int i = 0; i < got.size(); i++) {
            assertEquals(expected.array()[i], got.array()[i], 1e-6, "number " + i);
        }
        MultiHeadAttention onGrid = mixer(CONFIG.with("rotary-width", 4).with("causal", false))
                .withRotary(RotaryEmbedding.ofAngles(grid, false));
        Tensor plain = forward(onGrid, x);
        Tensor one = forward(onGrid, from(x, 4));
        Tensor three = x.slice(0).range(0, 3).reshape(1, 3, 12).copy();
        assertTrue(!plain.sameBits(got) && !one.sameBits(from(plain, 4)), "axes, not the order");
        double[][] lower = {{5, 0}, {5, 1}, {5, 2}};
        Tensor up = forward(onGrid, three);
        Tensor down = forward(onGrid.withRotary(RotaryEmbedding.ofAngles(lower, false)), three);
        for (int i = 0; i < up.size(); i++) {
            assertEquals(up.array()[i], down.array()[i], 1e-6, "five rows below, number " + i);
        }
    }

    @Test
    void positionsWithoutAnglesAreRefusedBeforeAnythingIsWritten() {
        MultiHeadAttention mixer = mixer(CONFIG).withRotary(RotaryEmbedding.ofAngles(new double[4][3], true));
        Tensor x = Values.random(4, 1, 5, 12);
        String says =
                assertThrows(BadShapeException.class, () -> forward(mixer, x)).getMessage();
        assertEquals("positions 0 to 4 are not all in 0 to 3, the tables'", says);
        Sequences in = Sequences.of(x);
        Tensor out = Tensor.zeros(x.shape());
        try (Workspace workspace = Workspace.threads(1)) {
            assertThrows(BadShapeException.class, () -> mixer.record(in, out, workspace));
            assertThrows(BadShapeException.class, () -> mixer.prepare(in, workspace));
            assertThrows(BadShapeException.class, () -> mixer.weights(in, Tensor.zeros(1, 4, 5, 5), workspace));
            Sequences key = Sequences.of(from(x, 3));
            assertThrows(BadShapeException.class, () -> mixer.forward(in, key, out, workspace)); // at −3 to 1
            assertThrows(
                    BadShapeException.class, () -> mixer.forward(in, mixer.prepare(key, workspace), out, workspace));
        }
        MixerState state = mixer.newState(1, 9);
        Tensor four = Tensor.zeros(1, 4, 12);
        mixer.step(Sequences.of(from(x, 1)), state, four);
        Sequences fifth = Sequences.of(from(x, 4));
        assertEquals(
                "positions 4 to 4 are not all in 0 to 3, the tables'",
                assertThrows(BadShapeException.class, () -> mixer.step(fifth, state, Tensor.zeros(1, 1, 12)))
                        .getMessage());
        assertEquals(4, state.position(0));
        assertThrows(BadShapeException.class, () -> RotaryEmbedding.ofAngles(new double[0][], true));
        assertThrows(BadShapeException.class, () -> RotaryEmbedding.ofAngles(new double[][] {{}}, true));
        assertThrows(BadShapeException.class, () -> RotaryEmbedding.ofAngles(new double[][] {{1}, {1, 2}}, true));
        for (double wrong : new double[] {Double.NaN, 1e16, Double.NEGATIVE_INFINITY}) {
            assertThrows(BadShapeException.class, () -> RotaryEmbedding.ofAngles(new double[][] {{wrong}}, true));
        }
    }

    /** Phi-3's: one list for the trained length, one for more. */
    @Test
    void aDivisorForEachPair() {
        List<Double> shorts = List.of(1.0, 1.5, 2.5);
        List<Double> longs = List.of(1.0, 2.0, 4.0);
        MixerConfig divided = CONFIG.with("rotary-scaling", "longrope")
                .with("rotary-trained-length", 4)
                .with("rotary-short-factor", shorts)
                .with("rotary-long-factor", longs);
        Tensor x = Values.random(4, 1, 9, 12);
        for (double factor : new double[] {1, 2}) {
            RotaryScaling scaling = new RotaryScaling.LongRope(factor, 4, shorts, longs, 0);
            assertSame(
                    "by hand, factor " + factor,
                    forward(mixer(CONFIG).withRotary(RotaryEmbedding.of(6).withScaling(scaling)), x),
                    forward(mixer(divided.with("rotary-factor", factor)), x));
        }
        assertSame(
                "one for all",
                forward(mixer(divided.with("rotary-short-factor", 1.5)), x),
                forward(mixer(divided.with("rotary-short-factor", List.of(1.5, 1.5, 1.5))), x));
        String text = mixer(divided).spec().fingerprint();
        assertTrue(text.contains(" rotary-short-factor=1.0,1.5,2.5 "), text);
        assertTrue(text.contains(" rotary-long-factor=1.0,2.0,4.0 "), text);
    }

    @Test
    void divisorsForOtherPairsAreRefused() {
        for (String option : List.of("rotary-short-factor", "rotary-long-factor")) {
            for (MixerConfig config :
                    List.of(CONFIG.with(option, List.of(1, 2)), latent().with(option, List.of(1, 2)))) {
                MixerConfig divided = config.with("rotary-scaling", "longrope").with("rotary-width", 6);
                BadConfigurationException refused = assertThrows(BadConfigurationException.class, () -> spec(divided));
                assertEquals(option, refused.option());
                assertEquals(
                        "option '" + option
                                + "' = 2 divisors: must be one, or one for each of rotary-width / 2 = 3 pairs",
                        refused.getMessage());
                spec(divided.with("rotary-width", 4));
                spec(divided.with("rotary-scaling", "ntk")); // not read
            }
        }
    }

    private static MixerConfig latent() {
        return MixerConfig.width(13).with("latent-width", 4);
    }

    /** Of one attention or the other, by the width. */
    private static MixerSpec spec(MixerConfig config) {
        return config.width() == 12
                ? MultiHeadSpecs.of(MultiHeadAttention.KIND, config)
                : new LatentAttentionProvider().spec(config);
    }

    @Test
    void everyHeadThatThereIsCanBeTurnedWholly() {
        MixerConfig wide = MixerConfig.width(1).with("head-width", 1 << 20).with("bias", false);
        assertEquals(1 << 20, MultiHeadSpecs.of(MultiHeadAttention.KIND, wide).headWidth(), "not turned at all");
        assertEquals(
                1 << 20,
                MultiHeadSpecs.of(MultiHeadAttention.KIND, wide.with("rotary", "half"))
                        .headWidth());
    }

    @Test
    void refused() {
        for (int width : new int[] {3, 8}) {
            String text = assertThrows(BadConfigurationException.class, () -> mixer(CONFIG.with("rotary-width", width)))
                    .getMessage();
            assertTrue(text.contains("rotary-width") && text.contains("" + width) && text.contains("6"), text);
        }
        assertThrows(BadConfigurationException.class, () -> mixer(CONFIG.with("key-value-heads", 3)));
        String layer = assertThrows(
                        BadConfigurationException.class,
                        () -> mixer(MixerConfig.width(4).with("heads", 4).with("query-key-norm", "layer")))
                .getMessage();
        assertTrue(layer.contains("head-width") && layer.contains("1"), layer);
    }
}
