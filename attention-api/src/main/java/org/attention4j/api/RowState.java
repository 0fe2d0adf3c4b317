package org.attention4j.api;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Arrays;
import java.util.Objects;

/**
 * A ready-made state for those who write an incremental mixer: one row of floats for each position of each sequence. A
 * recurrence keeps its hidden values after the position, a convolution the position's input, an attention its key and
 * value. Copying, rolling back, measuring, saving and loading are done here.
 *
 * <p>A mixer reads the rows of earlier positions, writes the row of the next one and then {@linkplain #advance advances}:
 *
 * <pre>{@code
 * int last = state.row(b, state.position(b) - 1);   // before the first position: the initial row, zeros unless set
 * int next = state.row(b, state.position(b));
 * … state.rows(b)[next + i] = f(state.rows(b)[last + i], …) …
 * state.advance(b, 1);
 * }</pre>
 *
 * <p>Rows are kept in a ring: those of the last {@code lookback + capacity} positions. Rows before position 0 hold what the
 * state began with.
 */
public final class RowState implements MixerState {
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final MixerSpec spec;
    private final int capacity;
    private final int rowWidth;
    private final int lookback;
    private final int ring;
    private final float[][] rows;
    private final long[] positions;
    /** The furthest that each sequence has stood: the ring holds the rows before that position and no older ones. */
    private final long[] furthest;

    private final Workspace workspace = Workspace.create();

    /**
     * A state of zeros at position 0.
     *
     * @param spec of the mixer
     * @param batch B
     * @param capacity how many positions can be rolled back; also how many there can be at all, if the specification does
     *     not say that states are bounded
     * @param rowWidth floats of one position
     * @param lookback how many earlier positions a step reads
     * @throws BadShapeException if a size is negative or too large, or the capacity is 0
     */
    public RowState(MixerSpec spec, int batch, int capacity, int rowWidth, int lookback) {
        this(spec, capacity, rowWidth, lookback, new float[batch][rowFloats(batch, capacity, rowWidth, lookback)]);
    }

    private RowState(MixerSpec spec, int capacity, int rowWidth, int lookback, float[][] rows) {
        this.spec = Objects.requireNonNull(spec, "spec");
        this.capacity = capacity;
        this.rowWidth = rowWidth;
        this.lookback = lookback;
        this.ring = capacity + lookback;
        this.rows = rows;
        positions = new long[rows.length];
        furthest = new long[rows.length];
    }

    /** The floats of one sequence, checked. */
    private static int rowFloats(int batch, int capacity, int rowWidth, int lookback) {
        if (batch < 0 || capacity < 1) {
            throw new BadShapeException("a state for batch " + batch + " of capacity " + capacity
                    + ": batch must be at least 0, capacity at least 1");
        }
        if (rowWidth < 0 || lookback < 0) {
            throw new BadShapeException("a state of rows of " + rowWidth + " floats that looks " + lookback
                    + " positions back: neither may be negative");
        }
        double floats = ((double) capacity + lookback) * Math.max(1, rowWidth);
        if (floats > LARGEST_ARRAY) {
            throw new BadShapeException("a state of capacity " + capacity + " needs " + (capacity + (long) lookback)
                    + " rows of " + rowWidth + " floats a sequence; a Java array holds at most " + LARGEST_ARRAY);
        }
        return (capacity + lookback) * rowWidth;
    }

    /**
     * The memory of such a state, for {@link Incremental#stateBytes}.
     *
     * @param batch B
     * @param capacity as in the constructor
     * @param rowWidth floats of one position
     * @param lookback as in the constructor
     * @return bytes
     * @throws BadShapeException if a size is negative or too large, or the capacity is 0
     */
    public static long bytes(int batch, int capacity, int rowWidth, int lookback) {
        long sequence = (long) rowFloats(batch, capacity, rowWidth, lookback) * Float.BYTES + 2 * Long.BYTES;
        if (batch > Long.MAX_VALUE / sequence) {
            throw new BadShapeException("a state of " + batch + " sequences of " + sequence + " bytes is too large");
        }
        return batch * sequence;
    }

    /**
     * The rows of one sequence; {@link #row} says where each is.
     *
     * @param sequence 0 to B − 1
     * @return the array itself
     */
    public float[] rows(int sequence) {
        return rows[sequence];
    }

    /**
     * Where the row of a position begins.
     *
     * @param sequence 0 to B − 1
     * @param position from {@code position(sequence) − lookback} (negative before the start) to the last one that there is
     *     {@linkplain #room room} for
     * @return index into {@link #rows}
     */
    public int row(int sequence, long position) {
        assert position >= positions[sequence] - ring && position < positions[sequence] + ring : position;
        return (int) Math.floorMod(position, (long) ring) * rowWidth;
    }

