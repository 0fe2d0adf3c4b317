package org.attention4j.cnn;

import java.util.Arrays;
import org.attention4j.kernels.Fourier;

/** Rows of 16 channels, a panel, cut out of rows of all channels. */
final class PanelRows {
    private static final int LANES = Fourier.LANES;

    private PanelRows() {}

    /** Copies a row's channels of a panel, with zeros for those that there are not. */
    static void copy(float[] x, int row, int panel, int channels, float[] rows, int at) {
        System.arraycopy(x, row + panel * LANES, rows, at, channels);
        if (channels < LANES) {
            Arrays.fill(rows, at + channels, at + LANES, 0f);
        }
    }

    /**
     * Copies some rows, with zeros for those that there are not.
     *
     * @param x rows of {@code width}
     * @param row the first
     * @param width D
     * @param panel which channels
     * @param channels how many
     * @param count rows that there are
     * @param total rows to be written
     * @param rows written
     * @param at the first
     */
    static void copy(
            float[] x, int row, int width, int panel, int channels, int count, int total, float[] rows, int at) {
        for (int r = 0; r < count; r++) {
            copy(x, row + r * width, panel, channels, rows, at + r * LANES);
        }
        Arrays.fill(rows, at + count * LANES, at + total * LANES, 0f);
    }
}
