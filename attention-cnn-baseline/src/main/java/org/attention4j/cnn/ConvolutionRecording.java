package org.attention4j.cnn;

import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;

/** What a convolution's gradient needs: its input, which the caller keeps, and what else its form says. */
interface ConvolutionRecording extends Recording {
    Sequences in();
}
