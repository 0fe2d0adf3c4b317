package org.attention4j.core;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.StateFile;
import org.attention4j.api.Workspace;

/**
 * Keys and values of the positions taken so far, packed as attention reads them: a step projects and appends its own positions and
 * repacks nothing.
 *
 * <p>Positions at or past a sequence's own may hold anything. The file holds the arrays as they are, the unused part too, so that a size
 * in a damaged file is known to be wrong before memory is taken for it.
 */
final class AttentionCache implements MixerState {
    private final MixerSpec spec;
    private final int capacity;
    private final KeyValues keyValues;
    private final long[] positions;
    private final Workspace workspace = Workspace.create();

    private AttentionCache(MixerSpec spec, int capacity, KeyValues keyValues, long[] positions) {
        this.spec = spec;
        this.capacity = capacity;
        this.keyValues = keyValues;
        this.positions = positions;
    }

    static AttentionCache create(MixerSpec spec, AttentionForm form, int batch, int capacity) {
        checkSizes(batch, capacity);
        KeyValues empty = KeyValues.create(batch, form.keyHeads(), form.keyWidth(), form.valueWidth(), capacity);
        return new AttentionCache(spec, capacity, empty, new long[batch]);
    }

    private static void checkSizes(int batch, int capacity) {
        if (batch < 0 || capacity < 1) {
            throw new BadShapeException("a state for batch " + batch + " of capacity " + capacity
                    + ": batch must be at least 0, capacity at least 1");
        }
    }

    static long bytes(AttentionForm form, int batch, int capacity) {
        checkSizes(batch, capacity);
        long floats = KeyValues.keyFloats(form.keyHeads(), form.keyWidth(), capacity)
                + KeyValues.valueFloats(form.keyHeads(), form.valueWidth(), capacity);
        return batch * (floats * Float.BYTES + Long.BYTES);
    }

    KeyValues keyValues() {
        return keyValues;
    }

    /** Demands room for a chunk, before anything is written. */
    void room(Sequences chunk) {
        for (int b = 0; b < positions.length; b++) {
            long room = capacity - positions[b];
            if (chunk.length(b) > room) {
                throw new StateExhaustedException("a step of sequence " + b, chunk.length(b), room);
            }
        }
    }

    /** Moves on: keys and values of the chunk have been written. */
    void advance(Sequences chunk) {
        for (int b = 0; b < positions.length; b++) {
            positions[b] += chunk.length(b);
        }
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public int batch() {
        return positions.length;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public long position(int sequence) {
        return positions[Objects.checkIndex(sequence, positions.length)];
    }

    @Override
    public void rollback(int sequence, int count) {
        long most = position(sequence);
        if (count < 0 || count > most) {
            throw new StateExhaustedException("rollback of sequence " + sequence, count, most);
        }
        positions[sequence] -= count;
    }

    @Override
    public void reset() {
        Arrays.fill(positions, 0);
    }

    @Override
    public MixerState copy() {
        return new AttentionCache(spec, capacity, keyValues.copy(), positions.clone());
    }

    @Override
    public long bytes() {
        return keyValues.bytes() + (long) positions.length * Long.BYTES;
    }

    @Override
    public void save(WritableByteChannel channel) throws IOException {
        StateFile.Writer writer = new StateFile.Writer(channel, this);
        for (int b = 0; b < positions.length; b++) {
            float[] keys = keyValues.keys(b);
            float[] values = keyValues.values(b);
            writer.floats(keys, 0, keys.length);
            writer.floats(values, 0, values.length);
        }
        writer.finish();
    }

    static AttentionCache load(ReadableByteChannel channel, MixerSpec spec, AttentionForm form) throws IOException {
        StateFile.Reader reader = new StateFile.Reader(channel, spec);
        int capacity = reader.capacity();
        for (int b = 0; b < reader.batch(); b++) {
            if (reader.position(b) > capacity) {
                throw reader.corrupt(
                        reader.offset(), "position " + reader.position(b) + " is past the capacity " + capacity);
            }
        }
        long keyFloats = KeyValues.keyFloats(form.keyHeads(), form.keyWidth(), capacity);
        long valueFloats = KeyValues.valueFloats(form.keyHeads(), form.valueWidth(), capacity);
        if (Math.max(keyFloats, valueFloats) > Integer.MAX_VALUE - 8) {
            throw reader.corrupt(reader.offset(), "capacity " + capacity + " is larger than any state's");
        }
        float[][] keys = new float[reader.batch()][];
        float[][] values = new float[reader.batch()][];
        long[] positions = new long[reader.batch()];
        for (int b = 0; b < positions.length; b++) {
            keys[b] = reader.floats((int) keyFloats);
            values[b] = reader.floats((int) valueFloats);
            positions[b] = reader.position(b);
        }
        KeyValues loaded = KeyValues.of(form.keyHeads(), form.keyWidth(), form.valueWidth(), capacity, keys, values);
        return new AttentionCache(spec, capacity, loaded, positions);
    }

    @Override
    public Workspace workspace() {
        return workspace;
    }
}
