package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** The layers around an attention. A pass takes keys, then queries, then finishes; each of them fills the pass's call. */
interface AttentionLayers<P extends AttentionPass> {
    /** A pass that is kept. */
    P newPass();

    /** A pass in scratch memory. */
    P borrowedPass(Scratch scratch);

    /** Makes keys, and values where there are rows for them, of whole sequences. */
    void keys(P pass, Workspace workspace);

    /** Makes those of a chunk, and writes them behind the ones that a state has; {@code positions} says where in each sequence. */
    void append(P pass, KeyValues state, int[] positions, Workspace workspace);

    /** Lets the call read the keys and values of a state. */
    void read(P pass, KeyValues state);

    /** Makes queries, and tells the call everything but its keys. */
    void queries(P pass, ScoreTerms terms, Workspace workspace);

    /** Attends, and takes what heads give to the output. */
    void finish(P pass, Tensor out, Workspace workspace);
}
