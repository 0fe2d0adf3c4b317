package org.attention4j.cli.vectors;

import java.util.Arrays;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.ScoreModifier;
import org.attention4j.core.ScoreTerms;
import org.jspecify.annotations.Nullable;

/**
 * The masks of a case, spread out to {@code [B, H, T, S]}: boolean ones hide, float ones are added. Each mask broadcasts from its
 * own dimensions.
 */
final class ScoreMasks {
    private final int[] extents;
    /** The axes that masks broadcast to: the same places, as the case counts them. */
    private final int[] axes;

    private final boolean[] allowed;
    private @Nullable Tensor bias;

    ScoreMasks(int batch, int heads, int queries, int keys) {
        this(new int[] {batch, heads, queries, keys}, batch, heads, queries, keys);
    }

    /**
     * For masks of a case that has more or fewer axes before the last two.
     *
     * @param axes that masks broadcast to; row by row they have the places of {@code [B, H, T, S]}
     */
    ScoreMasks(int[] axes, int batch, int heads, int queries, int keys) {
        this.axes = axes.clone();
        extents = new int[] {batch, heads, queries, keys};
        allowed = new boolean[Math.multiplyExact(Math.multiplyExact(batch, heads), Math.multiplyExact(queries, keys))];
        Arrays.fill(allowed, true);
    }

    /**
     * Puts in one mask of a case, if the case has it.
     *
     * @param hides what {@code true} means in a boolean mask: hide (true) or may attend (false)
     * @param shape of the mask, whose dimensions from the last one on are those of the scores or 1
     */
    void put(ReferenceCase reference, String name, boolean hides, int... shape) {
        if (!reference.hasInput(name)) {
            return;
        }
        if (reference.isBoolean(name)) {
            hide(reference.storedInput(name).booleans(), hides, shape);
        } else {
            add(reference.input(name).array(), shape);
        }
    }

    /** Hides what a mask says, of a shape as in {@link #put}. */
    void hide(boolean[] mask, boolean hides, int... shape) {
        Broadcast broadcast = broadcast(mask.length, shape);
        for (int at = 0; at < allowed.length; at++) {
            allowed[at] &= mask[broadcast.source(at)] != hides;
        }
    }

    /** Adds a bias, of a shape as in {@link #put}. */
    void add(float[] mask, int... shape) {
        Broadcast broadcast = broadcast(mask.length, shape);
        Tensor sum = bias == null ? Tensor.zeros(extents) : bias;
        for (int at = 0; at < allowed.length; at++) {
            sum.array()[at] += mask[broadcast.source(at)];
        }
        bias = sum;
    }

    /** The shape of a case's mask with ones in front; all ones where there is no mask. */
    static int[] fourDimensions(ReferenceCase reference, String name) throws UnsupportedCaseException {
        int[] shape = {1, 1, 1, 1};
        if (reference.hasInput(name)) {
            long[] given = reference.storedInput(name).shape();
            if (given.length > 4) {
                throw new UnsupportedCaseException(name + " has " + given.length + " dimensions, not up to 4");
            }
            for (int d = 0; d < given.length; d++) {
                shape[4 - given.length + d] = Math.toIntExact(given[d]);
            }
        }
        return shape;
    }

    /** Lets a query see the keys up to its own index: PyTorch's {@code is_causal}, aligned at the upper left corner. */
    void putUpperLeftCausal() {
        for (int at = 0; at < allowed.length; at++) {
            int key = at % extents[3];
            int query = at / extents[3] % extents[2];
            allowed[at] &= key <= query;
        }
    }

    ScoreTerms terms() {
        ScoreTerms terms = ScoreTerms.none().withMask(allowed, extents);
        return bias == null ? terms : terms.withBias(bias);
    }

    /**
     * The masks as a variant of attention, for layers that take no masks by the call.
     *
     * @param ahead how far a query's position is ahead of its index: S − T, as the ends of queries and keys are aligned
     */
    AttentionVariant variant(int ahead) {
        Tensor added = bias;
        AttentionVariant masked = AttentionVariant.softmax()
                .withMask((batch, head, query, key) -> allowed[index(batch, head, query - ahead, key)]);
        return added == null
                ? masked
                : masked.withScores(ScoreModifier.bias(
                        (batch, head, query, key) -> added.array()[index(batch, head, query - ahead, key)]));
    }

    private int index(int batch, int head, int query, int key) {
        return ((batch * extents[1] + head) * extents[2] + query) * extents[3] + key;
    }

    /** Zeros for the gradient of the bias, or nothing where no mask is added. */
    @Nullable
    Tensor zeroBias() {
        return bias == null ? null : Tensor.zeros(extents);
    }

    /** Sums the gradient of the spread-out bias back into one mask, if the case has its gradient. */
    void putGradient(
            Map<String, Tensor> results, ReferenceCase reference, String name, @Nullable Tensor dBias, int... shape) {
        if (dBias == null || !reference.hasInput(name) || reference.isBoolean(name)) {
            return;
        }
        double[] sums = new double[(int) reference.input(name).size()];
        Broadcast broadcast = broadcast(sums.length, shape);
        for (int at = 0; at < allowed.length; at++) {
            sums[broadcast.source(at)] += dBias.array()[at];
        }
        Tensor gradient = Tensor.zeros(reference.input(name).shape());
        for (int i = 0; i < sums.length; i++) {
            gradient.array()[i] = (float) sums[i];
        }
        results.put("grad.input." + name, gradient);
    }

    /** Whether any query of a sequence and head may see a key. */
    boolean seen(int b, int h, int key) {
        for (int t = 0; t < extents[2]; t++) {
            int at = index(b, h, t, key);
            boolean added = bias == null || bias.array()[at] != Float.NEGATIVE_INFINITY;
            if (allowed[at] && added) {
                return true;
            }
        }
        return false;
    }

    /** How a mask of a shape and so many elements is read. */
    private Broadcast broadcast(int length, int... shape) {
        Broadcast broadcast = Broadcast.of("a mask", shape, axes);
        int elements = 1;
        for (int extent : shape) {
            elements *= extent;
        }
        if (elements != length) {
            throw new IllegalArgumentException("a mask " + Arrays.toString(shape) + " of " + length + " elements");
        }
        return broadcast;
    }
}
