package org.attention4j.rnn;

import java.util.List;
import org.attention4j.kernels.Kernels;

/**
 * A cell with its weights in one or two directions.
 *
 * @param kernels numerics
 * @param cell what a step does
 * @param width D
 * @param hidden H
 * @param directions forward, then reverse if there are two
 */
record Layer(Kernels kernels, Cell cell, int width, int hidden, List<Direction> directions) {
    /** Most rows taken together: enough to read each weight once for many, few enough for the cache. */
    private static final int MOST_ROWS = 64;

    /** The register tile of the products has 4 rows. */
    static final int TILE_ROWS = 4;

    /** Multiplications that take about as long as it takes to wake a thread, some microseconds. */
    static final int WORTH_SHARING = 1 << 18;

    /** Floats between rows, lest all of them fall into the same sets of the cache where G·H is a power of two. */
    static final int APART = 16;

    /** Floats of a gate row. */
    int gateWidth() {
        return projected() * hidden + apart() + cell.spare() * hidden;
    }

    /** From one gate row to the next. */
    int gateStride() {
        return gateWidth() + APART;
    }

    /** Rows of a weight. */
    int weightRows() {
        return cell.gates() * hidden;
    }

    /** Parts of a gate row, H each, that inputs are projected to: the gates, and the input itself where the cell takes it. */
    int projected() {
        return cell.gates() + (cell.takesInput() ? 1 : 0);
    }

    /** Where the state's part of a gate row begins: rows of a weight that input and state do not share. */
    int apart() {
        return cell.apart() * hidden;
    }

    /** Floats of a state row. */
    int stateWidth() {
        return output() + (cell.stateNames().size() - 1) * hidden;
    }

    /** Floats of one part of a state row. */
    int partWidth(int part) {
        return part == 0 ? output() : hidden;
    }

    /** Floats of one direction's output, the first part of a state row. */
    int output() {
        return cell.outputWidth(hidden);
    }

    /** Floats of an output row: the directions side by side. */
    int outputWidth() {
        return directions.size() * output();
    }

    /**
     * How many sequences one part of a pass takes, so that every thread has some if there is enough to do; no result
     * depends on it.
     */
    int rowsOfPart(int batch, int time, int threads) {
        long work = (long) batch * time * gateWidth() * (width + hidden);
        long parts = Math.clamp(work / WORTH_SHARING, 1, Math.ceilDiv(threads, directions.size()));
        int rows = Math.ceilDiv(batch, (int) parts);
        int tiled = rows <= TILE_ROWS ? rows : Math.ceilDiv(rows, TILE_ROWS) * TILE_ROWS;
        return Math.clamp(tiled, 1, MOST_ROWS);
    }
}
