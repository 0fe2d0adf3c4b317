package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * What projected queries, keys or values go through before attention: they are cut off, then there is a norm of each head or of all together,
 * then a turn by their position, or the turn before the norm; then queries may grow with their position; each may be absent.
 */
final class HeadChain {
    private final float limit;
    private final @Nullable HeadNorm norm;
    private final boolean normTurned;
    private final @Nullable RotaryEmbedding rotary;
    private final int heads;
    private final int headWidth;
    private final QueryGrowth growth;

    /** One that cuts nothing off, and turns last. */
    HeadChain(@Nullable HeadNorm norm, @Nullable RotaryEmbedding rotary, int heads, int headWidth) {
        this(0f, norm, false, rotary, QueryGrowth.NONE, heads, headWidth);
    }

    /**
     * A chain.
     *
     * @param limit at which rows are cut off; 0 if they are not
     * @param normTurned whether the norm is of what was turned
     * @param growth of queries; of others none
     */
    HeadChain(
            float limit,
            @Nullable HeadNorm norm,
            boolean normTurned,
            @Nullable RotaryEmbedding rotary,
            QueryGrowth growth,
            int heads,
            int headWidth) {
        this.limit = limit;
        this.norm = norm;
        this.normTurned = normTurned;
        this.rotary = rotary;
        this.growth = growth;
        this.heads = heads;
        this.headWidth = headWidth;
    }

    /** Whether it changes nothing. */
    boolean empty() {
        return limit == 0 && norm == null && rotary == null && growth.none();
    }

    /** Whether the gradient needs the rows as they were. */
    boolean needsInput() {
        return limit > 0 || norm != null;
    }

    /** Changes the heads of consecutive positions [count, heads, E]. */
    void apply(Kernels kernels, float[] rows, int at, int stride, int count, int position, Scratch scratch) {
        int pairs = rotary == null ? 0 : rotary.width() / 2;
        float[] cos = scratch.floats(pairs);
        float[] sin = scratch.floats(pairs);
        for (int i = 0; i < count; i++) {
            int row = at + i * stride;
            if (limit > 0) {
                cut(rows, row);
            }
            if (norm != null && !normTurned) {
                normalise(norm, kernels, rows, row);
            }
            if (rotary != null) {
                rotary.write(position + i, false, cos, 0, sin, 0);
                rotary.turn(kernels, heads, rows, row, headWidth, cos, 0, sin, 0);
            }
            if (norm != null && normTurned) {
                normalise(norm, kernels, rows, row);
            }
            if (!growth.none()) {
                growth.apply(position + i, rows, row, heads * headWidth);
            }
        }
    }

    /** x ← x, or the limit that it is beyond; NaN stays. */
    private void cut(float[] x, int at) {
        for (int j = at; j < at + heads * headWidth; j++) {
            x[j] = Math.max(-limit, Math.min(limit, x[j]));
        }
    }

    private void normalise(HeadNorm each, Kernels kernels, float[] x, int at) {
        for (int n = 0; n < heads * headWidth; n += each.width()) {
            each.apply(kernels, x, at + n);
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
        for (int b = 0; b < shape.batch && !growth.none(); b++) {
            for (int i = 0; i < shape.lengths[b]; i++) {
                growth.apply(first[b] + i, d.array, d.at(b, 0, i), heads * headWidth);
            }
        }
        if (norm != null && normTurned) {
            norms(norm, kernels, shape, d, input, first, wanted, scratch);
        }
        int pairs = rotary == null ? 0 : rotary.width() / 2;
        float[] cos = scratch.floats(pairs);
        float[] sin = scratch.floats(pairs);
        for (int b = 0; b < shape.batch && rotary != null; b++) {
            for (int i = 0; i < shape.lengths[b]; i++) {
                rotary.write(first[b] + i, true, cos, 0, sin, 0);
                rotary.turn(kernels, heads, d.array, d.at(b, 0, i), headWidth, cos, 0, sin, 0);
            }
        }
        if (norm != null && !normTurned) {
            norms(norm, kernels, shape, d, input, first, wanted, scratch);
        }
        for (int b = 0; b < shape.batch && limit > 0; b++) {
            for (int i = 0; i < shape.lengths[b]; i++) {
                cutGradient(input.array, input.at(b, 0, i), d.array, d.at(b, 0, i));
            }
        }
    }

    /** dX ← 0 where x was cut off. */
    private void cutGradient(float[] x, int at, float[] dX, int dXAt) {
        for (int j = 0; j < heads * headWidth; j++) {
            if (Math.abs(x[at + j]) > limit) {
                dX[dXAt + j] = 0f;
            }
        }
    }

    /** What the norm was given of a row at a position: the row, cut off and turned if that comes before. */
    private void beforeNorm(Kernels kernels, float[] row, int at, int position, float[] x, float[] cos, float[] sin) {
        System.arraycopy(row, at, x, 0, heads * headWidth);
        if (limit > 0) {
            cut(x, 0);
        }
        if (rotary != null && normTurned) {
            rotary.write(position, false, cos, 0, sin, 0);
            rotary.turn(kernels, heads, x, 0, headWidth, cos, 0, sin, 0);
        }
    }

    private void norms(
            HeadNorm each,
            Kernels kernels,
            TrueRows shape,
            HeadRows d,
            HeadRows input,
            int[] first,
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
        float[] x = scratch.floats(heads * headWidth);
        int pairs = rotary == null ? 0 : rotary.width() / 2;
        float[] cos = scratch.floats(pairs);
        float[] sin = scratch.floats(pairs);
        for (int b = 0; b < shape.batch; b++) {
            for (int i = 0; i < shape.lengths[b]; i++) {
                beforeNorm(kernels, input.array, input.at(b, 0, i), first[b] + i, x, cos, sin);
                for (int part = 0; part < parts; part++) {
                    int at = d.at(b, 0, i) + part * width;
                    each.parameterGradient(kernels, x, part * width, d.array, at, dWeight, weightAt, dBias, biasAt);
                    Arrays.fill(dX, 0, width, 0f);
                    each.inputGradient(kernels, x, part * width, d.array, at, dX, 0);
                    System.arraycopy(dX, 0, d.array, at, width);
                }
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
