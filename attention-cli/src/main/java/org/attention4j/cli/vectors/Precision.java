package org.attention4j.cli.vectors;

import org.attention4j.model.files.ElementType;

/** Numbers as narrower types hold them: rounded to nearest, ties to even. */
final class Precision {
    private Precision() {}

    /** The nearest number of a type; of types of 32 bits and more the number itself. */
    static float round(ElementType type, float number) {
        return switch (type) {
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
