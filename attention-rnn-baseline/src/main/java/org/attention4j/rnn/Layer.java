package org.attention4j.rnn;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
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

    /** What a mixer of one layer declares; its kind has the options of {@link Lstm}. */
    static MixerSpec specOf(MixerKind kind, MixerConfig config, int gates) {
        MixerSpec.Builder spec = MixerSpec.of(kind, config);
        int width = spec.config().width();
        int hidden = spec.config().get(Lstm.HIDDEN);
        boolean bias = spec.config().get(Lstm.BIAS);
        boolean bidirectional = spec.config().get(Lstm.BIDIRECTIONAL);
        Direction.declare(spec, 0, false, gates, width, hidden, bias);
        if (bidirectional) {
            Direction.declare(spec, 0, true, gates, width, hidden, bias);
            spec.refuse(Capability.INCREMENTAL, "needs bidirectional=false, was true");
        }
        return spec.outputWidth(bidirectional ? 2 * hidden : hidden)
                .causal(!bidirectional)
                .boundedState(true)
                .build();
    }

    /** The layer of a mixer that {@link #specOf} describes. */
    static Layer of(MixerSpec spec, NamedTensors parameters, Kernels kernels, Cell cell) {
        List<Direction> directions = new ArrayList<>();
        directions.add(new Direction(parameters, 0, false, cell.apart()));
        if (spec.config().get(Lstm.BIDIRECTIONAL)) {
            directions.add(new Direction(parameters, 0, true, cell.apart()));
        }
        return new Layer(kernels, cell, spec.inputWidth(), spec.config().get(Lstm.HIDDEN), List.copyOf(directions));
    }

    /** Floats of a gate row. */
    int gateWidth() {
        return weightRows() + apart();
    }

    /** Rows of a weight. */
    int weightRows() {
        return cell.gates() * hidden;
    }

    /** Where the state's part of a gate row begins: rows of a weight that input and state do not share. */
    int apart() {
        return cell.apart() * hidden;
    }

    /** Floats of a state row. */
    int stateWidth() {
        return cell.stateNames().size() * hidden;
    }

    /** Floats of an output row: the directions side by side. */
    int outputWidth() {
        return directions.size() * hidden;
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
