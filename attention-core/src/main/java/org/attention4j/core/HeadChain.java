package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * What projected queries, or keys, go through before attention: a norm of each head or of all together, then a turn by their position;
 * either may be absent.
 */
final class HeadChain {
    private final @Nullable HeadNorm norm;
    private final @Nullable RotaryEmbedding rotary;
    private final int heads;
    private final int headWidth;

    HeadChain(@Nullable HeadNorm norm, @Nullable RotaryEmbedding rotary, int heads, int headWidth) {
        this.norm = norm;
        this.rotary = rotary;
        this.heads = heads;
        this.headWidth = headWidth;
    }

    /** Whether it changes nothing. */
    boolean empty() {
        return norm == null && rotary == null;
    }

    /** Whether the gradient needs the rows as they were. */
    boolean needsInput() {
        return norm != null;
    }

    /** Changes the heads of consecutive positions [count, heads, E]. */
    void apply(Kernels kernels, float[] rows, int at, int stride, int count, int position, Scratch scratch) {
        int pairs = rotary == null ? 0 : rotary.width() / 2;
        float[] cos = scratch.floats(pairs);
        float[] sin = scratch.floats(pairs);
        for (int i = 0; i < count; i++) {
            int row = at + i * stride;
            if (norm != null) {
                for (int n = 0; n < heads * headWidth; n += norm.width()) {
                    norm.apply(kernels, rows, row + n);
                }
            }
            if (rotary != null) {
                rotary.write(position + i, false, cos, 0, sin, 0);
                rotary.turn(kernels, heads, rows, row, headWidth, cos, 0, sin, 0);
            }
        }
    }

    /**
     * From the gradients of what {@link #apply} made to those of what it was given, in place, and adds the parameters' gradients.
     *
     * @param d gradients of the true rows
     * @param input what the rows were; read only if {@link #needsInput}
     * @param first position of each sequence's first row
     * @param wanted the parameters' gradients that are wanted
     */
    void backward(
            Kernels kernels,
            TrueRows shape,
            HeadRows d,
            HeadRows input,
            int[] first,
            NamedTensors wanted,
            Scratch scratch) {
        int pairs = rotary == null ? 0 : rotary.width() / 2;
        float[] cos = scratch.floats(pairs);
        float[] sin = scratch.floats(pairs);
        for (int b = 0; b < shape.batch && rotary != null; b++) {
            for (int i = 0; i < shape.lengths[b]; i++) {
                rotary.write(first[b] + i, true, cos, 0, sin, 0);
                rotary.turn(kernels, heads, d.array, d.at(b, 0, i), headWidth, cos, 0, sin, 0);
            }
        }
        if (norm != null) {
            norms(norm, kernels, shape, d, input, wanted, scratch);
        }
    }

    private void norms(
            HeadNorm each,
            Kernels kernels,
            TrueRows shape,
            HeadRows d,
            HeadRows input,
            NamedTensors wanted,
            Scratch scratch) {
        Tensor weight = wanted.contains(each.weightName()) ? wanted.get(each.weightName()) : null;
        Tensor bias = wanted.contains(each.biasName()) ? wanted.get(each.biasName()) : null;
        int width = each.width();
        int parts = heads * headWidth / width;
        float[] dWeight = weight == null ? scratch.floats(width) : weight.readable(scratch);
        float[] dBias = bias == null ? scratch.floats(width) : bias.readable(scratch);
        int weightAt = weight == null ? 0 : weight.offset();
        int biasAt = bias == null ? 0 : bias.offset();
        float[] dX = scratch.floats(width);
        for (int b = 0; b < shape.batch; b++) {
            for (int i = 0; i < shape.lengths[b] * parts; i++) {
                int x = input.at(b, 0, i / parts) + i % parts * width;
                int at = d.at(b, 0, i / parts) + i % parts * width;
                each.parameterGradient(kernels, input.array, x, d.array, at, dWeight, weightAt, dBias, biasAt);
                Arrays.fill(dX, 0, width, 0f);
                each.inputGradient(kernels, input.array, x, d.array, at, dX, 0);
                System.arraycopy(dX, 0, d.array, at, width);
            }
        }
        if (weight != null) {
            weight.commit(dWeight);
        }
        if (bias != null) {
            bias.commit(dBias);
        }
    }
}
