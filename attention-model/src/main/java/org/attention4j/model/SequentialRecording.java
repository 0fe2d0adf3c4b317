package org.attention4j.model;

import java.util.List;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.jspecify.annotations.Nullable;

/**
 * What the gradient of a sequence of parts needs.
 *
 * @param mixer the sequence of parts
 * @param passes of its parts, in order; the first one's input is the caller's
 */
record SequentialRecording(SequenceMixer mixer, List<Pass> passes) implements Recording {
    /**
     * One part's pass.
     *
     * @param in what the part was given
     * @param recording of a mixer
     */
    record Pass(Sequences in, @Nullable Recording recording) {}

    @Override
    public long bytes() {
        long bytes = 0;
        for (Pass pass : passes) {
            long own =
                    pass == passes.get(0) ? 0 : Float.BYTES * pass.in().tensor().size();
            bytes += own + (pass.recording() == null ? 0 : pass.recording().bytes());
        }
        return bytes;
    }
}
