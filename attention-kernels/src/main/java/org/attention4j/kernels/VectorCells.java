package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;

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
        VectorActivations.sigmoid(w, gates, go, gates, go, 2 * width, null);
        VectorActivations.tanh(w, gates, go + 2 * width, gates, go + 2 * width, width, null);
        VectorActivations.sigmoid(w, gates, go + 3 * width, gates, go + 3 * width, width, null);
        cellState(w, gates, go, cPrevious, cpo, c, co, width, null);
        VectorActivations.tanh(w, c, co, h, ho, width, null);
        VectorRows.multiplyElementwise(w, gates, go + 3 * width, h, ho, h, ho, width, null);
    }

    /** c = fma(f, c′, i · g). */
    private static void cellState(
            Width w,
            float[] gates,
            int go,
            float[] cPrevious,
            int cpo,
            float[] c,
            int co,
            int width,
            @Nullable NotInlined alone) {
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
        throughOutput(w, gates, go + 3 * width, c, co, dH, dho, dC, dco, dGates, dgo + 3 * width, width, null);
        throughCell(w, gates, go, cPrevious, cpo, dC, dco, dGates, dgo, width, null);
    }

    /** dC ← d = dC + dH · o · (1 − t²) and the gradient of the output gate, with t = tanh c. */
    private static void throughOutput(
            Width w,
            float[] o,
            int oo,
            float[] c,
            int co,
            float[] dH,
            int dho,
            float[] dC,
            int dco,
            float[] dO,
            int doo,
            int width,
            @Nullable NotInlined alone) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int j = 0;
        for (; j <= width - s.length(); j += s.length()) {
            FloatVector cell = FloatVector.fromArray(s, c, co + j);
            FloatVector a = cell.abs();
            FloatVector near = VectorMath.tanhNear(k.tanh(), a);
            FloatVector input = a.add(a).neg();
            FloatVector power = VectorMath.power(k.exp(), input);
            FloatVector reduced = VectorMath.reduced(k.exp(), input, power);
            FloatVector t = VectorMath.join(
                    k,
                    cell,
                    a,
                    k.tanh().split(),
                    near,
                    VectorMath.tanhFar(k, VectorMath.decay(k.exp(), input, power, reduced)));
            FloatVector gate = FloatVector.fromArray(s, o, oo + j);
            FloatVector dh = FloatVector.fromArray(s, dH, dho + j);
            FloatVector later = FloatVector.fromArray(s, dC, dco + j);
            dh.mul(gate).fma(VectorGradients.tanhFromOutput(k, t), later).intoArray(dC, dco + j);
            dh.mul(t).mul(VectorGradients.sigmoidFromOutput(gate)).intoArray(dO, doo + j);
        }
        for (; j < width; j++) {
            float t = ScalarMath.tanh(c[co + j]);
            float gate = o[oo + j];
            float dh = dH[dho + j];
            dC[dco + j] = Math.fma(dh * gate, ScalarGradients.tanhFromOutput(t), dC[dco + j]);
            dO[doo + j] = dh * t * ScalarGradients.sigmoidFromOutput(gate);
        }
    }

    /** The gradients of the other gates from d, and dC ← d · f. */
    private static void throughCell(
            Width w,
            float[] gates,
            int go,
            float[] cPrevious,
            int cpo,
            float[] dC,
            int dco,
            float[] dGates,
            int dgo,
            int width,
            @Nullable NotInlined alone) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int j = 0;
        for (; j <= width - s.length(); j += s.length()) {
            FloatVector i = FloatVector.fromArray(s, gates, go + j);
            FloatVector f = FloatVector.fromArray(s, gates, go + width + j);
            FloatVector g = FloatVector.fromArray(s, gates, go + 2 * width + j);
            FloatVector previous = FloatVector.fromArray(s, cPrevious, cpo + j);
            FloatVector d = FloatVector.fromArray(s, dC, dco + j);
            d.mul(g).mul(VectorGradients.sigmoidFromOutput(i)).intoArray(dGates, dgo + j);
            d.mul(previous).mul(VectorGradients.sigmoidFromOutput(f)).intoArray(dGates, dgo + width + j);
            d.mul(i).mul(VectorGradients.tanhFromOutput(k, g)).intoArray(dGates, dgo + 2 * width + j);
            d.mul(f).intoArray(dC, dco + j);
        }
        for (; j < width; j++) {
            float i = gates[go + j];
            float f = gates[go + width + j];
            float g = gates[go + 2 * width + j];
            float d = dC[dco + j];
            dGates[dgo + j] = d * g * ScalarGradients.sigmoidFromOutput(i);
            dGates[dgo + width + j] = d * cPrevious[cpo + j] * ScalarGradients.sigmoidFromOutput(f);
            dGates[dgo + 2 * width + j] = d * i * ScalarGradients.tanhFromOutput(g);
            dC[dco + j] = d * f;
        }
    }
}
