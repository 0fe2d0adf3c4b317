package org.attention4j.core;

import java.io.IOException;
import org.attention4j.api.StateFile;
import org.attention4j.kernels.Kernels;

/**
 * Numbers of 8 bits with a scale for each key and each value of each head: x ≈ s · q with q from −127 to 127 and s the largest magnitude of
 * the row / 127, off by at most 1/254 of that magnitude.
 */
final class BytePage extends KeyPage {
    /** Of a page that has no arrays yet; shared, as a state makes many pages. */
    private static final byte[] NO_BYTES = {};

    private static final float[] NO_SCALES = {};

    private static final int MOST = 127;

    private final Kernels kernels = Kernels.preferred();
    private byte[] keys = NO_BYTES;
    private byte[] values = NO_BYTES;
    /** [K, size], padded to whole panels. */
    private float[] keyScales = NO_SCALES;

    private float[] valueScales = NO_SCALES;

    private static float scale(float[] row, int at, int width) {
        float most = 0;
        for (int e = 0; e < width; e++) {
            most = Math.max(most, Math.abs(row[at + e]));
        }
        return most / MOST;
    }

    /** What a number is divided by is not 0: a row of zeros, or of numbers so small that their scale is 0, becomes zeros. */
    private static byte narrow(float x, float scale) {
        return (byte) Math.round(x / (scale == 0 ? 1 : scale));
    }

    @Override
    void putKeys(int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < count; i++) {
                int from = offset + i * rowStride + h * headStride;
                int at = keyPanel(h, first + i) + (first + i) % 16;
                float scale = scale(rows, from, keyWidth);
                keyScales[scaleAt(h, first + i)] = scale;
                for (int e = 0; e < keyWidth; e++) {
                    keys[at + 16 * e] = narrow(rows[from + e], scale);
                }
            }
        }
    }

    @Override
    void putValues(int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < count; i++) {
                int from = offset + i * rowStride + h * headStride;
                float scale = scale(rows, from, valueWidth);
                valueScales[scaleAt(h, first + i)] = scale;
                for (int e = 0; e < valueWidth; e++) {
                    values[valueAt(h, first + i, e)] = narrow(rows[from + e], scale);
                }
            }
        }
    }

    private int valueAt(int head, int position, int e) {
        return valuePanel(head, position) + e / 16 * valueStride() + e % 16;
    }

    @Override
    void panels(int head, int first, int count, float[] to, int at) {
        int from = keyPanel(head, first);
        for (int i = 0; i < count; i += 16, from += 16 * keyWidth, at += 16 * keyWidth) {
            kernels.widenColumns(keyWidth, keys, from, keyScales, scaleAt(head, first + i), to, at);
        }
    }

    @Override
    void readValues(int head, int first, int count, float[] to, int at, int stride) {
        int scales = scaleAt(head, first);
        for (int e = 0; e < valueWidth; e += 16) {
            kernels.widenRows(count, values, valueAt(head, first, e), valueScales, scales, to, at + e / 16 * stride);
        }
    }

    /** Of each head as many as its panels of keys have. */
    private int scaleAt(int head, int position) {
        return head * Work.padded(size) + position;
    }

    @Override
    float key(int head, int position, int e) {
        return keys[keyPanel(head, position) + 16 * e + position % 16] * keyScales[scaleAt(head, position)];
    }

    @Override
    float value(int head, int position, int e) {
        return values[valueAt(head, position, e)] * valueScales[scaleAt(head, position)];
    }

    @Override
    KeyPage sameKind() {
        return new BytePage();
    }

    @Override
    void allocate() {
        keys = new byte[keyNumbers()];
        values = new byte[valueNumbers()];
        keyScales = new float[heads * Work.padded(size)];
        valueScales = new float[heads * Work.padded(size)];
    }

    @Override
    void copyFrom(KeyPage other) {
        BytePage from = (BytePage) other;
        System.arraycopy(from.keys, 0, keys, 0, keys.length);
        System.arraycopy(from.values, 0, values, 0, values.length);
        System.arraycopy(from.keyScales, 0, keyScales, 0, keyScales.length);
        System.arraycopy(from.valueScales, 0, valueScales, 0, valueScales.length);
    }

    @Override
    int objects() {
        return super.objects() + 8 + 2 * 16; // two more arrays
    }

    @Override
    long bytes(long keyCount, long valueCount, long rows) {
        return keyCount + valueCount + 2 * Float.BYTES * rows;
    }

    @Override
    void save(StateFile.Writer writer) throws IOException {
        writer.bytes(keys, 0, keys.length);
        writer.bytes(values, 0, values.length);
        writer.floats(keyScales, 0, keyScales.length);
        writer.floats(valueScales, 0, valueScales.length);
    }

    @Override
    void load(StateFile.Reader reader) throws IOException {
        keys = reader.bytes(keyNumbers());
        values = reader.bytes(valueNumbers());
        keyScales = reader.floats(heads * Work.padded(size));
        valueScales = reader.floats(heads * Work.padded(size));
    }
}
