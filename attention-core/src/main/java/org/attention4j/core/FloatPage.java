package org.attention4j.core;

import java.io.IOException;
import org.attention4j.api.StateFile;

/** Floats as they are: the kernels read them in place. */
final class FloatPage extends KeyPage {
    /** Of a page that has no arrays yet; shared, as a state makes many pages. */
    private static final float[] NO_NUMBERS = {};

    float[] keys = NO_NUMBERS;
    float[] values = NO_NUMBERS;

    @Override
    KeyPage sameKind() {
        return new FloatPage();
    }

    @Override
    void allocate() {
        keys = new float[keyNumbers()];
        values = new float[valueNumbers()];
    }

    @Override
    void putKeys(int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < count; i++) {
                int from = offset + i * rowStride + h * headStride;
                int at = keyPanel(h, first + i) + (first + i) % 16;
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
                int at = valuePanel(h, first + i);
                for (int e = 0; e < valueWidth; e += 16, at += stride) {
                    System.arraycopy(rows, from + e, values, at, Math.min(16, valueWidth - e));
                }
            }
        }
    }

    @Override
    void panels(int head, int first, int count, float[] to, int at) {
        System.arraycopy(keys, keyPanel(head, first), to, at, Work.padded(count) * keyWidth);
    }

    @Override
    void readValues(int head, int first, int count, float[] to, int at, int stride) {
        int from = valuePanel(head, first);
        for (int e = 0; e < valueWidth; e += 16, from += valueStride()) {
            System.arraycopy(values, from, to, at + e / 16 * stride, 16 * count);
        }
    }

    @Override
    float key(int head, int position, int e) {
        return keys[keyPanel(head, position) + 16 * e + position % 16];
    }

    @Override
    float value(int head, int position, int e) {
        return values[valuePanel(head, position) + e / 16 * valueStride() + e % 16];
    }

    @Override
    void keyRow(int head, int position, float[] to, int at) {
        int from = keyPanel(head, position) + position % 16;
        for (int e = 0; e < keyWidth; e++) {
            to[at + e] = keys[from + 16 * e];
        }
    }

    @Override
    void valueRow(int head, int position, float[] to, int at) {
        int from = valuePanel(head, position);
        for (int e = 0; e < valueWidth; e += 16, from += valueStride()) {
            System.arraycopy(values, from, to, at + e, Math.min(16, valueWidth - e));
        }
    }

    @Override
    void copyFrom(KeyPage other) {
        FloatPage from = (FloatPage) other;
        System.arraycopy(from.keys, 0, keys, 0, keyNumbers());
        System.arraycopy(from.values, 0, values, 0, valueNumbers());
    }

    @Override
    long bytes(long keyCount, long valueCount, long rows) {
        return Float.BYTES * (keyCount + valueCount);
    }

    @Override
    void save(StateFile.Writer writer) throws IOException {
        writer.floats(keys, 0, keyNumbers());
        writer.floats(values, 0, valueNumbers());
    }

    @Override
    void load(StateFile.Reader reader) throws IOException {
        keys = reader.floats(keyNumbers());
        values = reader.floats(valueNumbers());
    }
}
