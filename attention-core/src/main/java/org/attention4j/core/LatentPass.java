package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/** The passes of a latent attention: whole sequences, contexts, recordings, weights and steps. Arguments have been checked. */
final class LatentPass {
    private final LatentLayers layers;
    private final Kernels kernels;
    private final AttentionCache.Step step = this::step;

    LatentPass(LatentLayers layers, Kernels kernels) {
        this.layers = layers;
        this.kernels = kernels;
    }

    /** A whole pass. */
    void mix(Sequences in, Sequences keys, Tensor out, Workspace workspace, @Nullable LatentRecording recording) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Scratch memory = recording == null ? scratch : null;
            TrueRows queryRows = TrueRows.of(memory, in);
            TrueRows keyRows = keys == in ? queryRows : TrueRows.of(memory, keys);
            AttentionCall call = recording == null ? AttentionCall.borrow(scratch) : recording.call;
            project(call, queryRows, keyRows, memory, workspace, recording);
            if (recording != null) {
                recording.queryRows = queryRows;
                recording.keyRows = keyRows;
                call.maxima = new float[queryRows.batch * layers.form.heads() * queryRows.time];
                call.sums = new float[call.maxima.length];
            }
            layers.finish(call, queryRows, out, workspace, memory, recording);
        } finally {
            workspace.end(mark);
        }
    }

    /** Queries and keys of a whole pass. */
    private void project(
            AttentionCall call,
            TrueRows queryRows,
            TrueRows keyRows,
            @Nullable Scratch memory,
            Workspace workspace,
            @Nullable LatentRecording recording) {
        Scratch scratch = workspace.scratch();
        call.keyTime = keyRows.time;
        call.keyLengths = keyRows.lengths;
        HeadRows rows = recording == null ? scratch.object(HeadRows.class, HeadRows::new) : recording.rows;
        LatentLayers.rows(keyRows, layers.form.rowWidth(), rows, memory);
        int[] first = scratch.ints(keyRows.batch);
        Arrays.fill(first, 0, keyRows.batch, 0);
        layers.rows(keyRows, rows, recording == null ? null : recording.rawRows, first, workspace);
        LatentRows source = recording == null ? scratch.object(LatentRows.class, LatentRows::new) : new LatentRows();
        source.shape(kernels, layers.form, keyRows.batch, keyRows.time);
        for (int b = 0; b < keyRows.batch; b++) {
            source.place(b, rows.array, rows.at(b, 0, 0));
        }
        call.keyValues = source;
        layers.queries(call, queryRows, memory, workspace, recording);
    }

    /** The weights of a whole pass. */
    void weigh(Sequences in, Sequences keys, Tensor weights, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            TrueRows queryRows = TrueRows.of(scratch, in);
            TrueRows keyRows = keys == in ? queryRows : TrueRows.of(scratch, keys);
            AttentionCall call = AttentionCall.borrow(scratch);
            project(call, queryRows, keyRows, scratch, workspace, null);
            float[] array = weights.writable(scratch);
            call.weights(workspace, array, weights.offset(), false);
            weights.commit(array);
        } finally {
            workspace.end(mark);
        }
    }

    /** Takes a chunk. */
    void step(Sequences chunk, AttentionCache state, Tensor out, Workspace workspace) {
        state.take(chunk, out, workspace, step);
    }

    private void step(TrueRows in, AttentionCache state, Tensor out, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        AttentionCall call = AttentionCall.borrow(scratch);
        int[] positions = state.begin(call, in, scratch);
        layers.append(call, in, state.keyValues(), positions, workspace);
        layers.queries(call, in, scratch, workspace, null);
        layers.finish(call, in, out, workspace, scratch, null);
        state.advance(in.lengths);
    }

    /** The weights of the chunk that a state has taken last. */
    void stepWeights(Sequences chunk, AttentionCache state, Tensor weights, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            AttentionCall call = AttentionCall.borrow(scratch);
            TrueRows in = TrueRows.of(scratch, chunk);
            state.present(call, scratch);
            layers.kept(call, state.keyValues(), scratch);
            layers.queries(call, in, scratch, workspace, null);
            float[] array = weights.writable(scratch);
            call.lastWeights(workspace, array, weights.offset(), weights.extent(3));
            weights.commit(array);
        } finally {
            workspace.end(mark);
        }
    }
}
