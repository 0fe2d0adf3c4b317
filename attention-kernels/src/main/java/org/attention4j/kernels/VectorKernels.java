package org.attention4j.kernels;

/** Place of the Vector API kernels; until they are there, a machine counts as having no lanes. */
final class VectorKernels {
    private VectorKernels() {}

    static int preferredLanes() {
        return 0;
    }

    static Kernels preferred() {
        return Kernels.scalar();
    }

    static Kernels of(int bits) {
        throw new IllegalStateException("no vector kernels of " + bits + " bits yet");
    }
}
