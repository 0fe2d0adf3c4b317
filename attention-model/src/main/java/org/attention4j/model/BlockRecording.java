package org.attention4j.model;

import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * What the gradient of a block needs.
 *
 * @param mixer the block
 * @param in x
 * @param inside the mixer's own recording
 * @param a pre-norm: norm1(x), the mixer's input; post-norm: x + mixer(x)
 * @param b pre-norm: x + mixer(a); post-norm: norm1(a)
 * @param c post-norm: b + mlp(b); pre-norm: norm2(b)
 */
record BlockRecording(Block mixer, Sequences in, Recording inside, Sequences a, Sequences b, Sequences c)
        implements Recording {
    /** The forward pass, step by step as {@link Block#forward} does it, in memory that is kept. */
    static BlockRecording of(Block block, Sequences in, Tensor out, Workspace workspace) {
        int width = in.width();
        Sequences a = Intermediate.kept(in, width);
        Sequences b = Intermediate.kept(in, width);
        Sequences c = Intermediate.kept(in, width);
        Differentiable mixer = block.mixer().require(Differentiable.class);
        Recording inside;
        if (block.config().normFirst()) {
            block.norm1().forward(in, a.tensor(), workspace);
            inside = mixer.record(a, b.tensor(), workspace);
            Residual.add(in, b.tensor(), workspace);
            block.norm2().forward(b, c.tensor(), workspace);
            block.mlp().forward(c, out, workspace);
            Residual.add(b, out, workspace);
        } else {
            inside = mixer.record(in, a.tensor(), workspace);
            Residual.add(in, a.tensor(), workspace);
            block.norm1().forward(a, b.tensor(), workspace);
            block.mlp().forward(b, c.tensor(), workspace);
            Residual.add(b, c.tensor(), workspace);
            block.norm2().forward(c, out, workspace);
        }
        return new BlockRecording(block, in, inside, a, b, c);
    }

    @Override
    public long bytes() {
        return inside.bytes()
                + Float.BYTES
                        * (a.tensor().size() + b.tensor().size() + c.tensor().size());
    }

    void backward(Tensor dOut, Gradients gradients, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Sequences first = Intermediate.zeros(in, in.width(), scratch);
            Sequences second = Intermediate.zeros(in, in.width(), scratch);
            if (mixer.config().normFirst()) {
                preNorm(dOut, gradients, first, second, workspace);
            } else {
                postNorm(dOut, gradients, first, second, workspace);
            }
        } finally {
            workspace.end(mark);
        }
    }

    /** From the end to the start; dS and dNorm are zeros. */
    private void preNorm(Tensor dOut, Gradients gradients, Sequences dS, Sequences dNorm, Workspace workspace) {
        mixer.mlp().backward(c, dOut, to(gradients, "", dNorm), workspace);
        Residual.add(like(dOut), dS.tensor(), workspace);
        mixer.norm2().backward(b, dNorm.tensor(), to(gradients, "norm2.", dS), workspace);
        dNorm.tensor().fill(0);
        mix(dS, to(gradients, "mixer.", dNorm), workspace);
        if (gradients.input().isPresent()) {
            Tensor dIn = gradients.input().get();
            Residual.add(dS, dIn, workspace);
            mixer.norm1().backward(in, dNorm.tensor(), to(gradients, "norm1.", like(dIn)), workspace);
        } else {
            mixer.norm1().backward(in, dNorm.tensor(), parameters(gradients, "norm1."), workspace);
        }
    }

    /** From the end to the start; dSum and dS are zeros. */
    private void postNorm(Tensor dOut, Gradients gradients, Sequences dSum, Sequences dS, Workspace workspace) {
        mixer.norm2().backward(c, dOut, to(gradients, "norm2.", dSum), workspace);
        Residual.add(dSum, dS.tensor(), workspace);
        mixer.mlp().backward(b, dSum.tensor(), to(gradients, "", dS), workspace);
        dSum.tensor().fill(0);
        mixer.norm1().backward(a, dS.tensor(), to(gradients, "norm1.", dSum), workspace);
        if (gradients.input().isPresent()) {
            Tensor dIn = gradients.input().get();
            Residual.add(dSum, dIn, workspace);
            mix(dSum, to(gradients, "mixer.", like(dIn)), workspace);
        } else {
            mix(dSum, parameters(gradients, "mixer."), workspace);
        }
    }

    private void mix(Sequences dOut, Gradients gradients, Workspace workspace) {
        mixer.mixer().require(Differentiable.class).backward(inside, dOut.tensor(), gradients, workspace);
    }

    private Sequences like(Tensor tensor) {
        return Sequences.of(tensor, in.lengths());
    }

    private static Gradients to(Gradients gradients, String part, Sequences dIn) {
        return parameters(gradients, part).withInput(dIn.tensor());
    }

    /** The MLP's parameters have no prefix of their own: they are those that begin with "linear". */
    private static Gradients parameters(Gradients gradients, String part) {
        NamedTensors all = gradients.parameters();
        NamedTensors wanted = part.isEmpty()
                ? NamedTensors.empty().and("linear1.", all.under("linear1.")).and("linear2.", all.under("linear2."))
                : all.under(part);
        return Gradients.none().withParameters(wanted);
    }
}
