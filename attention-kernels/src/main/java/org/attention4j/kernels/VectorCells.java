package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The LSTM cell, cut into loops with one activation at most, each compiled on its own, see {@link VectorLoop};
 * the derivatives are written out, since late in a long loop a helper may no longer be inlined. */
final class VectorCells {
    private static final VectorLoop THROUGH_OUTPUT =
            (w, o, oo, c, co, dH, dho, dC, dco, n, p) -> throughOutput(w, o, oo, c, co, dH, dho, dC, dco, n);
    private static final VectorLoop OUTPUT_GATE =
            (w, o, oo, c, co, dH, dho, dO, doo, n, p) -> outputGate(w, o, oo, c, co, dH, dho, dO, doo, n);

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
        VectorActivations.apply(w, Activation.SIGMOID, gates, go, gates, go, 2 * width);
        VectorActivations.apply(w, Activation.TANH, gates, go + 2 * width, gates, go + 2 * width, width);
        VectorActivations.apply(w, Activation.SIGMOID, gates, go + 3 * width, gates, go + 3 * width, width);
        cellState(w, gates, go, cPrevious, cpo, c, co, width);
        VectorActivations.apply(w, Activation.TANH, c, co, h, ho, width);
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
        int oo = go + 3 * width;
        VectorLoop.alone(THROUGH_OUTPUT, w, gates, oo, c, co, dH, dho, dC, dco, width, 0f);
        VectorLoop.alone(OUTPUT_GATE, w, gates, oo, c, co, dH, dho, dGates, dgo + 3 * width, width, 0f);
        throughCell(w, gates, go, cPrevious, cpo, dC, dco, dGates, dgo, width);
    }

    /** dC ← d = dC + dH · o · (1 − t²) with t = tanh c. */
    private static void throughOutput(
            Width w, float[] o, int oo, float[] c, int co, float[] dH, int dho, float[] dC, int dco, int width) {
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
            FloatVector far = VectorMath.tanhFar(k, VectorMath.decay(k.exp(), input, power, reduced));
            FloatVector t = VectorMath.join(k, cell, a, k.tanh().split(), near, far);
            FloatVector gate = FloatVector.fromArray(s, o, oo + j);
            FloatVector later = FloatVector.fromArray(s, dC, dco + j);
            FloatVector.fromArray(s, dH, dho + j)
                    .mul(gate)
                    .fma(t.neg().fma(t, k.one()), later)
                    .intoArray(dC, dco + j);
        }
        for (; j < width; j++) {
            float t = ScalarMath.tanh(c[co + j]);
            dC[dco + j] = Math.fma(dH[dho + j] * o[oo + j], ScalarGradients.tanhFromOutput(t), dC[dco + j]);
        }
    }

    /** The gradient of the output gate; tanh c again, because with both in one loop it would be too long for the compiler. */
    private static void outputGate(
            Width w, float[] o, int oo, float[] c, int co, float[] dH, int dho, float[] dO, int doo, int width) {
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
            FloatVector far = VectorMath.tanhFar(k, VectorMath.decay(k.exp(), input, power, reduced));
            FloatVector t = VectorMath.join(k, cell, a, k.tanh().split(), near, far);
            FloatVector gate = FloatVector.fromArray(s, o, oo + j);
            FloatVector.fromArray(s, dH, dho + j)
                    .mul(t)
                    .mul(gate.neg().fma(gate, gate))
                    .intoArray(dO, doo + j);
        }
        for (; j < width; j++) {
            float t = ScalarMath.tanh(c[co + j]);
            dO[doo + j] = dH[dho + j] * t * ScalarGradients.sigmoidFromOutput(o[oo + j]);
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
            int width) {
        VectorConstants k = w.constants();
        VectorSpecies<Float> s = k.species();
        int j = 0;
        for (; j <= width - s.length(); j += s.length()) {
            FloatVector i = FloatVector.fromArray(s, gates, go + j);
            FloatVector f = FloatVector.fromArray(s, gates, go + width + j);
            FloatVector g = FloatVector.fromArray(s, gates, go + 2 * width + j);
            FloatVector previous = FloatVector.fromArray(s, cPrevious, cpo + j);
            FloatVector d = FloatVector.fromArray(s, dC, dco + j);
            d.mul(g).mul(i.neg().fma(i, i)).intoArray(dGates, dgo + j);
            d.mul(previous).mul(f.neg().fma(f, f)).intoArray(dGates, dgo + width + j);
            d.mul(i).mul(g.neg().fma(g, k.one())).intoArray(dGates, dgo + 2 * width + j);
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
