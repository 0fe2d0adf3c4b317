package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What one call adds to its scores: a bias and a boolean mask (true = may attend), each of a shape that broadcasts to {@code [B, H, T, S]}:
 * dimensions are aligned at the last one, and an extent of 1 stands for all.
 *
 * <p>A bias of −∞ hides the key, as a mask does. Immutable; the bias and the mask are the caller's and not copied.
 */
public final class ScoreTerms {
    private static final ScoreTerms NONE = new ScoreTerms(null, null, null);

    private final @Nullable Tensor bias;
    private final boolean @Nullable [] allowed;
    private final @Nullable Shape allowedShape;

    private ScoreTerms(@Nullable Tensor bias, boolean @Nullable [] allowed, @Nullable Shape allowedShape) {
        this.bias = bias;
        this.allowed = allowed;
        this.allowedShape = allowedShape;
    }

    /**
     * Nothing.
     *
     * @return a start for the {@code with} methods
     */
    public static ScoreTerms none() {
        return NONE;
    }

    /**
     * These and a bias.
     *
     * @param added what is added to the scores, of at most four dimensions; not copied
     * @return new terms
     * @throws BadShapeException if it has more than four dimensions
     */
    public ScoreTerms withBias(Tensor added) {
        checkRank("bias", added.shape());
        return new ScoreTerms(added, allowed, allowedShape);
    }

    /**
     * These and a boolean mask.
     *
     * @param mayAttend row-major; true = may attend; not copied
     * @param extents its shape, of at most four dimensions
     * @return new terms
     * @throws BadShapeException if the shape has more than four dimensions or another size than the array
     */
    public ScoreTerms withMask(boolean[] mayAttend, int... extents) {
        Objects.requireNonNull(mayAttend, "mask");
        Shape shape = Shape.of(extents);
        checkRank("mask", shape);
        if (shape.size() != mayAttend.length) {
            throw new BadShapeException("a mask of shape " + shape + " in an array of " + mayAttend.length);
        }
        return new ScoreTerms(bias, mayAttend, shape);
    }

    private static void checkRank(String what, Shape shape) {
        if (shape.rank() > 4) {
            throw new BadShapeException(
                    "a " + what + " " + shape + " has more dimensions than the scores [B, H, T, S]");
        }
    }

    @Nullable
    Tensor bias() {
        return bias;
    }

    boolean @Nullable [] allowed() {
        return allowed;
    }

    /**
     * Checks that both broadcast to the scores.
     *
     * @param batch B
     * @param heads H
     * @param queries T
     * @param keys S
     * @throws ShapeMismatchException if one does not
     */
    void check(int batch, int heads, int queries, int keys) {
        if (bias != null) {
            check("bias", bias.shape(), batch, heads, queries, keys);
        }
        if (allowedShape != null) {
            check("mask", allowedShape, batch, heads, queries, keys);
        }
    }

    private static void check(String what, Shape shape, int batch, int heads, int queries, int keys) {
        if (!fits(shape, 0, batch) || !fits(shape, 1, heads) || !fits(shape, 2, queries) || !fits(shape, 3, keys)) {
            throw new ShapeMismatchException(
                    what + " that broadcasts to the scores", Shape.of(batch, heads, queries, keys), shape);
        }
    }

    private static boolean fits(Shape shape, int dimension, int extent) {
        int given = extent(shape, dimension);
        return given == 1 || given == extent;
    }

    /** The extent in one of the four dimensions of the scores. */
    private static int extent(Shape shape, int dimension) {
        int own = dimension - 4 + shape.rank();
        return own < 0 ? 1 : shape.extent(own);
    }

    /** How far apart neighbours of the bias along a dimension of the scores are; 0 where it broadcasts. */
    int biasStride(int dimension) {
        return bias == null ? 0 : stride(bias.shape(), dimension);
    }

    /** As {@link #biasStride}, of the mask. */
    int maskStride(int dimension) {
        return allowedShape == null ? 0 : stride(allowedShape, dimension);
    }

    private static int stride(Shape shape, int dimension) {
        int stride = 1;
        for (int d = dimension + 1; d < 4; d++) {
            stride *= extent(shape, d);
        }
        return extent(shape, dimension) == 1 ? 0 : stride;
    }
}
