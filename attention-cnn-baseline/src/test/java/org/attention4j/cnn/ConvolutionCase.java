package org.attention4j.cnn;

import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;

/** A small convolution with sequences to run it on; all values follow from the seed. */
record ConvolutionCase(
        Layout layout, int kernel, int dilation, boolean causal, boolean bias, List<Integer> lengths, long seed) {
    /** D and D' of a group, and how many there are. */
    record Layout(int groups, int in, int out) {}

    static Arbitrary<ConvolutionCase> any() {
        Arbitrary<Layout> grouped = Combinators.combine(
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.oneOf(Arbitraries.integers().between(1, 19), Arbitraries.just(35)),
                        Arbitraries.integers().between(1, 19))
                .as(Layout::new);
        Arbitrary<Layout> depthwise = Arbitraries.oneOf(
                        Arbitraries.integers().between(1, 20), Arbitraries.of(16, 32, 48)) // rows of whole cache lines
                .map(groups -> new Layout(groups, 1, 1));
        Arbitrary<List<Integer>> lengths = Arbitraries.oneOf(
                Arbitraries.integers().between(0, 9).list().ofMinSize(1).ofMaxSize(5),
                Arbitraries.of(List.of(130), List.of(64, 70)));
        return Combinators.combine(
                        Arbitraries.oneOf(grouped, depthwise),
                        Arbitraries.integers().between(1, 5),
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        lengths,
                        Arbitraries.longs())
                .as(ConvolutionCase::new);
    }

    static Arbitrary<ConvolutionCase> causalOnes() {
        return any().map(c -> new ConvolutionCase(c.layout, c.kernel, c.dilation, true, c.bias, c.lengths, c.seed));
    }

    /** So much to do that threads share it. */
    static Arbitrary<ConvolutionCase> large() {
        Arbitrary<Layout> dense = Combinators.combine(
                        Arbitraries.integers().between(32, 40),
                        Arbitraries.integers().between(32, 40))
                .as((in, out) -> new Layout(1, in, out));
        Arbitrary<Layout> depthwise = Arbitraries.integers().between(700, 720).map(groups -> new Layout(groups, 1, 1));
        return Combinators.combine(
                        Arbitraries.oneOf(dense, depthwise),
                        Arbitraries.integers().between(3, 5),
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.of(true, false),
                        Arbitraries.of(List.of(130), List.of(64, 0, 131)),
                        Arbitraries.longs())
                .as((layout, kernel, dilation, causal, lengths, seed) ->
                        new ConvolutionCase(layout, kernel, dilation, causal, true, lengths, seed));
    }

    int in() {
        return layout.groups * layout.in;
    }

    int out() {
        return layout.groups * layout.out;
    }

    int batch() {
        return lengths.size();
    }

    int time() {
        return 1 + lengths.stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** Where tap k reads, counted from the output, as the documentation says it. */
    int shift(int k) {
        int total = dilation * (kernel - 1);
        return k * dilation - (causal ? total : total / 2);
    }

    MixerConfig config() {
        return MixerConfig.width(in())
                .with(Convolution.OUTPUT_WIDTH, out())
                .with(Convolution.GROUPS, layout.groups)
                .with(Convolution.KERNEL, kernel)
                .with(Convolution.DILATION, dilation)
                .with(Convolution.CAUSAL, causal)
                .with(Convolution.BIAS, bias);
    }

    Convolution convolution(Kernels kernels) {
        return Convolution.of(config(), Initializer.seeded(seed), kernels);
    }

    Convolution convolution() {
        return convolution(Kernels.preferred());
    }

    /** Random inputs; the padding holds NaN. */
    Sequences input() {
        return withNanPadding(random(1, batch(), time(), in()));
    }

    /** Random cotangents; the padding holds NaN. */
    Tensor cotangent() {
        return withNanPadding(random(2, batch(), time(), out())).tensor();
    }

    private Sequences withNanPadding(Tensor x) {
        for (int b = 0; b < batch(); b++) {
            x.slice(b).range(lengths.get(b), time()).fill(Float.NaN);
        }
        return Sequences.of(x, lengths.stream().mapToInt(Integer::intValue).toArray());
    }

    Tensor newOutput() {
        Tensor out = Tensor.zeros(batch(), time(), out());
        out.fill(Float.NaN);
        return out;
    }

    /** Positions of one sequence, as a batch of one. */
    static Tensor copyOf(Tensor x, int b, int from, int to) {
        Tensor part = Tensor.zeros(1, to - from, x.extent(2));
        part.slice(0).copyFrom(x.slice(b).range(from, to));
        return part;
    }

    Tensor random(int salt, int... extents) {
        Tensor tensor = Tensor.zeros(extents);
        Random random = new Random(seed * 31 + salt);
        float[] values = new float[(int) tensor.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        tensor.write(0, values, 0, values.length);
        return tensor;
    }
}
