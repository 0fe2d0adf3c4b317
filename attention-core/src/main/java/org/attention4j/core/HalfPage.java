package org.attention4j.core;

import java.io.IOException;
import org.attention4j.api.StateFile;
import org.attention4j.kernels.Kernels;

/**
 * Numbers of 16 bits, rounded to the nearest: IEEE 754's binary16, which is off by at most 2⁻¹¹ of a number between 2⁻¹⁴ and 65,504, or
 * bfloat16, off by at most 2⁻⁹ of any. Larger ones become the largest.
 */
final class HalfPage extends KeyPage {
    /** Of a page that has no arrays yet; shared, as a state makes many pages. */
    private static final short[] NO_NUMBERS = {};

    private static final float MOST_HALF = 65_504f;
    /** The largest bfloat16. */
    private static final float MOST_BRAIN = Float.intBitsToFloat(0x7f7f0000);

    private final Kernels kernels = Kernels.preferred();
    private final boolean brain;
    private short[] keys = NO_NUMBERS;
    private short[] values = NO_NUMBERS;

    HalfPage(boolean brain) {
        this.brain = brain;
    }

    private short narrow(float x) {
        if (!brain) {
            return Float.floatToFloat16(Math.abs(x) <= Float.MAX_VALUE ? Math.clamp(x, -MOST_HALF, MOST_HALF) : x);
        }
        if (!(Math.abs(x)
                <= Float.MAX_VALUE)) { // infinite, or NaN, of which the top bits are kept, so that it stays one
            return (short) (Float.floatToIntBits(x) >>> 16);
        }
        int bits = Float.floatToRawIntBits(Math.clamp(x, -MOST_BRAIN, MOST_BRAIN));
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    private float widen(short x) {
        return brain ? Float.intBitsToFloat(x << 16) : Float.float16ToFloat(x);
    }

    private void widen(short[] from, int fromAt, float[] to, int at, int count) {
        if (brain) {
            kernels.widenBfloat16(from, fromAt, to, at, count);
        } else {
            for (int i = 0; i < count; i++) {
                to[at + i] = Float.float16ToFloat(from[fromAt + i]);
            }
        }
    }

    @Override
    void putKeys(int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < count; i++) {
                int from = offset + i * rowStride + h * headStride;
                int at = keyPanel(h, first + i) + (first + i) % 16;
                for (int e = 0; e < keyWidth; e++) {
                    keys[at + 16 * e] = narrow(rows[from + e]);
                }
            }
        }
    }

    @Override
    void putValues(int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < count; i++) {
                int from = offset + i * rowStride + h * headStride;
                for (int e = 0; e < valueWidth; e++) {
                    values[valueAt(h, first + i, e)] = narrow(rows[from + e]);
                }
            }
        }
    }

    private int valueAt(int head, int position, int e) {
        return valuePanel(head, position) + e / 16 * valueStride() + e % 16;
    }

    @Override
    void panels(int head, int first, int count, float[] to, int at) {
        widen(keys, keyPanel(head, first), to, at, Work.padded(count) * keyWidth);
    }

    @Override
    void readValues(int head, int first, int count, float[] to, int at, int stride) {
        for (int e = 0; e < valueWidth; e += 16) {
            widen(values, valueAt(head, first, e), to, at + e / 16 * stride, 16 * count);
        }
    }

    @Override
    float key(int head, int position, int e) {
        return widen(keys[keyPanel(head, position) + 16 * e + position % 16]);
    }

    @Override
    float value(int head, int position, int e) {
        return widen(values[valueAt(head, position, e)]);
    }

    @Override
    KeyPage sameKind() {
        return new HalfPage(brain);
    }

    @Override
    void allocate() {
        keys = new short[keyNumbers()];
        values = new short[valueNumbers()];
    }

    @Override
    void copyFrom(KeyPage other) {
        HalfPage from = (HalfPage) other;
        System.arraycopy(from.keys, 0, keys, 0, keys.length);
        System.arraycopy(from.values, 0, values, 0, values.length);
    }

    @Override
    long bytes(long keyCount, long valueCount, long rows) {
        return Short.BYTES * (keyCount + valueCount);
    }

    @Override
    void save(StateFile.Writer writer) throws IOException {
        writer.shorts(keys, 0, keys.length);
        writer.shorts(values, 0, values.length);
    }

    @Override
    void load(StateFile.Reader reader) throws IOException {
        keys = reader.shorts(keyNumbers());
        values = reader.shorts(valueNumbers());
    }
}