    /**
     * Moves on: rows up to the new position have been written.
     *
     * @param sequence 0 to B − 1
     * @param count how many positions
     */
    public void advance(int sequence, int count) {
        positions[sequence] += count;
        furthest[sequence] = Math.max(furthest[sequence], positions[sequence]);
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public int batch() {
        return rows.length;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public long position(int sequence) {
        return positions[sequence];
    }

    @Override
    public void rollback(int sequence, int count) {
        checkRollback(sequence, count);
        positions[sequence] -= count;
    }

    @Override
    public void rollback(int count) {
        for (int b = 0; b < rows.length; b++) {
            checkRollback(b, count);
        }
        for (int b = 0; b < rows.length; b++) {
            positions[b] -= count;
        }
    }

    private void checkRollback(int sequence, int count) {
        long takenBack = furthest[sequence] - positions[sequence];
        long most = Math.min(positions[sequence], capacity - takenBack);
        if (count < 0 || count > most) {
            throw new StateExhaustedException("rollback of sequence " + sequence, count, most);
        }
    }

    @Override
    public void reorder(int[] sources) {
        MixerState.reorder(rows, sources, (from, to) -> System.arraycopy(from, 0, to, 0, from.length));
        long[] positionsBefore = positions.clone();
        long[] furthestBefore = furthest.clone();
        for (int b = 0; b < rows.length; b++) {
            positions[b] = positionsBefore[sources[b]];
            furthest[b] = furthestBefore[sources[b]];
        }
    }

    @Override
    public void reset() {
        Arrays.fill(positions, 0);
        Arrays.fill(furthest, 0);
        for (float[] sequence : rows) {
            Arrays.fill(sequence, 0);
        }
    }

    @Override
    public MixerState copy() {
        RowState copy = new RowState(spec, rows.length, capacity, rowWidth, lookback);
        for (int b = 0; b < rows.length; b++) {
            System.arraycopy(rows[b], 0, copy.rows[b], 0, rows[b].length);
            copy.positions[b] = positions[b];
            copy.furthest[b] = furthest[b];
        }
        return copy;
    }

    @Override
    public long bytes() {
        return bytes(rows.length, capacity, rowWidth, lookback);
    }

    @Override
    public void save(WritableByteChannel channel) throws IOException {
        StateFile.Writer writer = new StateFile.Writer(channel, this);
        for (int b = 0; b < rows.length; b++) {
            writer.number(furthest[b]);
            writer.floats(rows[b], 0, rows[b].length);
        }
        writer.finish();
    }

    /**
     * Reads a state that {@link #save} wrote, for {@link Incremental#loadState}.
     *
     * @param channel read up to the state's end
     * @param spec of the mixer
     * @param rowWidth as in the constructor
     * @param lookback as in the constructor
     * @return the state
     * @throws IOException if reading fails
     * @throws CorruptFileException if this is not a whole saved state
     * @throws ForeignStateException if it was saved by another configuration
     */
    public static RowState load(ReadableByteChannel channel, MixerSpec spec, int rowWidth, int lookback)
            throws IOException {
        StateFile.Reader reader = new StateFile.Reader(channel, spec);
        for (int b = 0; b < reader.batch(); b++) {
            if (!spec.boundedState() && reader.position(b) > reader.capacity()) {
                throw reader.corrupt(
                        reader.offset(),
                        "position " + reader.position(b) + " is past the capacity " + reader.capacity());
            }
        }
        int floats;
        try {
            floats = rowFloats(reader.batch(), reader.capacity(), rowWidth, lookback);
        } catch (BadShapeException tooLarge) {
            throw reader.corrupt(reader.offset(), tooLarge.getMessage());
        }
        float[][] rows = new float[reader.batch()][];
        long[] furthest = new long[rows.length];
        for (int b = 0; b < rows.length; b++) {
            furthest[b] = reader.number();
            long takenBack = furthest[b] - reader.position(b);
            if (takenBack < 0 || takenBack > reader.capacity()) {
                throw reader.corrupt(
                        reader.offset() - Long.BYTES,
                        "sequence " + b + " at position " + reader.position(b) + " has stood at " + furthest[b]);
            }
            rows[b] = reader.floats(floats);
        }
        RowState state = new RowState(spec, reader.capacity(), rowWidth, lookback, rows);
        Arrays.setAll(state.positions, reader::position);
        System.arraycopy(furthest, 0, state.furthest, 0, furthest.length);
        return state;
    }

    @Override
    public Workspace workspace() {
        return workspace;
    }
}
