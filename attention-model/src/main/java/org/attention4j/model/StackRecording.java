package org.attention4j.model;

import java.util.List;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.jspecify.annotations.Nullable;

/**
 * What the gradient of a stack needs.
 *
 * @param mixer the stack
 * @param in x
 * @param memory a decoder's second sequences
 * @param layers the layers' recordings, in order
 * @param last the last layer's outputs, where a norm follows
 */
record StackRecording(
        SequenceMixer mixer,
        Sequences in,
        @Nullable Sequences memory,
        List<BlockRecording> layers,
        @Nullable Sequences last)
        implements LayerRecording {
    @Override
    public long bytes() {
        long bytes = last == null ? 0 : Float.BYTES * last.tensor().size();
        for (BlockRecording layer : layers) {
            bytes += layer.bytes()
                    + (layer.in() == in ? 0 : Float.BYTES * layer.in().tensor().size());
        }
        return bytes;
    }
}
