package org.attention4j.cnn;

import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;

/**
 * A linear convolution's gradient needs its input alone.
 *
 * @param mixer that recorded
 * @param in its input
 */
record InputRecording(SequenceMixer mixer, Sequences in) implements ConvolutionRecording {
    @Override
    public long bytes() {
        return 0;
    }
}
