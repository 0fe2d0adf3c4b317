package org.attention4j.core;

import java.io.IOException;
import org.attention4j.api.Scratch;
import org.attention4j.api.StateFile;
import org.attention4j.kernels.PackedMatrix;

/** Floats as they are: the kernels read them in place. */
final class FloatPage extends KeyPage {
    /** Of a page that has no arrays yet; shared, as a state makes many pages. */
    private static final float[] NO_NUMBERS = {};

    /** Where numbers start in the arrays, so that a row of a panel of a large page is a cache line: across two, reading one query's keys takes a fifth longer. */
    private static final int START = PackedMatrix.START;

    float[] keys = NO_NUMBERS;
    float[] values = NO_NUMBERS;

    /** Memory of a call; the shape is set. */
    void borrow(Scratch scratch) {
        keys = scratch.floats(START + keyNumbers());
        values = scratch.floats(START + valueNumbers());
    }

    /** Where the panel of a position's key begins in {@link #keys}. */
    int keysAt(int head, int position) {
        return START + keyPanel(head, position);
    }

    /** Where a position's row of the first panel of a head's values begins in {@link #values}. */
    int valuesAt(int head, int position) {
        return START + valuePanel(head, position);
    }

    @Override
    KeyPage sameKind() {
        return new FloatPage();
    }

    @Override
    void allocate() {
        keys = new float[START + keyNumbers()];
        values = new float[START + valueNumbers()];
    }

    @Override
    void putKeys(int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < count; i++) {
                int from = offset + i * rowStride + h * headStride;
                int at = keysAt(h, first + i) + (first + i) % 16;
                for (int e = 0; e < keyWidth; e++) {
                    keys[at + 16 * e] = rows[from + e];
                }
            }
        }
    }

    @Override
    void putValues(int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        int stride = valueStride();
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < count; i++) {
                int from = offset + i * rowStride + h * headStride;
                int at = valuesAt(h, first + i);
                for (int e = 0; e < valueWidth; e += 16, at += stride) {
                    System.arraycopy(rows, from + e, values, at, Math.min(16, valueWidth - e));
                }
            }
        }
    }

    @Override
    void panels(int head, int first, int count, float[] to, int at) {
        System.arraycopy(keys, keysAt(head, first), to, at, Work.padded(count) * keyWidth);
    }

    @Override
    void readValues(int head, int first, int count, float[] to, int at, int stride) {
        int from = valuesAt(head, first);
        for (int e = 0; e < valueWidth; e += 16, from += valueStride()) {
            System.arraycopy(values, from, to, at + e / 16 * stride, 16 * count);
        }
    }

    @Override
    float key(int head, int position, int e) {
        return keys[keysAt(head, position) + 16 * e + position % 16];
    }

    @Override
    float value(int head, int position, int e) {
        return values[valuesAt(head, position) + e / 16 * valueStride() + e % 16];
    }

    @Override
    void keyRow(int head, int position, float[] to, int at) {
        int from = keysAt(head, position) + position % 16;
        for (int e = 0; e < keyWidth; e++) {
            to[at + e] = keys[from + 16 * e];
        }
    }

    @Override
    void valueRow(int head, int position, float[] to, int at) {
        int from = valuesAt(head, position);
        for (int e = 0; e < valueWidth; e += 16, from += valueStride()) {
            System.arraycopy(values, from, to, at + e, Math.min(16, valueWidth - e));
        }
    }

    @Override
    void copyFrom(KeyPage other) {
        FloatPage from = (FloatPage) other;
        System.arraycopy(from.keys, START, keys, START, keyNumbers());
        System.arraycopy(from.values, START, values, START, valueNumbers());
    }

    @Override
    long bytes(long keyCount, long valueCount, long rows) {
        return Float.BYTES * (keyCount + valueCount);
    }

    @Override
    int objects() {
        return super.objects() + 2 * START * Float.BYTES;
    }

    @Override
    void save(StateFile.Writer writer) throws IOException {
        writer.floats(keys, START, keyNumbers());
        writer.floats(values, START, valueNumbers());
    }

    @Override
    void load(StateFile.Reader reader) throws IOException {
        keys = placed(reader.floats(keyNumbers()));
        values = placed(reader.floats(valueNumbers()));
    }

    private static float[] placed(float[] numbers) {
        float[] all = new float[START + numbers.length];
        System.arraycopy(numbers, 0, all, START, numbers.length);
        return all;
    }
}
