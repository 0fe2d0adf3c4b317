package org.attention4j.cnn;

import org.attention4j.api.Gradients;
import org.attention4j.api.MixerState;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * A filter, tap by tap. A state keeps the last inputs.
 *
 * @param filter the convolution
 */
record DirectForm(Filter filter) implements ConvolutionForm {
    @Override
    public void run(Sequences in, @Nullable MixerState state, Tensor out, Workspace workspace) {
        RowState before = state == null ? null : state.require(RowState.class);
        ForwardPass.run(filter, Finish.NONE, in, before, out, workspace);
    }

    @Override
    public void backward(ConvolutionRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        Sequences in = recording.in();
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Source source = new Source()
                    .set(in, in.tensor().readable(scratch), in.tensor().offset());
            float[] dY = dOut.readable(scratch);
            ParameterGradient.run(filter, source, dY, dOut.offset(), gradients.parameters(), "", workspace);
            gradients.input().ifPresent(dIn -> {
                float[] dX = dIn.readable(scratch);
                InputGradient.run(filter, source, dY, dOut.offset(), dX, dIn.offset(), workspace);
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
