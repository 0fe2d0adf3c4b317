package org.attention4j.model;

import java.util.Objects;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/** Adds a row of a table to every position: y_t = x_t + p_t. */
abstract class PositionLayer implements Layer {
    final Kernels kernels = Kernels.preferred();
    final int positions;
    final int width;
    /** [P, D]. */
    final float[] table;

    /** Sizes must have been checked. */
    PositionLayer(int positions, int width, float[] table) {
        this.positions = positions;
        this.width = width;
        this.table = table;
    }

    static void check(int positions, int width) {
        if (positions < 1 || width < 1) {
            throw new BadShapeException(
                    "an encoding of " + positions + " positions in width " + width + ": both must be positive");
        }
    }

    /**
     * P.
     *
     * @return how many positions there are
     */
    public final int positions() {
        return positions;
    }

    @Override
    public final int inputWidth() {
        return width;
    }

    @Override
    public final int outputWidth() {
        return width;
    }

    /**
     * Adds the first positions' rows.
     *
     * @throws BadShapeException if a sequence is longer than there are positions, before anything is written
     */
    @Override
    public final void forward(Sequences in, Tensor out, Workspace workspace) {
        LayerShapes.checkForward(this, in, out);
        checkEnd(in, null);
        add(in, null, out, workspace);
    }

    /**
     * As {@link #forward(Sequences, Tensor, Workspace)} for sequences that go on: y_t = x_t + p of first + t.
     *
     * @param in {@code [B, T, D]} with true lengths
     * @param first the position of each sequence's first row, as {@link org.attention4j.api.MixerState#position} says
     * @param out {@code [B, T, D]}; every element is written, 0 at padding
     * @param workspace scratch memory and threads
     * @throws BadShapeException if there are not B positions, or a sequence ends behind the last position
     */
    public final void forward(Sequences in, long[] first, Tensor out, Workspace workspace) {
        LayerShapes.checkForward(this, in, out);
        if (first.length != in.batch()) {
            throw new BadShapeException(first.length + " positions for " + in.batch() + " sequences");
        }
        checkEnd(in, first);
        add(in, first, out, workspace);
    }

    /** Refuses sequences that go on behind the last position. */
    void checkEnd(Sequences in, long @Nullable [] first) {
        for (int b = 0; b < in.batch(); b++) {
            long start = first == null ? 0 : first[b];
            if (start < 0 || start > positions - in.length(b)) { // start + length may not fit
                throw new BadShapeException("sequence " + b + " has " + in.length(b) + " positions from " + start
                        + " on; there are 0 to " + (positions - 1));
            }
        }
    }

    private void add(Sequences in, long @Nullable [] first, Tensor out, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Sum task = workspace.scratch().object(Sum.class, Sum::new);
            task.layer = this;
            task.time = in.time();
            task.first = first;
            task.write(in, in.tensor(), out, workspace);
            task.first = null;
        } finally {
            workspace.end(mark);
        }
    }

    /** Of a pass that began at the first position. */
    @Override
    public final void backward(Sequences in, Tensor dOut, Gradients gradients, Workspace workspace) {
        LayerShapes.checkBackward(this, in, dOut, gradients);
        checkEnd(in, null);
        int mark = workspace.begin();
        try {
            if (gradients.input().isPresent()) {
                RowSum.add(Sequences.of(dOut, in.lengths()), gradients.input().get(), workspace);
            }
            if (gradients.parameters().contains("weight")) {
                addToTable(in, dOut, gradients.parameters().get("weight"), workspace.scratch());
            }
        } finally {
            workspace.end(mark);
        }
    }

    /** Position t of the table takes the sums over sequences in order. */
    private void addToTable(Sequences in, Tensor dOut, Tensor target, Scratch scratch) {
        float[] dTable = target.readable(scratch);
        float[] dY = dOut.readable(scratch);
        for (int b = 0; b < in.batch(); b++) {
            int from = dOut.offset() + b * in.time() * width;
            kernels.add(dY, from, dTable, target.offset(), in.length(b) * width);
        }
        target.commit(dTable);
    }

    private static final class Sum extends RowTask {
        private @Nullable PositionLayer layer;
        private int time;
        private long @Nullable [] first;

        @Override
        void rows(int from, int to, Scratch scratch) {
            PositionLayer of = Objects.requireNonNull(layer);
            int n = of.width;
            long[] starts = first;
            System.arraycopy(x, xOffset + from * n, y, yOffset + from * n, (to - from) * n);
            for (int i = from; i < to; i++) {
                int position = i % time + (starts == null ? 0 : (int) starts[i / time]);
                of.kernels.add(of.table, position * n, y, yOffset + i * n, n);
            }
        }

        @Override
        void padding(int from, int to) {
            clear(Objects.requireNonNull(layer).width, from, to);
        }
    }
}
