package org.attention4j.model;

import java.util.List;
import java.util.Objects;
import org.attention4j.api.Gradients;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/**
 * The frame of a layer that computes rows from rows: arguments are checked, scratch memory is taken and given back, blocks of true
 * positions go to {@link #rows} on any thread, and padding becomes 0.
 */
abstract class RowLayer implements Layer {
    final Kernels kernels = Kernels.preferred();

    /**
     * y = f(x) for rows {@code from} to {@code to} − 1, which are true positions.
     *
     * @param xOffset where row 0 of the batch starts
     * @param yOffset likewise
     */
    abstract void rows(float[] x, int xOffset, float[] y, int yOffset, int from, int to, Scratch scratch);

    /**
     * The linear layers that make up this one, each after what the one before has written; none where rows cannot be computed output by output.
     *
     * @return in order; the last one writes the rows
     */
    List<Linear> stages() {
        return List.of();
    }

    /** Some outputs of the stage that a task is at, for all of its rows. */
    void outputs(OutputTask task, int from, int count, Scratch scratch) {
        throw new UnsupportedOperationException("stage " + task.stage + " of " + stages().size());
    }

    /** Adds what is wanted; arguments have been checked. */
    abstract void addGradients(Sequences in, Tensor dOut, Gradients gradients, Workspace workspace);

    @Override
    public final void forward(Sequences in, Tensor out, Workspace workspace) {
        LayerShapes.checkForward(this, in, out);
        int mark = workspace.begin();
        try {
            if (!OutputTask.write(this, in, out, workspace)) {
                Forward task = workspace.scratch().object(Forward.class, Forward::new);
                task.layer = this;
                task.write(in, in.tensor(), out, workspace);
            }
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public final void backward(Sequences in, Tensor dOut, Gradients gradients, Workspace workspace) {
        LayerShapes.checkBackward(this, in, dOut, gradients);
        int mark = workspace.begin();
        try {
            addGradients(in, dOut, gradients, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    private static final class Forward extends RowTask {
        private @Nullable RowLayer layer;

        @Override
        void rows(int from, int to, Scratch scratch) {
            Objects.requireNonNull(layer).rows(x, xOffset, y, yOffset, from, to, scratch);
        }

        @Override
        void padding(int from, int to) {
            clear(Objects.requireNonNull(layer).outputWidth(), from, to);
        }
    }
}
