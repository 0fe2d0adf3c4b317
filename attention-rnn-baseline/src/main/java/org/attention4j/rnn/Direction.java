package org.attention4j.rnn;

import java.util.Optional;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.attention4j.kernels.PackedMatrix;
import org.jspecify.annotations.Nullable;

/**
 * The weights of one layer in one direction: W {@code [G·H, D]} and U {@code [G·H, R]}, packed, b_ih + b_hh {@code
 * [G·H]}, added once where input and state share a gate, and what the cell alone has. Immutable.
 */
final class Direction {
    private static final float[] NONE = new float[0];

    private final String suffix;
    private final boolean reverse;
    private final int hidden;
    private final InputWeights input;
    private final float[] recurrentBias;
    private final StateWeights recurrent;
    private final StateWeights last;
    private final Optional<Linear> projection;
    private final float[] peepholes;
    private final Decays decays;

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
        int rows = parameters.get("weight_ih" + suffix).extent(0);
        hidden = rows / cell.gates();
        int shared = rows - cell.apart() * hidden;
        float[] bIh = of(parameters, "bias_ih", rows);
        float[] bHh = of(parameters, "bias_hh", rows);
        float[] bias = new float[rows];
        recurrentBias = new float[rows - shared];
        for (int i = 0; i < rows; i++) {
            bias[i] = i < shared ? bIh[i] + bHh[i] : bIh[i];
        }
        System.arraycopy(bHh, shared, recurrentBias, 0, rows - shared);
        int width = w.length / rows;
        input = InputWeights.of(
                rotated(w, shared * width), rotated(bias, shared), cell.blocks(), cell.gates(), cell.takesInput());
        int output = cell.outputWidth(hidden);
        int first = cell.isRecurrent() ? rows - cell.throughReset() * hidden : 0;
        float[] u = first > 0 ? parameters.get("weight_hh" + suffix).toArray() : NONE;
        recurrent = new StateWeights(u, 0, first, output);
        last = new StateWeights(u, first * output, cell.throughReset() * hidden, output);
        projection = parameters.contains("weight_hr" + suffix)
                ? Optional.of(Linear.of(parameters.get("weight_hr" + suffix).toArray(), 0, output, hidden))
                : Optional.empty();
        peepholes = parameters.contains("weight_peephole" + suffix)
                ? parameters.get("weight_peephole" + suffix).toArray()
                : NONE;
        decays = Decays.of(parameters, suffix);
    }

    /** A parameter, or zeros if there is none of that name. */
    private float[] of(NamedTensors parameters, String name, int length) {
        return parameters.contains(name + suffix)
                ? parameters.get(name + suffix).toArray()
                : new float[length];
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
        InitialValue initial = InitialValue.uniform(1 / Math.sqrt((double) hidden / cell.blocks()));
        String suffix = suffix(layer, reverse);
        int rows = Math.multiplyExact(cell.gates(), hidden);
        int output = cell.outputWidth(hidden);
        spec.parameter("weight_ih" + suffix, initial, rows, width / cell.blocks());
        if (cell.isRecurrent()) {
            spec.parameter("weight_hh" + suffix, initial, rows, output);
        }
        if (bias) {
            spec.parameter("bias_ih" + suffix, initial, rows);
        }
        if (bias && cell.isRecurrent()) {
            spec.parameter("bias_hh" + suffix, initial, rows);
        }
        if (output != hidden) {
            spec.parameter("weight_hr" + suffix, initial, output, hidden);
        }
        if (cell.peepholes() > 0) {
            spec.parameter("weight_peephole" + suffix, initial, Math.multiplyExact(cell.peepholes(), hidden));
        }
        if (cell.hasDecays()) {
            spec.parameter(Decays.NAME + suffix, Decays.INITIAL, hidden);
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
    InputWeights input() {
        return input;
    }

    /** Projects an input, if there is one, to one gate of some units of a gate row. */
    void projectUnits(
            Kernels kernels, int gate, int from, int units, float @Nullable [] x, int xAt, float[] gates, int gatesAt) {
        if (x != null) {
            int at = gate * hidden + from;
            input.forwardOutputs(kernels, 1, x, xAt, 0, at, units, gates, gatesAt + at, 0);
        }
    }

    /** Uᵀ, of the gates that see the state as it is. */
    PackedMatrix recurrent() {
        return recurrent.packed();
    }

    /** U of those. */
    PackedMatrix recurrentTransposed() {
        return recurrent.transposed();
    }

    /** U of the gates that see the state through the reset gate. */
    StateWeights throughReset() {
        return last;
    }

    /** b_hh of the gates that are not shared. */
    float[] recurrentBias() {
        return recurrentBias;
    }

    /** The projection of the output {@code [R, H]}, of a cell that has one. */
    Linear projection() {
        return projection.orElseThrow();
    }

    /** The decays of a cell that has them. */
    Decays decays() {
        return decays;
    }

    /** The peephole weights, {@code [H]} for each gate that has them; empty if none has. */
    float[] peepholes() {
        return peepholes;
    }
}
