package org.attention4j.model.files;

/**
 * How one element of a stored tensor is encoded; all of them little-endian.
 *
 * <p>The constants carry the names of the safetensors format; ONNX's types are mapped onto them. Types that no method
 * of {@link StoredTensor} turns into Java numbers (the 8-bit floats, complex numbers) are listed because their size has
 * to be known to check a file.
 */
public enum ElementType {
    /** IEEE 754 binary32. */
    F32(4),
    /** IEEE 754 binary64. */
    F64(8),
    /** IEEE 754 binary16. */
    F16(2),
    /** The upper half of a binary32. */
    BF16(2),
    /** 8-bit float with 4 bits of exponent, finite only. */
    F8_E4M3(1),
    /** 8-bit float with 5 bits of exponent. */
    F8_E5M2(1),
    /** 8-bit power of two. */
    F8_E8M0(1),
    /** Two binary32: real and imaginary part. */
    C64(8),
    /** Signed 8-bit integer. */
    I8(1),
    /** Signed 16-bit integer. */
    I16(2),
    /** Signed 32-bit integer. */
    I32(4),
    /** Signed 64-bit integer. */
    I64(8),
    /** Unsigned 8-bit integer. */
    U8(1),
    /** Unsigned 16-bit integer. */
    U16(2),
    /** Unsigned 32-bit integer. */
    U32(4),
    /** Unsigned 64-bit integer. */
    U64(8),
    /** One byte: 0 is false, 1 is true, anything else is refused when it is read. */
    BOOL(1);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /**
     * The size of one element.
     *
     * @return the size in bytes
     */
    public int bytes() {
        return bytes;
    }

    /** The bytes of a tensor, or −1 if a dimension is negative or the product does not fit a {@code long}. */
    long bytesOf(long[] shape) {
        long product = bytes;
        for (long dimension : shape) {
            if (dimension < 0 || Math.multiplyHigh(product, dimension) != 0 || product * dimension < 0) {
                return -1;
            }
            product *= dimension;
        }
        return product;
    }

    /**
     * The number that a float becomes when it is stored in 16 bits: the nearest one, of two equally near ones that with an even last bit;
     * ±∞ past the range.
     *
     * @param number any; NaN stays NaN
     * @return the nearest number of {@link #F16} or {@link #BF16}; of every other type the number itself
     */
    public float round(float number) {
        return switch (this) {
            case F16 -> Float.float16ToFloat(Float.floatToFloat16(number));
            case BF16 -> roundToUpperHalf(number);
            default -> number;
        };
    }

    private static float roundToUpperHalf(float number) {
        if (Float.isNaN(number)) {
            return number;
        }
        int bits = Float.floatToRawIntBits(number);
        int tieToEven = 0x7FFF + (bits >>> 16 & 1);
        return Float.intBitsToFloat(bits + tieToEven & 0xFFFF0000);
    }
}
