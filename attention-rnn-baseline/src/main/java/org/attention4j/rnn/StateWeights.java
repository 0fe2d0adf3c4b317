package org.attention4j.rnn;

import java.util.Optional;
import org.attention4j.kernels.PackedMatrix;

/** Weights U that a state is multiplied with, packed; Uᵀ and U. Immutable. */
final class StateWeights {
    private final PackedMatrix packed;
    private volatile Optional<PackedMatrix> transposed =
            Optional.empty(); // U, for gradients; racing threads make equal ones

    /**
     * Packs.
     *
     * @param u U, row-major
     * @param at where it starts
     * @param rows of U
     * @param columns of U
     */
    StateWeights(float[] u, int at, int rows, int columns) {
        packed = PackedMatrix.of(u, at, 1, columns, columns, rows).inLines();
    }

    /** Uᵀ. */
    PackedMatrix packed() {
        return packed;
    }

    /** U. */
    PackedMatrix transposed() {
        Optional<PackedMatrix> known = transposed;
        if (known.isEmpty()) {
            known = Optional.of(packed.transpose());
            transposed = known;
        }
        return known.get();
    }
}
