package org.attention4j.model;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** Sums over the positions of each sequence, for every channel {@code [B, D]}, in float64 and in the order of positions. One part is some channels of a sequence. */
final class ChannelSums implements Workspace.Task {
    /** Channels of a part: enough for the vectors of a row, few enough to share a sequence among threads. */
    private static final int CHANNELS = 64;

    private static final float[] NONE = {};

    private enum Of {
        VALUES,
        SQUARES,
        GRADIENTS
    }

    private Of of = Of.VALUES;
    private int time;
    private int width;
    private int[] lengths = {};
    private float[] x = NONE;
    private int xOffset;
    private float[] dY = NONE;
    private int dYOffset;
    private float[] moments = NONE;
    private int size;
    private double[] first = {};
    private double[] second = {};

    /** What was summed, {@code [B, D]}. */
    double[] first() {
        return first;
    }

    /** The second of two sums, {@code [B, D]}. */
    double[] second() {
        return second;
    }

    /** Σ x. */
    void ofValues(Sequences in, Workspace workspace) {
        run(Of.VALUES, in, workspace);
    }

    /** Σ (x − mean)², with the means of groups of so many channels in {@code [B, D / size, 2]}. */
    void ofSquares(Sequences in, float[] means, int groupSize, Workspace workspace) {
        moments = means;
        size = groupSize;
        run(Of.SQUARES, in, workspace);
    }

    /** Σ dY, and Σ dY · (x − mean) · scale. */
    void ofGradients(Sequences in, Tensor dOut, float[] meansAndScales, int groupSize, Workspace workspace) {
        moments = meansAndScales;
        size = groupSize;
        dY = dOut.readable(workspace.scratch());
        dYOffset = dOut.offset();
        run(Of.GRADIENTS, in, workspace);
    }

    private void run(Of sums, Sequences in, Workspace workspace) {
        of = sums;
        time = in.time();
        width = in.width();
        x = in.tensor().readable(workspace.scratch());
        xOffset = in.tensor().offset();
        lengths = workspace.scratch().ints(in.batch());
        for (int b = 0; b < in.batch(); b++) {
            lengths[b] = in.length(b);
        }
        int count = Math.multiplyExact(in.batch(), width);
        first = first.length < count ? new double[count] : first;
        second = second.length < count && sums == Of.GRADIENTS ? new double[count] : second;
        try {
            workspace.run(in.batch() * Math.ceilDiv(width, CHANNELS), this);
        } finally {
            x = NONE;
            dY = NONE;
            moments = NONE;
        }
    }

    @Override
    public void run(int index, Scratch scratch) {
        int parts = Math.ceilDiv(width, CHANNELS);
        int b = index / parts;
        int from = index % parts * CHANNELS;
        int to = Math.min(width, from + CHANNELS);
        Arrays.fill(first, b * width + from, b * width + to, 0);
        if (of == Of.GRADIENTS) {
            Arrays.fill(second, b * width + from, b * width + to, 0);
        }
        for (int t = 0; t < lengths[b]; t++) {
            int row = (b * time + t) * width;
            switch (of) {
                case VALUES -> values(row, b * width, from, to);
                case SQUARES -> squares(row, b * width, from, to);
                case GRADIENTS -> gradients(row, b * width, from, to);
            }
        }
    }

    private void values(int row, int sums, int from, int to) {
        for (int c = from; c < to; c++) {
            first[sums + c] += x[xOffset + row + c];
        }
    }

    private void squares(int row, int sums, int from, int to) {
        for (int c = from; c < to; c++) {
            double off = (double) x[xOffset + row + c] - moments[(sums + c) / size * 2];
            first[sums + c] += off * off;
        }
    }

    private void gradients(int row, int sums, int from, int to) {
        for (int c = from; c < to; c++) {
            int group = (sums + c) / size * 2;
            float normal = (x[xOffset + row + c] - moments[group]) * moments[group + 1];
            float d = dY[dYOffset + row + c];
            first[sums + c] += d;
            second[sums + c] += (double) d * normal;
        }
    }
}
