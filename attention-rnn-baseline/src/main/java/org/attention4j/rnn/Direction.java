package org.attention4j.rnn;

import java.util.Optional;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.kernels.Linear;
import org.attention4j.kernels.PackedMatrix;

/**
 * The weights of one layer in one direction: W {@code [G·H, D]} and U {@code [G·H, H]}, packed, and b_ih + b_hh
 * {@code [G·H]}, added once where input and state share a gate. Immutable.
 */
final class Direction {
    private final String suffix;
    private final boolean reverse;
    private final int hidden;
    private final Linear input;
    private final float[] recurrentBias;
    private final PackedMatrix recurrent; // Uᵀ: [H, G·H]
    private volatile Optional<PackedMatrix> transposed =
            Optional.empty(); // U, for gradients; racing threads make equal ones

    /**
     * Packs the weights.
     *
     * @param parameters under PyTorch's names
     * @param layer counted from 0
     * @param reverse whether positions are taken from the last to the first
     * @param cell whose weights they are
     */
    Direction(NamedTensors parameters, int layer, boolean reverse, Cell cell) {
        this.reverse = reverse;
        suffix = suffix(layer, reverse);
        float[] w = parameters.get("weight_ih" + suffix).toArray();
        float[] u = parameters.get("weight_hh" + suffix).toArray();
        int rows = parameters.get("weight_ih" + suffix).extent(0);
        hidden = rows / cell.gates();
        int shared = rows - cell.apart() * hidden;
        float[] bias = new float[rows];
        recurrentBias = new float[rows - shared];
        if (parameters.contains("bias_ih" + suffix)) {
            float[] bIh = parameters.get("bias_ih" + suffix).toArray();
            float[] bHh = parameters.get("bias_hh" + suffix).toArray();
            for (int i = 0; i < rows; i++) {
                bias[i] = i < shared ? bIh[i] + bHh[i] : bIh[i];
            }
            System.arraycopy(bHh, shared, recurrentBias, 0, rows - shared);
        }
        int width = w.length / rows;
        input = Linear.of(rotated(w, shared * width), 0, rotated(bias, shared), 0, rows, width);
        int output = cell.outputWidth(hidden);
        recurrent = PackedMatrix.of(u, 0, 1, output, output, rows);
    }

    /** What begins at an index, then what is before it. */
    private static float[] rotated(float[] x, int first) {
        float[] result = new float[x.length];
        System.arraycopy(x, first, result, 0, x.length - first);
        System.arraycopy(x, 0, result, x.length - first, first);
        return result;
    }

    private static String suffix(int layer, boolean reverse) {
        return "_l" + layer + (reverse ? "_reverse" : "");
    }

    /** Declares the parameters that the constructor reads, uniform in ±1/√H as PyTorch draws them. */
    static void declare(
            MixerSpec.Builder spec, int layer, boolean reverse, Cell cell, int width, int hidden, boolean bias) {
        InitialValue initial = InitialValue.uniform(1 / Math.sqrt(hidden));
        String suffix = suffix(layer, reverse);
        int rows = Math.multiplyExact(cell.gates(), hidden);
        spec.parameter("weight_ih" + suffix, initial, rows, width);
        spec.parameter("weight_hh" + suffix, initial, rows, cell.outputWidth(hidden));
        if (bias) {
            spec.parameter("bias_ih" + suffix, initial, rows);
            spec.parameter("bias_hh" + suffix, initial, rows);
        }
    }

    /** What a parameter's name ends with: {@code "_l0"} or {@code "_l0_reverse"}. */
    String suffix() {
        return suffix;
    }

    /** Whether positions are taken from the last to the first. */
    boolean reverse() {
        return reverse;
    }

    /** H. */
    int hidden() {
        return hidden;
    }

    /** x ↦ W x + b_ih, and + b_hh where the gates are shared; those that are not come first. */
    Linear input() {
        return input;
    }

    /** Uᵀ. */
    PackedMatrix recurrent() {
        return recurrent;
    }

    /** b_hh of the gates that are not shared. */
    float[] recurrentBias() {
        return recurrentBias;
    }

    /** U. */
    PackedMatrix recurrentTransposed() {
        Optional<PackedMatrix> known = transposed;
        if (known.isEmpty()) {
            known = Optional.of(recurrent.transpose());
            transposed = known;
        }
        return known.get();
    }
}
