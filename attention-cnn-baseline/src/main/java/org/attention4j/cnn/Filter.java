package org.attention4j.cnn;

import java.util.Arrays;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.RowState;
import org.attention4j.api.Sequences;
import org.attention4j.kernels.Kernels;

/**
 * A convolution ready to run.
 *
 * @param kernels numerics
 * @param reach which inputs the taps read
 * @param taps the weights and biases
 * @param in D
 * @param out D'
 * @param groups independent parts of the channels
 */
record Filter(Kernels kernels, Reach reach, Taps taps, int in, int out, int groups) {
    /** Reads {@code weight [D', D / groups, K]} and {@code bias [D']}, if there is one, whose names begin alike. */
    static Filter of(
            Kernels kernels, Reach reach, NamedTensors parameters, String prefix, int in, int out, int groups) {
        float[] weight = parameters.get(prefix + "weight").toArray();
        String bias = prefix + "bias";
        float[] biases = parameters.contains(bias) ? parameters.get(bias).toArray() : new float[out];
        Taps taps = groups == in && groups == out
                ? new DepthwiseTaps(weight, biases, reach.kernel())
                : new GroupedTaps(weight, biases, groups, in / groups, out / groups, reach.kernel());
        return new Filter(kernels, reach, taps, in, out, groups);
    }

    /** With the options of {@link Convolution}. */
    static Filter of(Kernels kernels, MixerConfig config, NamedTensors parameters, String prefix) {
        Reach reach = Reach.of(
                config.get(Convolution.KERNEL), config.get(Convolution.DILATION), config.get(Convolution.CAUSAL));
        return of(
                kernels,
                reach,
                parameters,
                prefix,
                config.width(),
                config.get(Convolution.OUTPUT_WIDTH),
                config.get(Convolution.GROUPS));
    }

    /** The work of a pass. */
    long multiplications(Sequences sequences) {
        return (long) sequences.batch() * sequences.time() * (in / groups) * out * reach.kernel();
    }

    /**
     * Convolves some positions of one sequence: bias, then tap by tap. A tap that reads before a sequence's first position or past
     * its last is left out, and the inputs before a chunk are those of the state.
     *
     * @param source what the taps read
     * @param b which sequence
     * @param from the first position
     * @param to past the last, at most the sequence's length
     * @param y written
     * @param at the row of {@code from}
     */
    void convolve(Source source, int b, int from, int to, float[] y, int at) {
        int length = source.sequences().length(b);
        int first = Math.clamp(reach.first(0), from, to);
        int end = Math.clamp(reach.end(reach.kernel() - 1, length), first, to);
        edge(source, b, from, first, y, at);
        int row = source.row(b, in) + (first + reach.shift(0)) * in;
        taps.all(kernels, reach, end - first, source.x(), row, in, y, at + (first - from) * out);
        edge(source, b, end, to, y, at + (end - from) * out);
    }

    /** Outputs of which a tap may read before a sequence's first position or past its last. */
    private void edge(Source source, int b, int from, int to, float[] y, int at) {
        int length = source.sequences().length(b);
        RowState before = source.before();
        taps.start(to - from, y, at);
        for (int k = 0; k < reach.kernel() && from < to; k++) {
            int first = Math.max(from, reach.first(k));
            int end = Math.min(to, reach.end(k, length));
            if (before != null) {
                addBefore(before, source.column(), b, k, from, Math.min(first, to), y, at);
            }
            if (first < end) {
                int row = source.row(b, in) + (first + reach.shift(k)) * in;
                taps.add(kernels, k, end - first, source.x(), row, y, at + (first - from) * out);
            }
        }
    }

    /** Tap k of the outputs that read before the chunk. */
    private void addBefore(RowState state, int column, int b, int k, int from, int to, float[] y, int at) {
        long position = state.position(b);
        int shift = reach.shift(k);
        for (int t = (int) Math.max(from, -position - shift); t < to; t++) {
            int row = state.row(b, position + t + shift) + column;
            taps.add(kernels, k, 1, state.rows(b), row, y, at + (t - from) * out);
        }
    }

    /** Zeros for the positions that a sequence does not have. */
    void pad(int from, int to, float[] y, int at) {
        if (to > from) {
            Arrays.fill(y, at, at + (to - from) * out, 0f);
        }
    }
}
