package org.attention4j.rnn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;

/** A small LSTM with sequences to run it on; all values follow from the seed. */
record LstmCase(
        int width, int hidden, boolean bias, boolean bidirectional, List<Integer> lengths, int padding, long seed) {
    static Arbitrary<LstmCase> any() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 9),
                        Arbitraries.integers().between(1, 19),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 9).list().ofMinSize(1).ofMaxSize(7),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.longs())
                .as(LstmCase::new);
    }

    static Arbitrary<LstmCase> unidirectional() {
        return any().map(c -> new LstmCase(c.width, c.hidden, c.bias, false, c.lengths, c.padding, c.seed));
    }

    /** So much to do that threads share it. */
    static Arbitrary<LstmCase> large() {
        Arbitrary<List<Integer>> lengths = Arbitraries.integers()
                .between(0, 40)
                .list()
                .ofMinSize(4)
                .ofMaxSize(7)
                .map(list -> {
                    list.set(list.size() / 2, 40);
                    return list;
                });
        return Combinators.combine(
                        Arbitraries.integers().between(8, 20),
                        Arbitraries.integers().between(32, 48),
                        Arbitraries.of(true, false),
                        lengths,
                        Arbitraries.longs())
                .as((width, hidden, bidirectional, list, seed) ->
                        new LstmCase(width, hidden, true, bidirectional, list, 0, seed));
    }

    /** Fewer sequences than threads, and so wide that threads share them. */
    static Arbitrary<LstmCase> wide() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 9),
                        Arbitraries.of(256, 272, 400),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 9).list().ofMinSize(1).ofMaxSize(2),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.longs())
                .as(LstmCase::new);
    }

    MixerConfig config() {
        return MixerConfig.width(width)
                .with(Lstm.HIDDEN, hidden)
                .with(Lstm.BIAS, bias)
                .with(Lstm.BIDIRECTIONAL, bidirectional);
    }

    Lstm lstm(Kernels kernels) {
        return Lstm.of(config(), Initializer.seeded(seed), kernels);
    }

    Lstm lstm() {
        return lstm(Kernels.preferred());
    }

    int batch() {
        return lengths.size();
    }

    int time() {
        return lengths.stream().mapToInt(Integer::intValue).max().orElse(0) + padding;
    }

    int directions() {
        return bidirectional ? 2 : 1;
    }

    /** Random inputs; the padding holds NaN. */
    Sequences input() {
        Tensor x = random(1, batch(), time(), width);
        for (int b = 0; b < batch(); b++) {
            for (int t = lengths.get(b); t < time(); t++) {
                for (int d = 0; d < width; d++) {
                    x.set(Float.NaN, b, t, d);
                }
            }
        }
        return Sequences.of(x, lengths.stream().mapToInt(Integer::intValue).toArray());
    }

    /** One sequence of {@link #input} without its padding. */
    static Sequences alone(Sequences in, int b) {
        return Sequences.of(copyOf(in.tensor(), b, 0, in.length(b)));
    }

    /** Positions of one sequence, as a batch of one. */
    static Tensor copyOf(Tensor x, int b, int from, int to) {
        Tensor part = Tensor.zeros(1, to - from, x.extent(2));
        part.copyFrom(x.slice(b).range(from, to).reshape(1, to - from, x.extent(2)));
        return part;
    }

    Tensor newOutput() {
        Tensor out = Tensor.zeros(batch(), time(), directions() * hidden);
        out.fill(Float.NaN);
        return out;
    }

    NamedTensors hidden(int salt) {
        Map<String, Tensor> hiddens = new LinkedHashMap<>();
        hiddens.put("h", random(salt, directions(), batch(), hidden));
        hiddens.put("c", random(salt + 1, directions(), batch(), hidden));
        return NamedTensors.of(hiddens);
    }

    /** The hidden state of one sequence. */
    static NamedTensors hiddenOf(NamedTensors all, int b) {
        Map<String, Tensor> hiddens = new LinkedHashMap<>();
        all.forEach((name, tensor) -> {
            Tensor one = Tensor.zeros(tensor.extent(0), 1, tensor.extent(2));
            for (int d = 0; d < tensor.extent(0); d++) {
                one.slice(d).copyFrom(tensor.slice(d).range(b, b + 1));
            }
            hiddens.put(name, one);
        });
        return NamedTensors.of(hiddens);
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
