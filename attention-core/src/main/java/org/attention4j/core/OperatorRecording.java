package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * What the gradient of one {@link ScaledDotProductAttention} needs. It belongs to the caller, refers to the caller's inputs and may be used for
 * any number of backward passes, by one thread at a time.
 */
public final class OperatorRecording {
    private final ScaledDotProductAttention operator;
    private final AttentionInputs in;
    private AttentionCall call = new AttentionCall();

    OperatorRecording(ScaledDotProductAttention operator, AttentionInputs in) {
        this.operator = operator;
        this.in = in;
    }

    /** Keeps a call, with a copy of its output. */
    void keep(AttentionCall kept, Tensor out) {
        call = kept;
        call.out.place(out.toArray(), out, null);
        HeadRows.starts(call.out.start, call.batch, 0, out.extent(1) * out.extent(2) * out.extent(3));
    }

    /**
     * The memory that this holds beyond the caller's own inputs.
     *
     * @return bytes, without the few objects around them
     */
    public long bytes() {
        return call.bytes() - callers(in.query()) - callers(in.key()) - callers(in.value());
    }

    private static long callers(Tensor tensor) {
        return tensor.hasArray() ? Float.BYTES * (long) tensor.array().length : 0;
    }

    void backward(ScaledDotProductAttention asked, Tensor dOut, AttentionGradients gradients, Workspace workspace) {
        if (asked != operator) {
            throw new BadConfigurationException("recording", "of another operator", "must be of the one that is asked");
        }
        Tensor q = in.query();
        MixerSpec.check(
                "cotangent",
                dOut,
                Shape.of(q.extent(0), q.extent(1), q.extent(2), in.value().extent(3)));
        Doors.same("gradient of the queries", gradients.query(), q);
        Doors.same("gradient of the keys", gradients.key(), in.key());
        Doors.same("gradient of the values", gradients.value(), in.value());
        Doors.checkBias(gradients, in.terms());
        Doors.checkSinks(gradients, in.sinks());
        Tensor dWeights = gradients.weightCotangent();
        if (dWeights != null) {
            MixerSpec.check(
                    "cotangent of the weights",
                    dWeights,
                    Shape.of(q.extent(0), q.extent(1), q.extent(2), in.key().extent(2)));
        }
        int mark = workspace.begin();
        try {
            run(dOut, gradients, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    private void run(Tensor dOut, AttentionGradients gradients, Workspace workspace) {
        BackwardArrays arrays = new BackwardArrays();
        arrays.dOut.place(dOut.readable(workspace.scratch()), dOut, null);
        arrays.dQuery = target(gradients.query(), workspace);
        arrays.dKey = target(gradients.key(), workspace);
        arrays.dValue = target(gradients.value(), workspace);
        arrays.dWeights(gradients.weightCotangent(), workspace.scratch());
        float[] dBias = arrays.dBias(gradients.bias(), workspace.scratch());
        if (gradients.sinks() != null) {
            arrays.dSinks = workspace.scratch().floats(call.batch * call.heads);
            Arrays.fill(arrays.dSinks, 0, call.batch * call.heads, 0f);
        }
        call.backward(workspace, arrays);
        commit(gradients.query(), arrays.dQuery);
        commit(gradients.key(), arrays.dKey);
        commit(gradients.value(), arrays.dValue);
        if (gradients.bias() != null) {
            gradients.bias().commit(dBias);
        }
        if (gradients.sinks() != null) {
            arrays.addSinks(gradients.sinks(), call, workspace.scratch());
        }
    }

    private static @Nullable HeadRows target(@Nullable Tensor gradient, Workspace workspace) {
        if (gradient == null) {
            return null;
        }
        HeadRows rows = new HeadRows();
        rows.place(gradient.readable(workspace.scratch()), gradient, null);
        return rows;
    }

    private static void commit(@Nullable Tensor gradient, @Nullable HeadRows rows) {
        if (gradient != null && rows != null) {
            gradient.commit(rows.array);
        }
    }
}
