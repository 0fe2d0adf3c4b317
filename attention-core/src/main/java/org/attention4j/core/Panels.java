package org.attention4j.core;

import org.attention4j.kernels.Kernels;

/** Products with some rows of a packed matrix: its panels lie further apart than the product is long. */
final class Panels {
    private Panels() {}

    /**
     * C += A B without the terms whose A[i, p] is 0. A [m, k]; B [k, n], rows of a matrix in panels that begin {@code panelStride}
     * apart.
     *
     * @param whole whether those terms may be there: where A holds no 0, or B is finite and the sign of a 0 does not matter; which is faster
     */
    static void multiplyAdd(
            Kernels kernels,
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] panels,
            int panelsOffset,
            int panelStride,
            float[] c,
            int cOffset,
            int cRowStride,
            boolean whole) {
        if (whole) {
            kernels.multiply(
                    m,
                    n,
                    k,
                    a,
                    aOffset,
                    aRowStride,
                    aColumnStride,
                    panels,
                    panelsOffset,
                    panelStride,
                    c,
                    cOffset,
                    cRowStride,
                    true);
            return;
        }
        kernels.multiplySkippingZeros(
                m,
                n,
                k,
                a,
                aOffset,
                aRowStride,
                aColumnStride,
                panels,
                panelsOffset,
                panelStride,
                c,
                cOffset,
                cRowStride,
                true);
    }
}
