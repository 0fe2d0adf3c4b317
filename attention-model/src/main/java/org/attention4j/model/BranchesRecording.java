package org.attention4j.model;

import java.util.List;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;

/**
 * What the gradient of branches needs.
 *
 * @param mixer the branches
 * @param in what all were given
 * @param recordings of the branches, in order
 * @param factors the branches' outputs, where they were multiplied; else none
 */
record BranchesRecording(SequenceMixer mixer, Sequences in, List<Recording> recordings, List<Sequences> factors)
        implements Recording {
    @Override
    public long bytes() {
        long floats =
                factors.stream().mapToLong(factor -> factor.tensor().size()).sum();
        return Float.BYTES * floats
                + recordings.stream().mapToLong(Recording::bytes).sum();
    }
}
