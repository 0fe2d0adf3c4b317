package org.attention4j.model;

import java.util.Objects;
import org.attention4j.api.Gradients;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * One residual sum of a block: r + f(norm(x)), r + after(f(norm(x))), norm(r + f(x)) or r + norm(f(x)), where r is x, or the sum before
 * where parts are parallel.
 *
 * @param part f
 * @param norm the norm
 * @param after the second norm of a sandwich
 * @param normName what its parameters begin with
 * @param arrangement of the block
 */
record Sublayer(Part part, Layer norm, @Nullable Layer after, String normName, Arrangement arrangement) {
    static Sublayer of(Part part, BlockConfig config, int width, String normName, ParameterSource source) {
        Layer norm = config.norm(width, source.under(normName));
        boolean two = config.arrangement() == Arrangement.SANDWICH;
        Layer after = two ? config.norm(width, source.under(afterName(normName))) : null;
        return new Sublayer(part, norm, after, normName, config.arrangement());
    }

    private static String afterName(String normName) {
        return "post_" + normName;
    }

    /** What the parameters of the second norm begin with. */
    String afterName() {
        return afterName(normName);
    }

    Sublayer withParameters(ParameterSource source) {
        return new Sublayer(
                part.withParameters(source),
                norm.withParameters(source.under(normName)),
                after == null ? null : after.withParameters(source.under(afterName())),
                normName,
                arrangement);
    }

    void forward(
            Sequences in,
            Sequences residual,
            @Nullable Sequences memory,
            @Nullable BlockState state,
            Tensor out,
            Workspace workspace) {
        Scratch scratch = workspace.scratch();
        int mark = scratch.mark();
        Sequences middle = Intermediate.like(in, in.width(), scratch);
        if (arrangement.normFirst()) {
            norm.forward(in, middle.tensor(), workspace);
            if (after == null) {
                part.forward(middle, memory, state, out, workspace);
            } else {
                Sequences raw = Intermediate.like(in, in.width(), scratch);
                part.forward(middle, memory, state, raw.tensor(), workspace);
                after.forward(raw, out, workspace);
            }
            RowSum.add(residual, out, workspace);
        } else {
            part.forward(in, memory, state, middle.tensor(), workspace);
            normLast(residual, middle, out, workspace);
        }
        scratch.release(mark);
    }

    /** As {@link #forward}, in memory that is kept. */
    Pass record(Sequences in, Sequences residual, @Nullable Sequences memory, Tensor out, Workspace workspace) {
        Sequences middle = Intermediate.kept(in, in.width());
        Sequences raw = after == null ? null : Intermediate.kept(in, in.width());
        Recording recording;
        if (arrangement.normFirst()) {
            norm.forward(in, middle.tensor(), workspace);
            recording = part.record(middle, memory, raw == null ? out : raw.tensor(), workspace);
            if (after != null) {
                after.forward(Objects.requireNonNull(raw), out, workspace);
            }
            RowSum.add(residual, out, workspace);
        } else {
            recording = part.record(in, memory, middle.tensor(), workspace);
            normLast(residual, middle, out, workspace);
        }
        return new Pass(in, middle, raw, recording);
    }

    /** From f(x) in {@code middle}, which the norm's input then is. */
    private void normLast(Sequences residual, Sequences middle, Tensor out, Workspace workspace) {
        boolean outside = arrangement == Arrangement.POST_NORM;
        if (outside) {
            RowSum.add(residual, middle.tensor(), workspace);
        }
        norm.forward(middle, out, workspace);
        if (!outside) {
            RowSum.add(residual, out, workspace);
        }
    }

    /**
     * From the end to the start.
     *
     * @param residual whether the gradient of r is added to that of x
     * @param gradients input, context and parameters by their names in the block, where they are wanted
     */
    void backward(Pass pass, Sequences dOut, boolean residual, Gradients gradients, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        int mark = scratch.mark();
        Sequences dMiddle = Intermediate.zeros(pass.in, pass.in.width(), scratch);
        Gradients ofNorm =
                Gradients.none().withParameters(gradients.parameters().under(normName));
        boolean outside = arrangement == Arrangement.POST_NORM;
        if (residual && !outside && gradients.input().isPresent()) {
            RowSum.add(dOut, gradients.input().get(), workspace);
        }
        if (arrangement.normFirst()) {
            Gradients ofPart = gradients.withInput(dMiddle.tensor());
            Tensor dPart = after == null ? dOut.tensor() : afterGradient(pass, dOut, gradients, workspace);
            part.backward(pass.middle, pass.recording, dPart, ofPart, workspace);
            if (gradients.input().isPresent()) {
                ofNorm = ofNorm.withInput(gradients.input().get());
            }
            norm.backward(pass.in, dMiddle.tensor(), ofNorm, workspace);
        } else {
            norm.backward(pass.middle, dOut.tensor(), ofNorm.withInput(dMiddle.tensor()), workspace);
            if (outside && gradients.input().isPresent()) {
                RowSum.add(dMiddle, gradients.input().get(), workspace);
            }
            part.backward(pass.in, pass.recording, dMiddle.tensor(), gradients, workspace);
        }
        scratch.release(mark);
    }

    /** Back through the second norm. */
    private Tensor afterGradient(Pass pass, Sequences dOut, Gradients gradients, Workspace workspace) {
        Sequences dRaw = Intermediate.zeros(pass.in, pass.in.width(), workspace.scratch());
        Gradients wanted = Gradients.none()
                .withInput(dRaw.tensor())
                .withParameters(gradients.parameters().under(afterName()));
        Objects.requireNonNull(after).backward(Objects.requireNonNull(pass.raw), dOut.tensor(), wanted, workspace);
        return dRaw.tensor();
    }

    /**
     * What the gradient needs.
     *
     * @param in x
     * @param middle what the part reads, norm(x), or else what the norm reads
     * @param raw what the second norm reads, if there is one
     * @param recording of f, if it has one
     */
    record Pass(
            Sequences in,
            Sequences middle,
            @Nullable Sequences raw,
            @Nullable Recording recording) {
        long bytes() {
            long floats =
                    middle.tensor().size() + (raw == null ? 0 : raw.tensor().size());
            return Float.BYTES * floats + (recording == null ? 0 : recording.bytes());
        }
    }
}
