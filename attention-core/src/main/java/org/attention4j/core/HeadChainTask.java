package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/** Takes the queries of a batch through their {@link HeadChain}, in place, shared by blocks of positions. */
final class HeadChainTask implements Workspace.Task {
    private static final int ROWS = 64;

    private Kernels kernels = Kernels.scalar();
    private @Nullable HeadChain chain;
    private AttentionCall call = new AttentionCall();
    private TrueRows shape = new TrueRows();
    private int blocks;

    static void run(
            Workspace workspace, Kernels kernels, HeadChain chain, AttentionCall call, TrueRows shape, int width) {
        HeadChainTask task = workspace.scratch().object(HeadChainTask.class, HeadChainTask::new);
        task.kernels = kernels;
        task.chain = chain;
        task.call = call;
        task.shape = shape;
        task.blocks = Work.blocks(shape.time, ROWS);
        Work.run(workspace, shape.batch * task.blocks, 8.0 * shape.total * width, task);
    }

    @Override
    public void run(int index, Scratch scratch) {
        int b = index / blocks;
        int first = index % blocks * ROWS;
        int count = Math.min(ROWS, shape.lengths[b] - first);
        if (count > 0) {
            HeadRows rows = call.query;
            Objects.requireNonNull(chain)
                    .apply(
                            kernels,
                            rows.array,
                            rows.at(b, 0, first),
                            rows.rowStride,
                            count,
                            call.position(b, first),
                            scratch);
        }
    }
}
