package org.attention4j.model;

import java.util.List;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.jspecify.annotations.Nullable;

/**
 * What the gradient of a block or a decoder layer needs.
 *
 * @param mixer the block
 * @param in x
 * @param memory a decoder's second sequences
 * @param passes of its sums, in order
 */
record BlockRecording(
        SequenceMixer mixer, Sequences in, @Nullable Sequences memory, List<Sublayer.Pass> passes)
        implements LayerRecording {
    @Override
    public long bytes() {
        long bytes = 0;
        for (Sublayer.Pass pass : passes) {
            bytes += pass.bytes()
                    + (pass.in() == in ? 0 : Float.BYTES * pass.in().tensor().size());
        }
        return bytes;
    }
}
