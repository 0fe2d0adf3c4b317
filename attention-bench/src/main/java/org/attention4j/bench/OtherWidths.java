package org.attention4j.bench;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the rest of a program may do with the Vector API: operations on vectors that are not the kernels' width, from arrays and from
 * memory segments of several classes, few enough that the compiler keeps their profiles and has not yet made code of them.
 */
final class OtherWidths {
    private static final List<VectorSpecies<Float>> WIDTHS = List.of(FloatVector.SPECIES_64, FloatVector.SPECIES_128);
    private static final int TIMES = 300;
    private static final int NUMBERS = 64;

    private OtherWidths() {}

    static void run() {
        float[] x = new float[NUMBERS];
        List<MemorySegment> segments = List.of(
                MemorySegment.ofArray(x),
                MemorySegment.ofArray(new int[NUMBERS]),
                MemorySegment.ofArray(new long[NUMBERS]),
                Arena.ofAuto().allocate(Float.BYTES * NUMBERS));
        for (int i = 0; i < TIMES; i++) {
            WIDTHS.forEach(width -> row(width, x));
            WIDTHS.forEach(width -> segments.forEach(segment -> row(width, segment, x)));
        }
    }

    private static void row(VectorSpecies<Float> s, MemorySegment segment, float[] x) {
        for (int i = 0; i < x.length; i += s.length()) {
            FloatVector.fromMemorySegment(s, segment, (long) Float.BYTES * i, ByteOrder.nativeOrder())
                    .intoArray(x, i);
        }
    }

    private static void row(VectorSpecies<Float> s, float[] x) {
        FloatVector most = FloatVector.broadcast(s, -1f);
        FloatVector sum = FloatVector.zero(s);
        for (int i = 0; i < x.length; i += s.length()) {
            FloatVector v = FloatVector.fromArray(s, x, i).mul(most);
            v.intoArray(x, i);
            most = most.blend(v, v.compare(GT, most));
            sum = sum.add(v).fma(v, most).max(v).sub(most).neg().add(1f);
            sum = sum.reinterpretAsInts().lanewise(LSHL, 1).reinterpretAsFloats();
        }
        most.intoArray(x, 0);
        x[1] = sum.lane(0) + sum.reduceLanes(ADD);
        sum.intoArray(x, 0, s.indexInRange(0, 1));
    }
}
