package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The LSTM cell, cut into loops with one activation at most, so that the compiler inlines each whole. */
final class VectorCells {
    private VectorCells() {}

    static void lstm(
            Width w,
            float[] gates,
            int go,
            float[] cPrevious,
            int cpo,
            float[] c,
            int co,
            float[] h,
            int ho,
            int width) {
        VectorActivations.sigmoid(w, gates, go, gates, go, 2 * width);
        VectorActivations.tanh(w, gates, go + 2 * width, gates, go + 2 * width, width);
        VectorActivations.sigmoid(w, gates, go + 3 * width, gates, go + 3 * width, width);
        cellState(w, gates, go, cPrevious, cpo, c, co, width);
        VectorActivations.tanh(w, c, co, h, ho, width);
        VectorRows.multiplyElementwise(w, gates, go + 3 * width, h, ho, h, ho, width);
    }

    /** c = fma(f, c′, i · g). */
    private static void cellState(
            Width w, float[] gates, int go, float[] cPrevious, int cpo, float[] c, int co, int width) {
        VectorSpecies<Float> s = w.species();
        int j = 0;
        for (; j <= width - s.length(); j += s.length()) {
            FloatVector i = FloatVector.fromArray(s, gates, go + j);
            FloatVector f = FloatVector.fromArray(s, gates, go + width + j);
            FloatVector g = FloatVector.fromArray(s, gates, go + 2 * width + j);
            f.fma(FloatVector.fromArray(s, cPrevious, cpo + j), i.mul(g)).intoArray(c, co + j);
        }
        for (; j < width; j++) {
            float ig = gates[go + j] * gates[go + 2 * width + j];
            c[co + j] = Math.fma(gates[go + width + j], cPrevious[cpo + j], ig);
        }
    }

    static void lstmBackward(
            Width w,
            float[] gates,
            int go,
            float[] cPrevious,
            int cpo,
            float[] c,
            int co,
            float[] dH,
            int dho,
            float[] dC,
            int dco,
            float[] dGates,
            int dgo,
            int width) {
        VectorSpecies<Float> s = w.species();
        int j = 0;
        for (; j <= width - s.length(); j += s.length()) {
            FloatVector i = FloatVector.fromArray(s, gates, go + j);
            FloatVector f = FloatVector.fromArray(s, gates, go + width + j);
            FloatVector g = FloatVector.fromArray(s, gates, go + 2 * width + j);
            FloatVector o = FloatVector.fromArray(s, gates, go + 3 * width + j);
            FloatVector previous = FloatVector.fromArray(s, cPrevious, cpo + j);
            FloatVector t = VectorMath.tanh(FloatVector.fromArray(s, c, co + j));
            FloatVector dh = FloatVector.fromArray(s, dH, dho + j);
            FloatVector later = FloatVector.fromArray(s, dC, dco + j);
            FloatVector d = dh.mul(o).fma(VectorGradients.tanhFromOutput(t), later);
            d.mul(g).mul(VectorGradients.sigmoidFromOutput(i)).intoArray(dGates, dgo + j);
            d.mul(previous).mul(VectorGradients.sigmoidFromOutput(f)).intoArray(dGates, dgo + width + j);
            d.mul(i).mul(VectorGradients.tanhFromOutput(g)).intoArray(dGates, dgo + 2 * width + j);
            dh.mul(t).mul(VectorGradients.sigmoidFromOutput(o)).intoArray(dGates, dgo + 3 * width + j);
            d.mul(f).intoArray(dC, dco + j);
        }
        ScalarKernels.lstmCellBackward(gates, go, cPrevious, cpo, c, co, dH, dho, dC, dco, dGates, dgo, width, j);
    }
}
