package org.attention4j.cnn;

import org.attention4j.api.Gradients;
import org.attention4j.api.MixerState;
import org.attention4j.api.RowState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of two convolutions each, one behind the other. A state keeps what each convolution reads, side by side.
 *
 * @param blocks the blocks
 */
record TemporalForm(TemporalBlocks blocks) implements ConvolutionForm {
    @Override
    public void run(Sequences in, @Nullable MixerState state, Tensor out, Workspace workspace) {
        if (state == null) {
            TemporalForward.whole(blocks, in, out, workspace);
        } else {
            TemporalForward.step(blocks, in, state.require(RowState.class), lookback(), out, workspace);
        }
    }

    @Override
    public ConvolutionRecording record(SequenceMixer mixer, Sequences in, Tensor out, Workspace workspace) {
        TemporalRecording recording =
                TemporalRecording.of(mixer, in, blocks.all().size(), out.size());
        TemporalForward.record(blocks, recording, out, workspace);
        return recording;
    }

    @Override
    public void backward(ConvolutionRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        TemporalBackward.run(blocks, (TemporalRecording) recording, dOut, gradients, workspace);
    }

    @Override
    public int rowWidth() {
        return blocks.filter(0).in() + (blocks.convolutions() - 1) * blocks.width();
    }

    /** Of the last block, whose taps are furthest apart. */
    @Override
    public int lookback() {
        return blocks.filter(blocks.convolutions() - 1).reach().left();
    }
}
