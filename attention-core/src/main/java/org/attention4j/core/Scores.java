package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.variant.AttentionMask;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.ScoreModifier;
import org.attention4j.api.variant.Visibility;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/** From the products of a query with keys to its scores: scale → soft-cap → modifier → position bias → bias → mask. */
final class Scores {
    private float scale;
    private float softCap;
    private @Nullable ScoreModifier modifier;
    private @Nullable PositionBias positions;
    private @Nullable AttentionMask mask;
    private float @Nullable [] bias;
    private int biasOffset;
    private boolean @Nullable [] allowed;
    private final int[] biasStrides = new int[4];
    private final int[] maskStrides = new int[4];

    /**
     * Sets everything.
     *
     * @param newScale what products are multiplied by
     * @param newSoftCap c of c · tanh(s / c), or 0 for none
     * @param newPositions what is added by distance
     * @param scratch where the bias is copied to if it is not in an array, see {@link Memory}
     */
    void set(
            float newScale,
            float newSoftCap,
            @Nullable PositionBias newPositions,
            AttentionVariant variant,
            ScoreTerms terms,
            @Nullable Scratch scratch) {
        scale = newScale;
        softCap = newSoftCap;
        positions = newPositions;
        modifier = variant.scores().orElse(null);
        mask = variant.mask().orElse(null);
        Tensor added = terms.bias();
        bias = added == null ? null : Memory.read(scratch, added);
        biasOffset = added == null ? 0 : added.offset();
        allowed = terms.allowed();
        for (int d = 0; d < 4; d++) {
            biasStrides[d] = terms.biasStride(d);
            maskStrides[d] = terms.maskStride(d);
        }
    }

    float scale() {
        return scale;
    }

    /** Whether a score depends on its product other than by the scale. */
    boolean bent() {
        return softCap != 0 || modifier != null;
    }

    /** Whether a score is its product times a positive number, and nothing else but the variant's mask hides it. */
    boolean plain() {
        return scale > 0 && !bent() && positions == null && bias == null && allowed == null;
    }

    /** Products to scaled and capped scores. */
    void scaleAndCap(Kernels kernels, float[] x, int at, int count) {
        if (softCap == 0) {
            kernels.scale(x, at, count, scale);
        } else {
            kernels.scale(x, at, count, scale / softCap);
            kernels.apply(Activation.TANH, x, at, x, at, count);
            kernels.scale(x, at, count, softCap);
        }
    }

    /**
     * The rest but for {@link #hide the variant's mask}: modifier, position bias, bias and the call's mask. Hidden keys get −∞.
     *
     * @param stride distance between scores
     * @param i index of the query in the call
     * @param position of the query in its sequence
     * @param first position of the first key
     */
    void finish(float[] x, int at, int stride, int count, int b, int h, int i, int position, int first) {
        if (modifier != null) {
            modify(modifier, x, at, stride, count, b, h, position, first);
        }
        if (positions != null) {
            positions.add(x, at, stride, count, h, position, first);
        }
        if (bias != null) {
            add(bias, biasAt(b, h, i, first), biasStrides[3], x, at, stride, count);
        }
        if (allowed != null) {
            hide(allowed, maskAt(b, h, i, first), maskStrides[3], x, at, stride, count);
        }
    }

    private int biasAt(int b, int h, int i, int key) {
        return biasOffset + b * biasStrides[0] + h * biasStrides[1] + i * biasStrides[2] + key * biasStrides[3];
    }

    private int maskAt(int b, int h, int i, int key) {
        return b * maskStrides[0] + h * maskStrides[1] + i * maskStrides[2] + key * maskStrides[3];
    }

    private static void modify(
            ScoreModifier f, float[] x, int at, int stride, int count, int b, int h, int position, int first) {
        for (int j = 0, to = at; j < count; j++, to += stride) {
            x[to] = f.modify(x[to], b, h, position, first + j);
        }
    }

    /** A bias of −∞ hides the key whatever its score is, even NaN. */
    private static void add(float[] bias, int from, int step, float[] x, int at, int stride, int count) {
        for (int j = 0, to = at; j < count; j++, to += stride) {
            float added = bias[from + j * step];
            x[to] = added == Float.NEGATIVE_INFINITY ? added : x[to] + added;
        }
    }

