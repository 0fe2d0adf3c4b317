package org.attention4j.kernels;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Numbers of 16 and 8 bits as floats. The compiler makes vector code of loops over binary16 by itself, and of these it does not: a cache of
 * bytes was read at a tenth of the speed.
 */
final class VectorNarrow {
    private VectorNarrow() {}

    private static VectorSpecies<Short> shorts(int length) {
        return length == 16 ? ShortVector.SPECIES_256 : length == 8 ? ShortVector.SPECIES_128 : ShortVector.SPECIES_64;
    }

    private static VectorSpecies<Integer> ints(int length) {
        return length == 16 ? IntVector.SPECIES_512 : length == 8 ? IntVector.SPECIES_256 : IntVector.SPECIES_128;
    }

    /** Bytes as many as 16 or 8 floats. */
    private static VectorSpecies<Byte> bytes(int length) {
        return length == 16 ? ByteVector.SPECIES_128 : ByteVector.SPECIES_64;
    }

    /** Whole vectors; how many numbers that were. */
    static int widenBfloat16(Width w, short[] x, int xo, float[] y, int yo, int n) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        VectorSpecies<Short> narrow = shorts(l);
        VectorSpecies<Integer> wide = ints(l);
        int i = 0;
        for (; i <= n - l; i += l) {
            IntVector bits = (IntVector)
                    ShortVector.fromArray(narrow, x, xo + i).convertShape(VectorOperators.ZERO_EXTEND_S2I, wide, 0);
            bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(y, yo + i);
        }
        return i;
    }

    static void widenRows(Width w, int rows, byte[] x, int xo, float[] scales, int so, float[] y, int yo) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        VectorSpecies<Byte> narrow = bytes(l);
        for (int r = 0; r < rows; r++) {
            for (int j = 0; j < 16; j += l) {
                FloatVector q = (FloatVector)
                        ByteVector.fromArray(narrow, x, xo + 16 * r + j).convertShape(VectorOperators.B2F, s, 0);
                FloatVector.broadcast(s, scales[so + r]).mul(q).intoArray(y, yo + 16 * r + j);
            }
        }
    }

    static void widenColumns(Width w, int rows, byte[] x, int xo, float[] scales, int so, float[] y, int yo) {
        VectorSpecies<Float> s = w.species();
        int l = s.length();
        VectorSpecies<Byte> narrow = bytes(l);
        for (int j = 0; j < 16; j += l) {
            FloatVector scale = FloatVector.fromArray(s, scales, so + j);
            for (int r = 0; r < rows; r++) {
                FloatVector q = (FloatVector)
                        ByteVector.fromArray(narrow, x, xo + 16 * r + j).convertShape(VectorOperators.B2F, s, 0);
                scale.mul(q).intoArray(y, yo + 16 * r + j);
            }
        }
    }
}
