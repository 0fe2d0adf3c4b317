package org.attention4j.core;

import java.io.IOException;
import org.attention4j.api.StateFile;

/**
 * Keys [K, size, E] and values [K, size, E'] of neighbouring positions of one sequence: panels of 16 keys, each [E, 16], and panels of 16
 * columns of values, each [size, 16], head after head. How a number is stored is a subclass's choice; what is read is floats.
 */
abstract class KeyPage {
    int heads;
    int keyWidth;
    int valueWidth;
    int size;
    /** Block tables of one state that name this page; see {@link PagedKeyValues}. */
    int owners;
    /** Whether other states may read it: it is then never written again. */
    boolean frozen;

    final void shape(int newHeads, int newKeyWidth, int newValueWidth, int newSize) {
        heads = newHeads;
        keyWidth = newKeyWidth;
        valueWidth = newValueWidth;
        size = newSize;
    }

    /** Numbers of the keys. */
    static long keyNumbers(int heads, int keyWidth, int size) {
        return (long) heads * keyWidth * ((size + 15L) / 16 * 16);
    }

    /** Numbers of the values. */
    static long valueNumbers(int heads, int valueWidth, int size) {
        return (long) heads * size * ((valueWidth + 15L) / 16 * 16);
    }

    final int keyNumbers() {
        return (int) keyNumbers(heads, keyWidth, size);
    }

    final int valueNumbers() {
        return (int) valueNumbers(heads, valueWidth, size);
    }

    /** Where the panel of a position begins; positions of a panel are 1 apart, the numbers of a key 16. */
    final int keyPanel(int head, int position) {
        return (head * Work.blocks(size, 16) + position / 16) * 16 * keyWidth;
    }

    /** Where a position's row of the first panel of a head's values begins; panels are {@link #valueStride} apart. */
    final int valuePanel(int head, int position) {
        return head * size * Work.padded(valueWidth) + position * 16;
    }

    final int valueStride() {
        return 16 * size;
    }

    /** Writes keys: number e of head h of row i is {@code rows[offset + i · rowStride + h · headStride + e]}. */
    abstract void putKeys(int first, int count, float[] rows, int offset, int rowStride, int headStride);

    /** Writes values, laid out as for {@link #putKeys}. */
    abstract void putValues(int first, int count, float[] rows, int offset, int rowStride, int headStride);

    /** Copies keys, as floats, to panels that begin at 0, the first to column {@code column} of all panels together. */
    final void readKeys(int head, int first, int count, float[] to, int column) {
        if (first % 16 == 0 && column % 16 == 0) {
            panels(head, first, count, to, column * keyWidth);
            return;
        }
        for (int i = 0; i < count; i++) {
            int at = (column + i) / 16 * 16 * keyWidth + (column + i) % 16;
            for (int e = 0; e < keyWidth; e++) {
                to[at + 16 * e] = key(head, first + i, e);
            }
        }
    }

    /** Copies whole panels of keys, from a multiple of 16 on, as floats: as many as {@code count} keys are in. */
    abstract void panels(int head, int first, int count, float[] to, int at);

    /** Copies rows of values, as floats, to panels that are {@code stride} apart. */
    abstract void readValues(int head, int first, int count, float[] to, int at, int stride);

    /** One number of a key. */
    abstract float key(int head, int position, int e);

    /** One number of a value. */
    abstract float value(int head, int position, int e);

    /** Copies a key, [E]. */
    void keyRow(int head, int position, float[] to, int at) {
        for (int e = 0; e < keyWidth; e++) {
            to[at + e] = key(head, position, e);
        }
    }

    /** Copies a value, [E']. */
    void valueRow(int head, int position, float[] to, int at) {
        for (int e = 0; e < valueWidth; e++) {
            to[at + e] = value(head, position, e);
        }
    }

    /** A page without arrays that stores numbers as this one does. */
    abstract KeyPage sameKind();

    /** Makes the arrays, zeros; the shape is set. */
    abstract void allocate();

    /** A page of zeros of the same form. */
    final KeyPage fresh() {
        return of(sameKind(), heads, keyWidth, valueWidth, size);
    }

    /** Gives a page without arrays a form, and zeros. */
    static KeyPage of(KeyPage empty, int heads, int keyWidth, int valueWidth, int size) {
        empty.shape(heads, keyWidth, valueWidth, size);
        empty.allocate();
        return empty;
    }

    /** Takes all that another page of the same form holds. */
    abstract void copyFrom(KeyPage other);

    /** Bytes of all arrays. */
    final long bytes() {
        return bytes(keyNumbers(), valueNumbers(), (long) heads * Work.padded(size));
    }

    /** Bytes of a page of a block table beside its numbers: the object, the heads of two arrays, and its places in a table and a list. */
    int objects() {
        return 48 + 2 * 16 + 8;
    }

    /** Bytes that so many numbers need, of so many rows of each kind. */
    abstract long bytes(long keyCount, long valueCount, long rows);

    abstract void save(StateFile.Writer writer) throws IOException;

    /** Reads what {@link #save} wrote into memory that grows as it arrives. */
    abstract void load(StateFile.Reader reader) throws IOException;
}
