package org.attention4j.core;

/**
 * What queries are multiplied by, growing with their position t: 1 + β log(1 + ⌊(t + first) / step⌋).
 *
 * @param beta β; 0: nothing
 * @param step positions of one factor
 * @param first what the first position counts as
 */
record QueryGrowth(float beta, int step, int first) {
    static final QueryGrowth NONE = new QueryGrowth(0, 1, 0);

    boolean none() {
        return beta == 0;
    }

    /** Of a position; of one before the first that of the first. */
    float of(int position) {
        long steps = Math.max(0, (long) position + first) / step;
        return (float) (1 + beta * StrictMath.log(1 + steps));
    }

    /** Multiplies a row. */
    void apply(int position, float[] row, int at, int width) {
        float factor = of(position);
        for (int j = at; j < at + width; j++) {
            row[j] *= factor;
        }
    }
}
