package org.attention4j.core;

import org.attention4j.api.BadShapeException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OverlapException;
import org.attention4j.api.Scratch;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * Attention to a part of the keys: what {@link ScaledDotProductAttention#forward(AttentionInputs, Tensor, Tensor, Workspace)} gives. Parts of
 * any sizes, computed anywhere, are merged to the attention to all of their keys (Dao et al. 2023, "Flash-Decoding"): with a and b the
 * log-sum-exps,
 *
 * <pre>{@code out = (eᵃ outA + eᵇ outB) / (eᵃ + eᵇ),  logSumExp = log(eᵃ + eᵇ)}</pre>
 *
 * <p>This agrees with attention to all keys at once within rounding, not in bits: a log-sum-exp is rounded to a float, so weights err by up to
 * |logSumExp| · 2⁻²³ of themselves, and outputs by that share of the largest value. A part whose log-sum-exp is −∞ leaves the other as it is. If there
 * is a sink, it belongs to one of the parts.
 *
 * @param out {@code [B, H, T, E']}, the caller's
 * @param logSumExp {@code [B, H, T]}, natural logarithms, −∞ for a row that sees none of the keys; the caller's
 */
public record PartialAttention(Tensor out, Tensor logSumExp) {
    /**
     * Checks that the two belong together.
     *
     * @throws BadShapeException if the outputs have not four dimensions
     * @throws ShapeMismatchException if there is not one log-sum-exp for each row
     */
    public PartialAttention {
        Shape shape = out.shape();
        if (shape.rank() != 4) {
            throw new BadShapeException("outputs need a tensor [B, H, T, E'], given " + shape);
        }
        MixerSpec.check("log-sum-exp", logSumExp, Shape.of(shape.extent(0), shape.extent(1), shape.extent(2)));
    }

    /**
     * Merges two parts.
     *
     * @param other of the same shape, over other keys
     * @param whole what is written; it may be this or the other
     * @param workspace scratch memory
     * @throws ShapeMismatchException if a shape is another
     * @throws OverlapException if what is written shares memory with a part without being its tensor
     */
    public void merge(PartialAttention other, PartialAttention whole, Workspace workspace) {
        MixerSpec.check("other part", other.out, out.shape());
        MixerSpec.check("whole", whole.out, out.shape());
        checkOverlap(whole);
        other.checkOverlap(whole);
        int mark = workspace.begin();
        try {
            merge(other, whole, workspace.scratch());
        } finally {
            workspace.end(mark);
        }
    }

    private void checkOverlap(PartialAttention whole) {
        if (whole.out != out && whole.out.overlaps(out)
                || whole.logSumExp != logSumExp && whole.logSumExp.overlaps(logSumExp)
                || whole.out.overlaps(logSumExp)
                || whole.logSumExp.overlaps(out)) {
            throw new OverlapException("the whole", "a part that it is not");
        }
    }

    private void merge(PartialAttention other, PartialAttention whole, Scratch scratch) {
        float[] a = out.readable(scratch);
        float[] b = other.out.readable(scratch);
        float[] logA = logSumExp.readable(scratch);
        float[] logB = other.logSumExp.readable(scratch);
        float[] merged = whole.out.writable(scratch);
        float[] log = whole.logSumExp.writable(scratch);
        int rows = (int) logSumExp.size();
        int width = out.extent(3);
        for (int r = 0; r < rows; r++) {
            double first = logA[logSumExp.offset() + r];
            double second = logB[other.logSumExp.offset() + r];
            int to = whole.out.offset() + r * width;
            int fromA = out.offset() + r * width;
            int fromB = other.out.offset() + r * width;
            if (second == Double.NEGATIVE_INFINITY) {
                System.arraycopy(a, fromA, merged, to, width);
            } else if (first == Double.NEGATIVE_INFINITY) {
                System.arraycopy(b, fromB, merged, to, width);
            } else {
                double share = 1 / (1 + StrictMath.exp(second - first));
                mix((float) share, a, fromA, (float) (1 - share), b, fromB, merged, to, width);
            }
            log[whole.logSumExp.offset() + r] = (float) logOfSum(Math.max(first, second), Math.min(first, second));
        }
        whole.out.commit(merged);
        whole.logSumExp.commit(log);
    }

    private static void mix(
            float shareA, float[] a, int fromA, float shareB, float[] b, int fromB, float[] to, int at, int width) {
        for (int e = 0; e < width; e++) {
            to[at + e] = Math.fma(shareA, a[fromA + e], shareB * b[fromB + e]);
        }
    }

    private static double logOfSum(double more, double less) {
        return less == Double.NEGATIVE_INFINITY ? more : more + StrictMath.log1p(StrictMath.exp(less - more));
    }
}
