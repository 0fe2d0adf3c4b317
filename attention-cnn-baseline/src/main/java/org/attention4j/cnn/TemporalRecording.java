package org.attention4j.cnn;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;

/**
 * What a temporal convolutional network's gradient needs: its input, which the caller keeps, and of every block the values
 * before each activation and what the convolutions read.
 *
 * @param mixer that recorded
 * @param in its input
 * @param levels of the blocks in order
 */
record TemporalRecording(SequenceMixer mixer, Sequences in, List<Level> levels) implements ConvolutionRecording {
    /**
     * Values of one block, {@code [B, T, D']} each, not set at padding.
     *
     * @param first sums of the first convolution
     * @param hidden what f makes of them
     * @param second sums of the second convolution
     * @param total f of these and the residual
     * @param out what f makes of the total
     */
    record Level(float[] first, float[] hidden, float[] second, float[] total, float[] out) {
        static Level of(int size) {
            return new Level(new float[size], new float[size], new float[size], new float[size], new float[size]);
        }
    }

    private static final int ARRAYS = 5;

    static TemporalRecording of(SequenceMixer mixer, Sequences in, int levels, long size) {
        int floats = Math.toIntExact(size);
        List<Level> all = new ArrayList<>();
        for (int level = 0; level < levels; level++) {
            all.add(Level.of(floats));
        }
        return new TemporalRecording(mixer, in, List.copyOf(all));
    }

    @Override
    public long bytes() {
        return (long) Float.BYTES * ARRAYS * levels.size() * levels.get(0).out().length;
    }
}
