package org.attention4j.api;

import java.util.Arrays;

/**
 * The extents of a tensor, outermost first: {@code [2, 3, 4]}. A dimension may be 0; {@code []} is a scalar.
 *
 * <p>Immutable: safe for any number of threads.
 */
public final class Shape {
    private final int[] extents;
    private final long size;

    private Shape(int[] extents, long size) {
        this.extents = extents;
        this.size = size;
    }

    /**
     * A shape of the given extents.
     *
     * @param extents outermost first; each at least 0
     * @return the shape
     * @throws BadShapeException if an extent is negative, or the number of elements does not fit a {@code long}
     */
    public static Shape of(int... extents) {
        int[] copy = extents.clone();
        long size = 1;
        for (int extent : copy) {
            if (extent < 0) {
                throw new BadShapeException("extent " + extent + " of shape " + Arrays.toString(copy) + " is negative");
            }
        }
        for (int extent : copy) {
            if (extent == 0) {
                return new Shape(copy, 0);
            }
        }
        for (int extent : copy) {
            size = multiply(size, extent, copy);
        }
        return new Shape(copy, size);
    }

    private static long multiply(long size, int extent, int[] all) {
        if (Math.multiplyHigh(size, extent) != 0 || size * extent < 0) {
            throw new BadShapeException("shape " + Arrays.toString(all) + " has more than 2^63 - 1 elements");
        }
        return size * extent;
    }

    /**
     * The number of dimensions.
     *
     * @return 0 for a scalar
     */
    public int rank() {
        return extents.length;
    }

    /**
     * The number of elements.
     *
     * @return the product of the extents; 1 for a scalar
     */
    public long size() {
        return size;
    }

    /**
     * One extent.
     *
     * @param dimension 0 is the outermost
     * @return the extent
     * @throws IndexOutOfBoundsException if there is no such dimension
     */
    public int extent(int dimension) {
        if (dimension < 0 || dimension >= extents.length) {
            throw new IndexOutOfBoundsException(
                    "dimension " + dimension + " of " + this + ", which has " + extents.length);
        }
        return extents[dimension];
    }

    /**
     * All extents.
     *
     * @return a new array
     */
    public int[] extents() {
        return extents.clone();
    }

    /** Equal extents. */
    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return other instanceof Shape shape && Arrays.equals(extents, shape.extents);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(extents);
    }

    /** As in {@code [2, 3, 4]}. */
    @Override
    public String toString() {
        return Arrays.toString(extents);
    }
}
