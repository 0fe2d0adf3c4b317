package org.attention4j.core;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.StateFile;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * Keys and values of the positions taken so far, packed as attention reads them: a step projects and appends its own positions and
 * repacks nothing.
 *
 * <p>In a ring they go on without end: it holds the keys that a query can need, for the last {@code capacity} positions. The file holds the
 * arrays as they are, the unused part too, so that a size in a damaged file is known to be wrong before memory is taken for it.
 */
final class AttentionCache implements MixerState {
    private final MixerSpec spec;
    private final int capacity;
    private final KeyValues keyValues;
    private final long[] positions;
    /** Of a ring: the furthest that each sequence has stood; what is a ring behind it has been written over. */
    private final long[] furthest;

    private final Workspace workspace = Workspace.create();

    private AttentionCache(MixerSpec spec, int capacity, KeyValues keyValues, long[] positions, long[] furthest) {
        this.spec = spec;
        this.capacity = capacity;
        this.keyValues = keyValues;
        this.positions = positions;
        this.furthest = furthest;
    }

    static AttentionCache create(MixerSpec spec, CacheForm cache, KeyShape kept, int batch, int capacity) {
        checkSizes(batch, capacity);
        KeyValues empty = cache.keyValues(batch, kept, capacity).allocate();
        return new AttentionCache(spec, capacity, empty, new long[batch], new long[cache.isRing() ? batch : 0]);
    }

    private static void checkSizes(int batch, int capacity) {
        if (batch < 0 || capacity < 1) {
            throw new BadShapeException("a state for batch " + batch + " of capacity " + capacity
                    + ": batch must be at least 0, capacity at least 1");
        }
    }

    static long bytes(CacheForm cache, KeyShape kept, int batch, int capacity) {
        checkSizes(batch, capacity);
        long sequence = cache.bytes(kept, capacity) + Long.BYTES * (cache.isRing() ? 2L : 1L);
        if (batch > Long.MAX_VALUE / sequence) {
            throw new BadShapeException("a state of " + batch + " sequences of " + sequence + " bytes is too large");
        }
        return batch * sequence;
    }

    KeyValues keyValues() {
        return keyValues;
    }

    private boolean isRing() {
        return keyValues.ring > 0;
    }

    /** Takes some positions of every sequence. */
    interface Step {
        /** Writes them behind those of the state, attends and moves on. */
        void take(TrueRows rows, AttentionCache state, Tensor out, Workspace workspace);
    }

    /** Takes all of a chunk, or piece by piece where there can be no more at once. */
    void take(Sequences chunk, Tensor out, Workspace with, Step step) {
        int mark = with.begin();
        try {
            Scratch scratch = with.scratch();
            TrueRows rows = TrueRows.of(scratch, chunk);
            room(rows.lengths);
            if (rows.time <= longestStep()) {
                step.take(rows, this, out, with);
            } else {
                pieces(rows, out, with, step);
            }
        } finally {
            with.end(mark);
        }
    }

    private void pieces(TrueRows rows, Tensor out, Workspace with, Step step) {
        Scratch scratch = with.scratch();
        float[] array = out.writable(scratch);
        Tensor target = Tensor.of(array, out.offset(), out.shape());
        int longest = longestStep();
        for (int from = 0; from < rows.time; from += longest) {
            int mark = scratch.mark();
            step.take(rows.part(from, longest, scratch), this, target, with);
            scratch.release(mark);
            with.mustFinish(); // a piece cannot be taken back
        }
        out.commit(array);
    }

    /** Tells a call of the keys that there will be with those of a step, and prepares their writing; where each sequence stands. */
    int[] begin(AttentionCall call, TrueRows rows, Scratch scratch) {
        int[] stand = scratch.ints(rows.batch);
        call.keyLengths = scratch.ints(rows.batch);
        for (int b = 0; b < rows.batch; b++) {
            stand[b] = (int) positions[b];
            call.keyLengths[b] = stand[b] + rows.lengths[b];
        }
        call.keyTime = capacity;
        reserve(rows.lengths);
        return stand;
    }

    /** Tells a call of the keys that there are. */
    void present(AttentionCall call, Scratch scratch) {
        call.keyLengths = scratch.ints(positions.length);
        for (int b = 0; b < positions.length; b++) {
            call.keyLengths[b] = (int) positions[b];
        }
        call.keyTime = capacity;
    }

    /** The most positions that may be written at once: more would write over keys that the first of them need. */
    int longestStep() {
        return isRing() ? capacity : Integer.MAX_VALUE;
    }

