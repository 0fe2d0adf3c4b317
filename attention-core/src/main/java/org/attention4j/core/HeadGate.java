package org.attention4j.core;

import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/**
 * Gates of each head's output: it times sigmoid(x · w_h + b_h), or each of its numbers times a sigmoid of its own, x being what the query is projected from (Qiu
 * et al. 2025, equation 5).
 */
final class HeadGate {
    static final String WEIGHT = "gate.weight";
    static final String BIAS = "gate.bias";

    final Linear layer;
    /** Gates of a position: H, or H · E'. */
    private final int count;
    /** Numbers that one gate multiplies. */
    private final int span;

    private HeadGate(Linear layer, AttentionForm form) {
        this.layer = layer;
        count = count(form);
        span = form.valueWidth() / form.gates();
    }

    private static int count(AttentionForm form) {
        return form.heads() * form.gates();
    }

    static void declare(AttentionForm form, MixerSpec.Builder spec) {
        int count = count(form);
        if (count > 0) {
            spec.parameter(WEIGHT, InitialValue.xavier(form.inWidth(), count), count, form.inWidth());
            if (form.bias()) {
                spec.parameter(BIAS, InitialValue.zeros(), count);
            }
        }
    }

    static @Nullable HeadGate of(AttentionForm form, NamedTensors parameters) {
        int count = count(form);
        if (count == 0) {
            return null;
        }
        String bias = form.bias() ? BIAS : null;
        return new HeadGate(AttentionForm.layer(parameters, WEIGHT, 0, bias, 0, count, form.inWidth()), form);
    }

    /** The gates of all true rows, without padding. */
    HeadRows gates(Workspace workspace, Kernels kernels, TrueRows rows, @Nullable Scratch memory) {
        HeadRows gates = memory == null ? new HeadRows() : memory.object(HeadRows.class, HeadRows::new);
        int size = Memory.length((long) rows.total * count, "gates of heads");
        float[] array = Memory.floats(memory, size);
        gates.set(array, rows.compact(Memory.ints(memory, rows.batch), count), 1, count);
        LinearTask.forward(workspace, kernels, layer, rows, rows.rows, gates);
        kernels.apply(Activation.SIGMOID, array, 0, array, 0, size);
        return gates;
    }

    /** to = from · gate; both without padding, or the same. */
    void apply(Kernels kernels, TrueRows rows, HeadRows gates, HeadRows from, HeadRows to) {
        int size = rows.total * count;
        if (span == 1) {
            kernels.multiplyElementwise(from.array, 0, gates.array, 0, to.array, 0, size);
            return;
        }
        for (int r = 0; r < size; r++) {
            int at = r * span;
            if (from.array != to.array) {
                System.arraycopy(from.array, at, to.array, at, span);
            }
            kernels.scale(to.array, at, span, gates.array[r]);
        }
    }

    /** From the gradients of gated outputs to those of outputs, in place; returns those of the gates before the sigmoid. */
    HeadRows backward(Kernels kernels, TrueRows rows, HeadRows gates, HeadRows out, HeadRows d, Scratch scratch) {
        HeadRows dGates = new HeadRows();
        int size = rows.total * count;
        float[] array = scratch.floats(size);
        dGates.set(array, rows.compact(scratch.ints(rows.batch), count), 1, count);
        if (span == 1) {
            kernels.multiplyElementwise(d.array, 0, out.array, 0, array, 0, size);
            kernels.gradient(Activation.SIGMOID, array, 0, gates.array, 0, array, 0, array, 0, size);
            kernels.multiplyElementwise(d.array, 0, gates.array, 0, d.array, 0, size);
            return dGates;
        }
        for (int r = 0; r < size; r++) {
            int at = r * span;
            float gate = gates.array[r];
            array[r] = kernels.dot(d.array, at, out.array, at, span) * (gate * (1 - gate));
            kernels.scale(d.array, at, span, gate);
        }
        return dGates;
    }
}
