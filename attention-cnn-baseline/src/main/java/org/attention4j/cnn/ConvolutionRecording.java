package org.attention4j.cnn;

import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;

/**
 * A convolution's gradient needs its input, which the caller keeps.
 *
 * @param mixer that recorded
 * @param in its input
 */
record ConvolutionRecording(SequenceMixer mixer, Sequences in) implements Recording {
    @Override
    public long bytes() {
        return 0;
    }
}