    /** Makes room for more positions of every sequence: of all or, on an error, of none. */
    void room(int[] counts) {
        for (int b = 0; b < positions.length; b++) {
            // positions are whole numbers of 32 bits in masks and modifiers
            long room = (isRing() ? Integer.MAX_VALUE : capacity) - positions[b];
            if (counts[b] > room) {
                throw new StateExhaustedException("a step of sequence " + b, counts[b], room);
            }
        }
    }

    /** Prepares what a step of this many positions writes to. */
    void reserve(int[] counts) {
        for (int b = 0; b < positions.length; b++) {
            keyValues.reserve(b, (int) positions[b], counts[b]);
            if (isRing()) { // from here on older keys may be gone, also if the step is cancelled
                furthest[b] = Math.max(furthest[b], positions[b] + counts[b]);
            }
        }
    }

    /** Moves on: keys and values of so many positions have been written. */
    void advance(int[] counts) {
        for (int b = 0; b < positions.length; b++) {
            positions[b] += counts[b];
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
        checkRollback(sequence, count);
        back(sequence, count);
    }

    @Override
    public void rollback(int count) {
        for (int b = 0; b < positions.length; b++) {
            checkRollback(b, count);
        }
        for (int b = 0; b < positions.length; b++) {
            back(b, count);
        }
    }

    private void checkRollback(int sequence, int count) {
        long most = position(sequence);
        if (isRing()) {
            most = Math.min(most, capacity - (furthest[sequence] - positions[sequence]));
        }
        if (count < 0 || count > most) {
            throw new StateExhaustedException("rollback of sequence " + sequence, count, most);
        }
    }

    private void back(int sequence, int count) {
        positions[sequence] -= count;
        keyValues.release(sequence, (int) positions[sequence]);
    }

    @Override
    public void reorder(int[] sources) {
        MixerState.checkSources(positions.length, sources);
        keyValues.reorder(sources);
        reorder(positions, sources);
        reorder(furthest, sources);
    }

    private static void reorder(long[] numbers, int[] sources) {
        long[] before = numbers.clone();
        for (int b = 0; b < numbers.length; b++) {
            numbers[b] = before[sources[b]];
        }
    }

    @Override
    public void reset() {
        for (int b = 0; b < positions.length; b++) {
            keyValues.release(b, 0);
        }
        Arrays.fill(positions, 0);
        Arrays.fill(furthest, 0);
    }

    @Override
    public MixerState copy() {
        return new AttentionCache(spec, capacity, keyValues.copy(), positions.clone(), furthest.clone());
    }

    @Override
    public long bytes() {
        return keyValues.bytes() + (long) Long.BYTES * (positions.length + furthest.length);
    }

    @Override
    public void save(WritableByteChannel channel) throws IOException {
        StateFile.Writer writer = new StateFile.Writer(channel, this);
        for (long stood : furthest) {
            writer.number(stood);
        }
        keyValues.save(writer);
        writer.finish();
    }

    static AttentionCache load(ReadableByteChannel channel, MixerSpec spec, CacheForm cache, KeyShape kept)
            throws IOException {
        StateFile.Reader reader = new StateFile.Reader(channel, spec);
        int capacity = reader.capacity();
        long[] positions = new long[reader.batch()];
        long[] furthest = new long[cache.isRing() ? positions.length : 0];
        for (int b = 0; b < positions.length; b++) {
            positions[b] = reader.position(b);
            int most = cache.isRing() ? Integer.MAX_VALUE : capacity;
            if (positions[b] > most) {
                throw reader.corrupt(reader.offset(), "position " + positions[b] + " is past the capacity " + most);
            }
        }
        for (int b = 0; b < furthest.length; b++) {
            furthest[b] = reader.number();
            if (furthest[b] < positions[b] || furthest[b] - positions[b] > capacity) {
                throw reader.corrupt(
                        reader.offset() - Long.BYTES,
                        "sequence " + b + " at position " + positions[b] + " has stood at " + furthest[b]);
            }
        }
        KeyValues loaded;
        try {
            loaded = cache.keyValues(positions.length, kept, capacity);
        } catch (BadShapeException tooLarge) {
            throw reader.corrupt(reader.offset(), tooLarge.getMessage());
        }
        loaded.load(reader);
        return new AttentionCache(spec, capacity, loaded, positions, furthest);
    }

    @Override
    public Workspace workspace() {
        return workspace;
    }
}
