package org.attention4j.cnn;

import java.util.Optional;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerState;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * A filter whose sums are let through by gates. A state keeps the last inputs.
 *
 * @param filter makes the sums
 * @param gate makes the sums of the gate; none if sums are their own gates
 * @param tanh whether sums are made hyperbolic tangents before a gate of its own
 */
record GatedForm(Filter filter, Optional<Filter> gate, boolean tanh) implements ConvolutionForm {
    @Override
    public void run(Sequences in, @Nullable MixerState state, Tensor out, Workspace workspace) {
        run(in, state == null ? null : state.require(RowState.class), GateFinish.NOTHING, out, workspace);
    }

    /** The values before and inside the gate are kept where arrays are given for them. */
    private void run(Sequences in, @Nullable RowState before, GateFinish.Kept kept, Tensor out, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] x = in.tensor().readable(scratch);
            Source source = scratch.object(Source.class, Source::new)
                    .set(in, x, in.tensor().offset(), before, 0);
            GateFinish finish =
                    scratch.object(GateFinish.class, GateFinish::new).set(filter, gate, tanh, source, kept);
            float[] results = out.writable(scratch);
            ForwardPass.run(filter, source, finish, results, out.offset(), workspace);
            finish.forget();
            source.forget();
            out.commit(results);
            if (before != null) {
                InputState.keep(in, x, before, lookback());
            }
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public ConvolutionRecording record(SequenceMixer mixer, Sequences in, Tensor out, Workspace workspace) {
        GateFinish.Kept kept = new GateFinish.Kept(
                new float[Math.toIntExact(out.size())],
                gate.isPresent() ? new float[Math.toIntExact(out.size())] : GateFinish.NOTHING.opening());
        run(in, null, kept, out, workspace);
        return new GatedRecording(mixer, in, kept);
    }

    @Override
    public void backward(ConvolutionRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        GatedRecording mine = (GatedRecording) recording;
        Sequences in = mine.in();
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Source source = new Source()
                    .set(in, in.tensor().readable(scratch), in.tensor().offset());
            int size = Math.toIntExact(dOut.size());
            float[] dSums = scratch.floats(size);
            float[] dGates = scratch.floats(gate.isPresent() ? size : 0);
            float[] dY = dOut.readable(scratch);
            new GateGradient(filter.kernels(), in, mine.kept(), tanh, dY, dOut.offset(), dSums, dGates, filter.out())
                    .run(workspace);
            ParameterGradient.run(filter, source, dSums, 0, gradients.parameters(), "", workspace);
            gate.ifPresent(opening -> ParameterGradient.run(
                    opening, source, dGates, 0, gradients.parameters(), GatedConvolution.GATE_PREFIX, workspace));
            gradients.input().ifPresent(dIn -> {
                float[] dX = dIn.readable(scratch);
                InputGradient.run(filter, source, dSums, 0, dX, dIn.offset(), workspace);
                gate.ifPresent(opening -> InputGradient.run(opening, source, dGates, 0, dX, dIn.offset(), workspace));
                dIn.commit(dX);
            });
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public int rowWidth() {
        return filter.in();
    }

    @Override
    public int lookback() {
        return filter.reach().left();
    }
}
