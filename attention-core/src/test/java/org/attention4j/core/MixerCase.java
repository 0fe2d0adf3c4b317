package org.attention4j.core;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;

/** A small attention with sequences to run it on; all values follow from the seed. */
record MixerCase(
        boolean single,
        int keyHeads,
        int group,
        int headWidth,
        int more,
        boolean causal,
        boolean bias,
        boolean biasKeyValue,
        boolean zeroAttention,
        List<Integer> lengths,
        long seed) {
    private static final List<String> NORMS = List.of("none", "rms", "layer");
    private static final List<String> ROTARY = List.of("none", "half", "interleaved");

    static Arbitrary<MixerCase> any() {
        Arbitrary<Integer> length = Arbitraries.frequencyOf(
                Tuple.of(5, Arbitraries.integers().between(0, 9)),
                Tuple.of(1, Arbitraries.integers().between(120, 150)));
        Arbitrary<Boolean> flag = Arbitraries.of(true, false);
        return Combinators.combine(
                        flag,
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(1, 17),
                        Arbitraries.of(0, 0, 1, 5),
                        flag,
                        flag,
                        flag)
                .flatAs((single, heads, group, width, more, causal, bias, extra) -> Combinators.combine(
                                flag, length.list().ofMinSize(1).ofMaxSize(4), Arbitraries.longs())
                        .as((zero, lengths, seed) -> new MixerCase(
                                single, heads, group, width, more, causal, bias, extra, zero, lengths, seed)));
    }

    static Arbitrary<MixerCase> incremental() {
        return any().map(c -> new MixerCase(
                c.single, c.keyHeads, c.group, c.headWidth, c.more, true, c.bias, false, false, c.lengths, c.seed));
    }

    MixerCase asCausal() {
        return new MixerCase(
                single, keyHeads, group, headWidth, more, true, bias, biasKeyValue, zeroAttention, lengths, seed);
    }

    /** Heads of queries: {@code group} of them read each key head. */
    int heads() {
        return keyHeads * group;
    }

    /** Of the input: {@code more} than all heads, so that head-width and value-head-width must be given. */
    int width() {
        return heads() * headWidth + more;
    }

    /** Of heads; it and what follows from the seed, too. */
    String norm() {
        return single || headWidth == 1 ? "none" : NORMS.get((int) Math.floorMod(seed, 3L));
    }

    String rotary() {
        return single || headWidth == 1 ? "none" : ROTARY.get((int) Math.floorMod(seed / 3, 3L));
    }

    boolean gate() {
        return !single && seed / 9 % 2 != 0;
    }

    boolean gateElementwise() {
        return gate() && seed / 18 % 2 != 0;
    }

    /** Cuts off about a third of what is projected; of short sequences, as float64 and float32 may be on two sides of a kink. */
    double projectionClip() {
        return !single && time() < 10 && seed / 36 % 4 == 0 ? 0.9 : 0;
    }

    boolean normTurned() {
        return !norm().equals("none") && !rotary().equals("none") && seed / 144 % 2 != 0;
    }

    /** Of queries, with their position. */
    double growth() {
        return !single && seed / 288 % 3 == 0 ? 0.5 : 0;
    }

    MixerConfig config() {
        MixerConfig config = MixerConfig.width(width()).with("causal", causal).with("bias", bias);
        if (single) {
            return config.with("key-width", headWidth).with("value-width", headWidth + 3);
        }
        MixerConfig grouped = config.with("heads", heads()).with("key-value-heads", keyHeads);
        return (more == 0 ? grouped : grouped.with("head-width", headWidth).with("value-head-width", headWidth + more))
                .with("query-key-norm", norm())
                .with("query-key-norm-epsilon", NaiveHeads.EPSILON)
                .with("query-key-norm-turned", normTurned())
                .with("projection-clip", projectionClip())
                .with("scale-growth", growth())
                .with("scale-growth-step", NaiveHeads.GROWTH_STEP)
                .with("scale-growth-first", 1)
                .with("rotary", rotary())
                .with("rotary-base", 100.0)
                .with("gate", gate())
                .with("gate-elementwise", gateElementwise())
                .with("bias-key-value", biasKeyValue)
                .with("zero-attention", zeroAttention);
    }

    /** Every parameter random, biases too. */
    private ParameterSource source() {
        return (parameter, target) -> {
            target.copyFrom(Values.random(
                    seed + parameter.name().hashCode(), parameter.shape().extents()));
            float factor = parameter.initial() instanceof InitialValue.Constant ? 1 : (float) (1 / Math.sqrt(width()));
            for (int i = 0; i < target.size(); i++) {
                target.array()[i] *= factor;
            }
        };
    }

    ProjectedAttention mixer() {
        return single ? SelfAttention.of(config(), source()) : MultiHeadAttention.of(config(), source());
    }

    ProjectedAttention scalarMixer() {
        ProjectedAttention mixer = mixer();
        return mixer instanceof MultiHeadAttention many
                ? many.withKernels(Kernels.scalar())
                : ((SelfAttention) mixer).withKernels(Kernels.scalar());
    }

    int batch() {
        return lengths.size();
    }

    int time() {
        return lengths.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    int[] lengthArray() {
        return lengths.stream().mapToInt(Integer::intValue).toArray();
    }

    /** Input with a given padding beyond the longest sequence, and NaN in all padding. */
    Sequences input(int padding) {
        int time = time() + padding;
        Tensor tensor = Tensor.zeros(batch(), time, width());
        for (int b = 0; b < batch(); b++) {
            for (int t = 0; t < time; t++) {
                Tensor row = Values.random(seed * 31 + b * 1_000L + t, width());
                if (t >= lengths.get(b)) {
                    row.fill(Float.NaN);
                }
                tensor.write(((long) b * time + t) * width(), row.array(), 0, width());
            }
        }
        return Sequences.of(tensor, lengthArray());
    }

    Sequences input() {
        return input(0);
    }

    /** One sequence alone. */
    Sequences alone(int b) {
        return Sequences.of(input().tensor().slice(b).range(0, lengths.get(b)).reshape(1, lengths.get(b), width()));
    }

    Tensor output(Sequences in) {
        Tensor out = Tensor.zeros(in.batch(), in.time(), single ? headWidth + 3 : width());
        Arrays.fill(out.array(), 7f);
        return out;
    }
}
