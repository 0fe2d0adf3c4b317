package org.attention4j.cnn;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.RowState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** How a convolution is computed. Arguments have been checked, except the class of a state. Immutable. */
interface ConvolutionForm {
    /** Whole sequences, or a chunk and what came before it: a state that moves on. */
    void run(Sequences in, @Nullable MixerState state, Tensor out, Workspace workspace);

    /** Whole sequences, for a gradient. The input, which the caller keeps, is all that it needs unless a form says otherwise. */
    default ConvolutionRecording record(SequenceMixer mixer, Sequences in, Tensor out, Workspace workspace) {
        run(in, null, out, workspace);
        return new InputRecording(mixer, in);
    }

    /** Adds the gradients of a recording of this form. */
    void backward(ConvolutionRecording recording, Tensor dOut, Gradients gradients, Workspace workspace);

    /** Floats that a state keeps of a position. */
    int rowWidth();

    /** How many positions before a chunk a step may read. */
    int lookback();

    default MixerState newState(MixerSpec spec, int batch, int capacity) {
        return new RowState(spec, batch, capacity, rowWidth(), lookback());
    }

    /** The memory of a new state. */
    default long stateBytes(int batch, int capacity) {
        return RowState.bytes(batch, capacity, rowWidth(), lookback());
    }

    default MixerState loadState(MixerSpec spec, ReadableByteChannel channel) throws IOException {
        return RowState.load(channel, spec, rowWidth(), lookback());
    }
}
