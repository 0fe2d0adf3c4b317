package org.attention4j.core;

import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;

/** What the gradient of a latent attention needs: the call, what came between its layers, and the inputs, which are not its own. */
final class LatentRecording implements Recording {
    final Sequences query;
    final Sequences key;
    final AttentionCall call = new AttentionCall();
    TrueRows queryRows = new TrueRows();
    TrueRows keyRows = queryRows;
    /** Latents of queries before and behind their norm, where there are any. */
    final HeadRows rawQueryLatent = new HeadRows();

    final HeadRows queryLatent = new HeadRows();
    /** Queries [H, E + R] before they are taken to the latent. */
    final HeadRows queries = new HeadRows();
    /** Rows [L + R] of keys before their norm and turn, and behind. */
    final HeadRows rawRows = new HeadRows();

    final HeadRows rows = new HeadRows();
    /** Outputs of the heads [H, E′]. */
    final HeadRows heads = new HeadRows();

    private final LatentAttention mixer;

    LatentRecording(LatentAttention mixer, Sequences query, Sequences key) {
        this.mixer = mixer;
        this.query = query;
        this.key = key;
    }

    /** Whether keys and values come from a second sequence. */
    boolean contextual() {
        return key != query;
    }

    @Override
    public LatentAttention mixer() {
        return mixer;
    }

    @Override
    public long bytes() {
        long more = 0;
        for (HeadRows kept : new HeadRows[] {rawQueryLatent, queryLatent, queries, rawRows, rows, heads}) {
            more += kept.array.length;
        }
        return call.bytes() + Float.BYTES * more;
    }
}
