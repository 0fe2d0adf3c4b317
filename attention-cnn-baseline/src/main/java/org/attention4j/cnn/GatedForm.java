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
 * @param gates let them through
 */
record GatedForm(Filter filter, GateFinish gates) implements ConvolutionForm {
    @Override
    public void run(Sequences in, @Nullable MixerState state, Tensor out, Workspace workspace) {
        RowState before = state == null ? null : state.require(RowState.class);
        ForwardPass.run(filter, gates, in, before, out, workspace);
    }

    @Override
    public ConvolutionRecording record(SequenceMixer mixer, Sequences in, Tensor out, Workspace workspace) {
        GateFinish keeping = gates.keeping(out.size());
        ForwardPass.run(filter, keeping, in, null, out, workspace);
        return new GatedRecording(mixer, in, keeping.kept());
    }

    @Override
    public void backward(ConvolutionRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        GatedRecording mine = (GatedRecording) recording;
        Sequences in = mine.in();
        Optional<Filter> gate = gates.gate();
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Source source = new Source()
                    .set(in, in.tensor().readable(scratch), in.tensor().offset());
            int size = Math.toIntExact(dOut.size());
            float[] dSums = scratch.floats(size);
            float[] dGates = scratch.floats(gate.isPresent() ? size : 0);
            float[] dY = dOut.readable(scratch);
            new GateGradient(
                            filter.kernels(),
                            in,
                            mine.kept(),
                            gates.tanh(),
                            dY,
                            dOut.offset(),
                            dSums,
                            dGates,
                            filter.out())
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
