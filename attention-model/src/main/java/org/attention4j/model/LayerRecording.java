package org.attention4j.model;

import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.jspecify.annotations.Nullable;

/** A recording of a layer or of a stack of layers. */
sealed interface LayerRecording extends Recording permits BlockRecording, StackRecording {
    /** x. */
    Sequences in();

    /** A decoder's second sequences. */
    @Nullable
    Sequences memory();
}
