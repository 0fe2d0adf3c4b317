package org.attention4j.core;

import org.attention4j.api.Scratch;

/** A pass through {@link LatentLayers}, and what stood between them. */
final class LatentPass extends AttentionPass {
    /** Latents of queries before their norm, in a pass that is kept, and behind it, where there are any. */
    final HeadRows rawQueryLatent = new HeadRows();

    final HeadRows queryLatent = new HeadRows();
    /** Queries [H, E + R] before they are taken to the latent. */
    final HeadRows queries = new HeadRows();
    /** Rows [L + R] of keys before their norm and turn, in a pass that is kept, and behind. */
    final HeadRows rawRows = new HeadRows();

    final HeadRows rows = new HeadRows();
    /** Outputs of the heads [H, E′]. */
    final HeadRows heads = new HeadRows();

    /** For use again, in scratch memory. */
    static LatentPass borrowed(Scratch scratch) {
        LatentPass pass = scratch.object(LatentPass.class, LatentPass::new);
        pass.borrow(scratch);
        return pass;
    }

    @Override
    long bytes() {
        long more = 0;
        for (HeadRows kept : new HeadRows[] {rawQueryLatent, queryLatent, queries, rawRows, rows, heads}) {
            more += kept.array.length;
        }
        return call.bytes() + Float.BYTES * more;
    }
}
