package org.attention4j.rnn;

import java.util.List;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;

/**
 * The gradient of peephole weights: dp += Σ dg · c, over sequences in order, and over positions in order inside each. c is the second part of a state
 * row.
 *
 * @param gates the parts of a gate row that see c, in the order of their weights
 * @param before how many, the first, see c before the step; the others see that after it
 */
record PeepholeGradient(List<Integer> gates, int before) {
    /** Adds, where it is wanted. */
    void add(Layer layer, LayerRecording recording, int d, float[] dGates, NamedTensors wanted, Scratch scratch) {
        String name = "weight_peephole" + layer.directions().get(d).suffix();
        if (!wanted.contains(name)) {
            return;
        }
        Tensor gradient = wanted.get(name);
        float[] sum = gradient.readable(scratch);
        int hidden = layer.hidden();
        boolean reverse = layer.directions().get(d).reverse();
        float[] states = recording.states(d);
        Kernels kernels = layer.kernels();
        for (int b = 0; b < recording.in().batch(); b++) {
            for (int t = 0; t < recording.in().length(b); t++) {
                int row = (b * recording.in().time() + t) * layer.gateStride();
                for (int g = 0; g < gates.size(); g++) {
                    int seen = g < before ? recording.before(b, t, reverse) : recording.after(b, t, reverse);
                    int to = gradient.offset() + g * hidden;
                    int from = row + gates.get(g) * hidden;
                    kernels.multiplyAddElementwise(dGates, from, states, seen + layer.output(), sum, to, hidden);
                }
            }
        }
        gradient.commit(sum);
    }
}
