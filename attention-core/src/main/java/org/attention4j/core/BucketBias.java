package org.attention4j.core;

/**
 * A learned number for each head and each bucket of distances (Raffel et al. 2020, section 2.1, and the authors' code): the nearest
 * distances have a bucket each, farther ones share buckets whose bounds grow geometrically up to a greatest distance, beyond which all is
 * one bucket. In both directions, half of the buckets are for keys after the query.
 */
final class BucketBias implements PositionBias {
    private final int buckets;
    /** Distances, key − query, are looked up from −farthest to farthest. */
    private final int farthest;

    private final int[] bucketOf;
    /** What is added, by distance: [H, 2 · farthest + 1]. */
    private final float[] values;

    /**
     * Takes the learned numbers.
     *
     * @param both whether keys after the query have buckets of their own
     * @param weights [buckets, H], copied
     */
    BucketBias(int buckets, int maxDistance, boolean both, int heads, float[] weights) {
        this.buckets = buckets;
        farthest = maxDistance;
        int width = 2 * farthest + 1;
        bucketOf = new int[width];
        values = new float[Memory.length((long) heads * width, "position bias")];
        for (int r = 0; r < width; r++) {
            bucketOf[r] = bucket(r - farthest, buckets, maxDistance, both);
            for (int h = 0; h < heads; h++) {
                values[h * width + r] = weights[bucketOf[r] * heads + h];
            }
        }
    }

    /** The bucket of a distance, key − query; the logarithm in float, as the models were trained with it. */
    static int bucket(int distance, int buckets, int maxDistance, boolean both) {
        int own = both ? buckets / 2 : buckets;
        int begin = both && distance > 0 ? own : 0;
        int far = both ? Math.abs(distance) : Math.max(0, -distance);
        int exact = own / 2;
        if (far < exact) {
            return begin + far;
        }
        float log = (float) StrictMath.log((float) far / exact);
        float range = (float) StrictMath.log((double) maxDistance / exact);
        return begin + Math.min(own - 1, exact + (int) (log / range * (own - exact)));
    }

    /** Three parts of a row: keys far before the query, those near, and those far behind it. */
    @Override
    public void add(float[] x, int at, int stride, int count, int head, int query, int first) {
        int middle = head * (2 * farthest + 1) + farthest;
        int near = Math.max(0, Math.min(count, query - farthest - first));
        int past = Math.max(near, Math.min(count, query + farthest + 1 - first));
        float before = values[middle - farthest];
        for (int j = 0; j < near; j++) {
            x[at + j * stride] += before;
        }
        int from = middle + first - query;
        for (int j = near; j < past; j++) {
            x[at + j * stride] += values[from + j];
        }
        float behind = values[middle + farthest];
        for (int j = past; j < count; j++) {
            x[at + j * stride] += behind;
        }
    }

    private int index(int distance) {
        return Math.max(0, Math.min(2 * farthest, farthest + distance));
    }

    @Override
    public int learned() {
        return buckets;
    }

    @Override
    public void gradient(float[] d, int at, int count, int query, int first, float[] gradient, int to) {
        for (int j = 0; j < count; j++) {
            gradient[to + bucketOf[index(first + j - query)]] += d[at + j];
        }
    }
}
