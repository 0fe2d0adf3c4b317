package org.attention4j.model;

import org.attention4j.api.Gradients;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * One residual sum of a block. Pre-norm: y = x + f(norm(x)); post-norm: y = norm(x + f(x)).
 *
 * @param part f
 * @param norm the norm
 * @param normName what its parameters begin with
 * @param normFirst whether pre-norm
 */
record Sublayer(Part part, NormLayer norm, String normName, boolean normFirst) {
    Sublayer withParameters(ParameterSource source) {
        return new Sublayer(
                part.withParameters(source),
                (NormLayer) norm.withParameters(source.under(normName)),
                normName,
                normFirst);
    }

    void forward(
            Sequences in, @Nullable Sequences memory, @Nullable BlockState state, Tensor out, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        int mark = scratch.mark();
        Sequences middle = Intermediate.like(in, in.width(), scratch);
        if (normFirst) {
            norm.forward(in, middle.tensor(), workspace);
            part.forward(middle, memory, state, out, workspace);
            Residual.add(in, out, workspace);
        } else {
            part.forward(in, memory, state, middle.tensor(), workspace);
            Residual.add(in, middle.tensor(), workspace);
            norm.forward(middle, out, workspace);
        }
        scratch.release(mark);
    }

    /** As {@link #forward}, in memory that is kept. */
    Pass record(Sequences in, @Nullable Sequences memory, Tensor out, Workspace workspace) {
        Sequences middle = Intermediate.kept(in, in.width());
        Recording recording;
        if (normFirst) {
            norm.forward(in, middle.tensor(), workspace);
            recording = part.record(middle, memory, out, workspace);
            Residual.add(in, out, workspace);
        } else {
            recording = part.record(in, memory, middle.tensor(), workspace);
            Residual.add(in, middle.tensor(), workspace);
            norm.forward(middle, out, workspace);
        }
        return new Pass(in, middle, recording);
    }

    /**
     * From the end to the start.
     *
     * @param gradients input, context and parameters by their names in the block, where they are wanted
     */
    void backward(Pass pass, Sequences dOut, Gradients gradients, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        int mark = scratch.mark();
        Sequences dMiddle = Intermediate.zeros(pass.in, pass.in.width(), scratch);
        Gradients ofNorm =
                Gradients.none().withParameters(gradients.parameters().under(normName));
        if (normFirst) {
            Gradients ofPart = gradients.withInput(dMiddle.tensor());
            part.backward(pass.middle, pass.recording, dOut.tensor(), ofPart, workspace);
            if (gradients.input().isPresent()) {
                Residual.add(dOut, gradients.input().get(), workspace);
                ofNorm = ofNorm.withInput(gradients.input().get());
            }
            norm.backward(pass.in, dMiddle.tensor(), ofNorm, workspace);
        } else {
            norm.backward(pass.middle, dOut.tensor(), ofNorm.withInput(dMiddle.tensor()), workspace);
            if (gradients.input().isPresent()) {
                Residual.add(dMiddle, gradients.input().get(), workspace);
            }
            part.backward(pass.in, pass.recording, dMiddle.tensor(), gradients, workspace);
        }
        scratch.release(mark);
    }

    /**
     * What the gradient needs.
     *
     * @param in x
     * @param middle pre-norm: norm(x); post-norm: x + f(x)
     * @param recording of f, if it has one
     */
    record Pass(Sequences in, Sequences middle, @Nullable Recording recording) {
        long bytes() {
            return Float.BYTES * middle.tensor().size() + (recording == null ? 0 : recording.bytes());
        }
    }
}
