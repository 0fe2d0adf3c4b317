package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Scratch;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Keys {@code [B, K, S, E]} and values {@code [B, K, S, E']} of the positions so far, for those who decode with {@link
 * ScaledDotProductAttention}: what is appended is packed once, as attention reads it, so that a step costs the reading and no more.
 *
 * <pre>{@code
 * KeyValueCache cache = KeyValueCache.of(batch, keyHeads, keyWidth, valueWidth, capacity);
 * AttentionInputs in = AttentionInputs.of(query, cache);   // once; it sees what the cache holds at each call
 * … cache.append(key, value, workspace);
 *   attention.withCausal(true).forward(in, out, workspace); …
 * }</pre>
 *
 * <p>The outputs have the bits that they would have with all keys and values in tensors. It belongs to the caller; not safe for two threads at
 * once.
 */
public final class KeyValueCache {
    private final int heads;
    private final int keyWidth;
    private final int valueWidth;
    private final KeyValues keyValues;
    private final int[] lengths;

    private KeyValueCache(int heads, int keyWidth, int valueWidth, KeyValues keyValues, int[] lengths) {
        this.heads = heads;
        this.keyWidth = keyWidth;
        this.valueWidth = valueWidth;
        this.keyValues = keyValues;
        this.lengths = lengths;
    }

    /**
     * An empty cache.
     *
     * @param batch B
     * @param keyHeads K
     * @param keyWidth E
     * @param valueWidth E'
     * @param capacity how many positions of each sequence there is room for
     * @return a cache of length 0
     * @throws BadShapeException if a number is negative, or it is larger than Java's arrays
     */
    public static KeyValueCache of(int batch, int keyHeads, int keyWidth, int valueWidth, int capacity) {
        if (batch < 0 || keyHeads < 0 || keyWidth < 0 || valueWidth < 0 || capacity < 0) {
            throw new BadShapeException("a cache for batch " + batch + " of " + keyHeads + " heads of widths "
                    + keyWidth + " and " + valueWidth + " and capacity " + capacity + ": none may be negative");
        }
        KeyValues empty = KeyValues.create(batch, keyHeads, keyWidth, valueWidth, capacity);
        return new KeyValueCache(keyHeads, keyWidth, valueWidth, empty, new int[batch]);
    }

    /**
     * Appends T positions to every sequence.
     *
     * @param keys {@code [B, K, T, E]}
     * @param values {@code [B, K, T, E']}
     * @param workspace scratch memory
     * @throws ShapeMismatchException if a shape does not fit
     * @throws StateExhaustedException if a sequence has no room for them; the cache is then as it was
     */
    public void append(Tensor keys, Tensor values, Workspace workspace) {
        check(keys, values);
        int time = keys.extent(2);
        for (int b = 0; b < lengths.length; b++) {
            room(b, time);
        }
        put(keys, values, null, workspace);
    }

    /**
     * Appends as many positions to each sequence as it has; the rest of the tensors is not read.
     *
     * @param keys {@code [B, K, T, E]}
     * @param values {@code [B, K, T, E']}
     * @param counts of each sequence, 0 to T
     * @param workspace scratch memory
     * @throws ShapeMismatchException if a shape does not fit
     * @throws BadShapeException if there are not B counts, or one is out of range
     * @throws StateExhaustedException if a sequence has no room for them; the cache is then as it was
     */
    public void append(Tensor keys, Tensor values, int[] counts, Workspace workspace) {
        check(keys, values);
        if (counts.length != lengths.length) {
            throw new BadShapeException(counts.length + " counts for a cache of " + lengths.length + " sequences");
        }
        for (int b = 0; b < lengths.length; b++) {
            if (counts[b] < 0 || counts[b] > keys.extent(2)) {
                throw new BadShapeException(
                        "count " + counts[b] + " of sequence " + b + " is not in 0 to " + keys.extent(2));
            }
            room(b, counts[b]);
        }
        put(keys, values, counts, workspace);
    }

    private void check(Tensor keys, Tensor values) {
        int time = keys.shape().rank() == 4 ? keys.extent(2) : 1;
        check("keys", keys.shape(), time, keyWidth);
        check("values", values.shape(), time, valueWidth);
    }

    private void check(String what, Shape shape, int time, int width) {
        if (shape.rank() != 4
                || shape.extent(0) != lengths.length
                || shape.extent(1) != heads
                || shape.extent(2) != time
                || shape.extent(3) != width) { // spelled out: a check that passes allocates nothing
            throw new ShapeMismatchException(what, Shape.of(lengths.length, heads, time, width), shape);
        }
    }

    private void room(int b, int count) {
        if (count > capacity() - lengths[b]) {
            throw new StateExhaustedException("appending to sequence " + b, count, capacity() - lengths[b]);
        }
    }

    private void put(Tensor keys, Tensor values, int @Nullable [] counts, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] keyRows = keys.readable(scratch);
            float[] valueRows = values.readable(scratch);
            int time = keys.extent(2);
            for (int b = 0; b < lengths.length; b++) {
                int count = counts == null ? time : counts[b];
                int keysAt = keys.offset() + b * heads * time * keyWidth;
                int valuesAt = values.offset() + b * heads * time * valueWidth;
                keyValues.putKeys(b, lengths[b], count, keyRows, keysAt, keyWidth, time * keyWidth);
                keyValues.putValues(b, lengths[b], count, valueRows, valuesAt, valueWidth, time * valueWidth);
                lengths[b] += count;
            }
        } finally {
            workspace.end(mark);
        }
    }

    /**
     * B.
     *
     * @return the number of sequences
     */
    public int batch() {
        return lengths.length;
    }

    /**
     * K.
     *
     * @return the number of key heads
     */
    public int keyHeads() {
        return heads;
    }

    /**
     * E.
     *
     * @return the width of a key
     */
    public int keyWidth() {
        return keyWidth;
    }

    /**
     * E'.
     *
     * @return the width of a value
     */
    public int valueWidth() {
        return valueWidth;
    }

    /**
     * How many positions of each sequence there is room for.
     *
     * @return as given
     */
    public int capacity() {
        return keyValues.capacity();
    }

    /**
     * How many positions a sequence has.
     *
     * @param sequence 0 to B − 1
     * @return 0 to the capacity
     */
    public int length(int sequence) {
        return lengths[Objects.checkIndex(sequence, lengths.length)];
    }

    /**
     * Takes back the last positions of a sequence.
     *
     * @param sequence 0 to B − 1
     * @param positions how many
     * @throws StateExhaustedException if it is negative or more than there are; the cache is then as it was
     */
    public void rollback(int sequence, int positions) {
        int most = length(sequence);
        if (positions < 0 || positions > most) {
            throw new StateExhaustedException("rollback of sequence " + sequence, positions, most);
        }
        lengths[sequence] -= positions;
    }

    /**
     * Lets every sequence go on from where another one, or it itself, stands: sequence b from where {@code sources[b]} stood before the call.
     * For beam search, and for a prompt that several sequences begin with.
     *
     * @param sources B numbers from 0 to B − 1
     * @throws BadShapeException if there are not B of them, or one is out of range; the cache is then as it was
     */
    public void reorder(int[] sources) {
        keyValues.reorder(sources);
        int[] before = lengths.clone();
        for (int b = 0; b < lengths.length; b++) {
            lengths[b] = before[sources[b]];
        }
    }

    /** Takes back everything. */
    public void reset() {
        Arrays.fill(lengths, 0);
    }

    /**
     * An independent cache that holds what this one does.
     *
     * @return a new cache
     */
    public KeyValueCache copy() {
        return new KeyValueCache(heads, keyWidth, valueWidth, keyValues.copy(), lengths.clone());
    }

    /**
     * The memory of keys, values and lengths.
     *
     * @return bytes
     */
    public long bytes() {
        return keyValues.bytes() + (long) Integer.BYTES * lengths.length;
    }

    KeyValues keyValues() {
        return keyValues;
    }
}
