package org.attention4j.model;

import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;

/** y ← y + x at true positions; padding is left as it is. */
final class RowSum extends RowTask {
    private final Kernels kernels = Kernels.preferred();
    private int width;

    private RowSum() {}

    static void add(Sequences x, Tensor y, Workspace workspace) {
        int mark = workspace.scratch().mark();
        RowSum task = workspace.scratch().object(RowSum.class, RowSum::new);
        task.width = x.width();
        task.add(x, x.tensor(), y, workspace);
        workspace.scratch().release(mark);
    }

    @Override
    void rows(int from, int to, Scratch scratch) {
        kernels.add(x, xOffset + from * width, y, yOffset + from * width, (to - from) * width);
    }
}
