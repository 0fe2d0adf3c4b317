package org.attention4j.kernels;

/**
 * A loop of vector operations over rows that must be compiled on its own.
 *
 * <p>If its caller takes it in, together with others, the whole passes the compiler's budget (18,000 nodes, about sixty vector
 * operations), the rest is called instead of inlined, and vectors that cross a call are objects: two to fifteen times slower, or not,
 * depending on what the program happened to run first. HotSpot has no annotation against inlining outside the JDK.
 * But it inlines no call whose receiver has had more than two classes, none of them in nine of ten calls, and that is what
 * {@link #alone} arranges. Methods of more than 325 bytecodes are never inlined either and need no such care.
 */
interface VectorLoop {
    /** Does nothing, as {@link #SECOND} does; two classes that are each a third of the receivers. */
    VectorLoop FIRST = (w, x, xo, y, yo, z, zo, v, vo, n, parameter) -> {};

    VectorLoop SECOND = (w, x, xo, y, yo, z, zo, v, vo, n, parameter) -> {};

    /** What the arrays are, and which are written, is the loop's own affair. */
    void run(
            Width w,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] z,
            int zo,
            float[] v,
            int vo,
            int n,
            float parameter);

    /** Runs a loop by a call that is never inlined. */
    static void alone(
            VectorLoop loop,
            Width w,
            float[] x,
            int xo,
            float[] y,
            int yo,
            float[] z,
            int zo,
            float[] v,
            int vo,
            int n,
            float parameter) {
        for (int i = 0; i < 3; i++) {
            VectorLoop next = i == 0 ? FIRST : i == 1 ? SECOND : loop;
            next.run(w, x, xo, y, yo, z, zo, v, vo, n, parameter);
        }
    }
}
