package org.attention4j.cnn;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.RowState;
import org.attention4j.api.Workspace;

/**
 * The state of a long convolution: its last inputs and, computed from them when they are needed, transforms of whole blocks and the
 * far part of the present one. What is computed carries the number of its block, and is forgotten when a sequence is taken back
 * into that block. Copies and saved states have the inputs alone.
 */
final class LongState implements MixerState {
    private static final long NONE = -1;

    private final RowState rows;
    private final LongFilter filter;
    private final float[][] spectra; // of a sequence [panels, P, N] points
    private final float[][] far; // of a sequence [panels, N, 16]
    private final long[][] spectraOf; // of a sequence [panels, P]: of which block
    private final long[][] farOf; // of a sequence [panels]

    LongState(RowState rows, LongFilter filter) {
        this.rows = rows;
        this.filter = filter;
        int batch = rows.batch();
        spectra = new float[batch][floats(filter.panels(), filter.parts(), filter.spectrum())];
        far = new float[batch][floats(filter.panels(), 1, filter.block() * LongFilter.LANES)];
        spectraOf = new long[batch][filter.panels() * filter.parts()];
        farOf = new long[batch][filter.panels()];
        forgetAll();
    }

    private static int floats(int panels, int parts, int size) {
        long floats = (long) panels * parts * size;
        if (floats > Integer.MAX_VALUE - 8) {
            throw new BadShapeException("a state of " + panels + " × " + parts + " transforms of " + size
                    + " floats needs " + floats + " floats a sequence; a Java array holds at most "
                    + (Integer.MAX_VALUE - 8));
        }
        return (int) floats;
    }

    /** The memory of what is computed from inputs. */
    static long computedBytes(LongFilter filter, int batch) {
        long transforms = floats(filter.panels(), filter.parts(), filter.spectrum());
        long present = floats(filter.panels(), 1, filter.block() * LongFilter.LANES);
        long numbers = (long) filter.panels() * (filter.parts() + 1);
        return batch * (Float.BYTES * (transforms + present) + Long.BYTES * numbers);
    }

    RowState rows() {
        return rows;
    }

    float[] spectra(int b) {
        return spectra[b];
    }

    float[] far(int b) {
        return far[b];
    }

    /** Whether the transform in a slot is that of a block; from now on it is. */
    boolean hasSpectrum(int b, int panel, int slot, long block) {
        int at = panel * filter.parts() + slot;
        boolean known = spectraOf[b][at] == block;
        spectraOf[b][at] = block;
        return known;
    }

    /** Whether the far part is that of a block; from now on it is. */
    boolean hasFar(int b, int panel, long block) {
        boolean known = farOf[b][panel] == block;
        farOf[b][panel] = block;
        return known;
    }

    private void forgetAll() {
        for (int b = 0; b < rows.batch(); b++) {
            Arrays.fill(spectraOf[b], NONE);
            Arrays.fill(farOf[b], NONE);
        }
    }

    /** Forgets what was computed from positions that the sequence has not taken. */
    void forget(int b) {
        long present = rows.position(b) / filter.block();
        for (int i = 0; i < spectraOf[b].length; i++) {
            spectraOf[b][i] = spectraOf[b][i] < present ? spectraOf[b][i] : NONE;
        }
        for (int i = 0; i < farOf[b].length; i++) {
            farOf[b][i] = farOf[b][i] <= present ? farOf[b][i] : NONE;
        }
    }

    @Override
    public MixerSpec spec() {
        return rows.spec();
    }

    @Override
    public int batch() {
        return rows.batch();
    }

    @Override
    public int capacity() {
        return rows.capacity();
    }

    @Override
    public long position(int sequence) {
        return rows.position(sequence);
    }

    @Override
    public void rollback(int sequence, int positions) {
        rows.rollback(sequence, positions);
        forget(sequence);
    }

    @Override
    public void rollback(int positions) {
        rows.rollback(positions);
        for (int b = 0; b < rows.batch(); b++) {
            forget(b);
        }
    }

    @Override
    public void reorder(int[] sources) {
        rows.reorder(sources);
        forgetAll();
    }

    @Override
    public void reset() {
        rows.reset();
        forgetAll();
    }

    @Override
    public MixerState copy() {
        return new LongState((RowState) rows.copy(), filter);
    }

    @Override
    public long bytes() {
        return rows.bytes() + computedBytes(filter, rows.batch());
    }

    @Override
    public void save(WritableByteChannel channel) throws IOException {
        rows.save(channel);
    }

    @Override
    public Workspace workspace() {
        return rows.workspace();
    }
}
