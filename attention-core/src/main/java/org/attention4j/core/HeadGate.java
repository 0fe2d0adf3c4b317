package org.attention4j.core;

import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/** A gate of each head: its output times sigmoid(x · w_h + b_h), x being what the query is projected from (Qiu et al. 2025, equation 5). */
final class HeadGate {
    static final String WEIGHT = "gate.weight";
    static final String BIAS = "gate.bias";

    final Linear layer;
    private final int heads;
    private final int headWidth;

    private HeadGate(Linear layer, int heads, int headWidth) {
        this.layer = layer;
        this.heads = heads;
        this.headWidth = headWidth;
    }

    static void declare(AttentionForm form, MixerSpec.Builder spec) {
        if (form.gate()) {
            spec.parameter(WEIGHT, InitialValue.xavier(form.inWidth(), form.heads()), form.heads(), form.inWidth());
            if (form.bias()) {
                spec.parameter(BIAS, InitialValue.zeros(), form.heads());
            }
        }
    }

    static @Nullable HeadGate of(AttentionForm form, NamedTensors parameters) {
        if (!form.gate()) {
            return null;
        }
        Tensor w = parameters.get(WEIGHT);
        if (!form.bias()) {
            Linear layer = Linear.of(w.array(), w.offset(), form.heads(), form.inWidth());
            return new HeadGate(layer, form.heads(), form.valueWidth());
        }
        Tensor b = parameters.get(BIAS);
        Linear layer = Linear.of(w.array(), w.offset(), b.array(), b.offset(), form.heads(), form.inWidth());
        return new HeadGate(layer, form.heads(), form.valueWidth());
    }

    /** The gates of all true rows, [rows, H], without padding. */
    HeadRows gates(Workspace workspace, Kernels kernels, TrueRows rows, @Nullable Scratch memory) {
        HeadRows gates = memory == null ? new HeadRows() : memory.object(HeadRows.class, HeadRows::new);
        float[] array = Memory.floats(memory, rows.total * heads);
        gates.set(array, rows.compact(Memory.ints(memory, rows.batch), heads), 1, heads);
        LinearTask.forward(workspace, kernels, layer, rows, rows.rows, gates);
        kernels.apply(Activation.SIGMOID, array, 0, array, 0, rows.total * heads);
        return gates;
    }

    /** to = from · gate; both without padding, or the same. */
    void apply(Kernels kernels, TrueRows rows, HeadRows gates, HeadRows from, HeadRows to) {
        for (int r = 0; r < rows.total * heads; r++) {
            int at = r * headWidth;
            if (from.array != to.array) {
                System.arraycopy(from.array, at, to.array, at, headWidth);
            }
            kernels.scale(to.array, at, headWidth, gates.array[r]);
        }
    }

    /** From the gradients of gated outputs to those of outputs, in place; returns those of the gates before the sigmoid. */
    HeadRows backward(Kernels kernels, TrueRows rows, HeadRows gates, HeadRows out, HeadRows d, Scratch scratch) {
        HeadRows dGates = new HeadRows();
        float[] array = scratch.floats(rows.total * heads);
        dGates.set(array, rows.compact(scratch.ints(rows.batch), heads), 1, heads);
        for (int r = 0; r < rows.total * heads; r++) {
            int at = r * headWidth;
            float gate = gates.array[r];
            array[r] = kernels.dot(d.array, at, out.array, at, headWidth) * (gate * (1 - gate));
            kernels.scale(d.array, at, headWidth, gate);
        }
        return dGates;
    }
}