    private static void hide(boolean[] allowed, int from, int step, float[] x, int at, int stride, int count) {
        for (int j = 0; j < count; j++) {
            if (!allowed[from + j * step]) {
                x[at + j * stride] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    /** Hides what the variant's mask does not allow, pair by pair. */
    void hide(float[] x, int at, int count, int b, int h, int position, int first) {
        AttentionMask asked = mask;
        for (int j = 0; j < count && asked != null; j++) {
            if (!asked.allows(b, h, position, first + j)) {
                x[at + j] = Float.NEGATIVE_INFINITY;
            }
        }
    }

    /** A bit for each of {@code count} queries, of which the first has a position: from one of them on, that the variant's mask allows the key. */
    int allowed(int b, int h, int position, int from, int count, int key) {
        return from < count
                ? Objects.requireNonNull(mask).allowed(b, h, position + from, count - from, key) << from
                : 0;
    }

    /** Whether keys can be hidden other than by causality and lengths. */
    boolean masked() {
        return mask != null || allowed != null || bias != null;
    }

    /** Whether what is hidden may depend on the head. */
    boolean maskedPerHead() {
        return mask != null && mask.perHead()
                || allowed != null && maskStrides[1] != 0
                || bias != null && biasStrides[1] != 0;
    }

    @Nullable
    AttentionMask variantMask() {
        return mask;
    }

    /**
     * What masks and −∞ in a bias hide among {@code rows} queries from i on and {@code count} keys: NONE where all is hidden, ALL where
     * nothing can be.
     */
    Visibility visibility(int b, int h, int i, int rows, int position, int key, int count) {
        Visibility seen =
                mask == null ? Visibility.ALL : mask.visibility(b, h, position, position + rows, key, key + count);
        if (seen == Visibility.NONE || allowed == null && bias == null) {
            return seen;
        }
        boolean nothing = allowed != null && nothingAllowed(allowed, maskAt(b, h, i, key), rows, count)
                || bias != null && allInfinite(bias, biasAt(b, h, i, key), rows, count);
        return nothing ? Visibility.NONE : Visibility.SOME;
    }

    private boolean nothingAllowed(boolean[] given, int from, int rows, int count) {
        for (int r = 0; r < (maskStrides[2] == 0 ? 1 : rows); r++) {
            for (int j = 0; j < (maskStrides[3] == 0 ? 1 : count); j++) {
                if (given[from + r * maskStrides[2] + j * maskStrides[3]]) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean allInfinite(float[] given, int from, int rows, int count) {
        for (int r = 0; r < (biasStrides[2] == 0 ? 1 : rows); r++) {
            for (int j = 0; j < (biasStrides[3] == 0 ? 1 : count); j++) {
                if (given[from + r * biasStrides[2] + j * biasStrides[3]] != Float.NEGATIVE_INFINITY) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether a query may see a key that causality and lengths allow. */
    boolean allows(int b, int h, int i, int position, int key) {
        return (allowed == null || allowed[maskAt(b, h, i, key)])
                && (mask == null || mask.allows(b, h, position, key))
                && (bias == null || bias[biasAt(b, h, i, key)] != Float.NEGATIVE_INFINITY);
    }

    /** Adds a row of dL/dscore to the gradient of the bias. */
    void biasGradient(float[] d, int at, int count, int b, int h, int i, int first, float[] dBias, int dBiasOffset) {
        int to = biasAt(b, h, i, first) - biasOffset + dBiasOffset;
        for (int j = 0; j < count; j++) {
            dBias[to + j * biasStrides[3]] += d[at + j];
        }
    }

    /** How many numbers about positions a head has learned. */
    int learned() {
        return positions == null ? 0 : positions.learned();
    }

    /** Adds a row of dL/dscore to the gradient of what a head has learned about positions. */
    void positionGradient(float[] d, int at, int count, int position, int first, float[] gradient, int to) {
        if (positions != null) {
            positions.gradient(d, at, count, position, first, gradient, to);
        }
    }

    /**
     * From dL/dscore to dL/dproduct of a row, in place.
     *
     * @param bent the scaled and capped scores, as {@link #scaleAndCap} left them; read only if {@link #bent()}
     * @param extra how many keys at the start have no position, and so no modified score
     * @param first position of the first key that has one
     */
    void gradient(
            Kernels kernels,
            float[] bent,
            float[] d,
            int at,
            int count,
            int extra,
            int b,
            int h,
            int position,
            int first) {
        if (modifier != null) {
            for (int j = extra; j < count; j++) {
                if (d[at + j] != 0) {
                    d[at + j] *= modifier.derivative(bent[at + j], b, h, position, first + j - extra);
                }
            }
        }
        if (softCap != 0) {
            for (int j = 0; j < count; j++) {
                if (d[at + j] != 0) {
                    float t = bent[at + j] / softCap;
                    d[at + j] *= Math.fma(-t, t, 1f);
                }
            }
        }
        kernels.scale(d, at, count, scale);
    }
}
