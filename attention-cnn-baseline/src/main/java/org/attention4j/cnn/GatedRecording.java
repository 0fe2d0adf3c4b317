package org.attention4j.cnn;

import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;

/**
 * A gated convolution's gradient needs its input, which the caller keeps, and the values before and inside the gates.
 *
 * @param mixer that recorded
 * @param in its input
 * @param kept values of the pass
 */
record GatedRecording(SequenceMixer mixer, Sequences in, GateFinish.Kept kept) implements ConvolutionRecording {
    @Override
    public long bytes() {
        return (long) Float.BYTES * (kept.sums().length + kept.opening().length);
    }
}
