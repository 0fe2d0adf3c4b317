package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;

/** Adds gradients. One part is one key head of one sequence, with all query heads that read it. */
abstract class BackwardTask implements Workspace.Task {
    private static final float[] NOTHING = {};

    AttentionCall call = new AttentionCall();
    BackwardArrays arrays = new BackwardArrays();

    @Override
    public final void run(int index, Scratch scratch) {
        int keyHeads = call.keyValues.heads();
        VariantGradients variant = arrays.variant;
        float[] dParameters = variant == null ? NOTHING : variant.zeros(index, scratch);
        run(index / keyHeads, index % keyHeads, dParameters, scratch);
        if (variant != null) {
            variant.keep(index, dParameters);
        }
    }

    /** Adds to {@code dParameters} the share that the part has in the gradients of a variant's parameters. */
    abstract void run(int b, int keyHead, float[] dParameters, Scratch scratch);
}
