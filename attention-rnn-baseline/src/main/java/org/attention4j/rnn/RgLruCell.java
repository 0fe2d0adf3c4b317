package org.attention4j.rnn;

import java.util.List;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * The real-gated linear recurrent unit; a gate row is {@code [r | i | x | a]}, a state row {@code [h | v]}. Its gradient is {@code [those of
 * the arguments of r and i | dx | that of log a, times −8 σ(Λ)]}.
 *
 * @param blocks K
 */
record RgLruCell(int blocks) implements ScanCell {
    private static final List<String> STATE_NAMES = List.of("h", "v");

    /** The largest derivative of a square root, as the published code bounds it. */
    private static final float STEEPEST = 1000f;

    private static final float LEAST = 1f / (STEEPEST * STEEPEST);

    @Override
    public List<String> stateNames() {
        return STATE_NAMES;
    }

    @Override
    public int gates() {
        return 2;
    }

    @Override
    public boolean takesInput() {
        return true;
    }

    @Override
    public int spare() {
        return 1;
    }

    @Override
    public boolean hasDecays() {
        return true;
    }

    @Override
    public int hidden(MixerConfig config) {
        return config.width(); // the input itself is what is taken in
    }

    @Override
    public void activate(Kernels kernels, Direction weights, int from, float[] gates, int at, int units) {
        kernels.apply(Activation.SIGMOID, gates, at, gates, at, 2 * units);
        float[] logs = weights.decays().logs();
        int a = at + 3 * units;
        for (int j = 0; j < units; j++) {
            gates[a + j] = gates[at + j] * logs[from + j];
        }
        kernels.apply(Activation.EXP, gates, a, gates, a, units);
    }

    /** 1 − a² v. It is below 0 only where a caller's v is above 1; its root is then taken as 0. */
    private static float room(float a, float v) {
        return Math.fma(-a, a * v, 1f);
    }

    @Override
    public void advance(
            Kernels kernels, Direction weights, int from, float[] gates, int at, int units, float[] state, int h) {
        int i = at + units;
        int x = at + 2 * units;
        int a = at + 3 * units;
        int v = h + units;
        for (int j = 0; j < units; j++) {
            float factor = (float) Math.sqrt(Math.max(0f, room(gates[a + j], state[v + j])));
            float taken = gates[x + j] * gates[i + j] * factor;
            state[h + j] = Math.fma(gates[a + j], state[h + j], taken);
            state[v + j] = 1f;
        }
    }

    @Override
    public void advanceGradient(
            Kernels kernels,
            Direction weights,
            float[] gates,
            int at,
            int units,
            float[] states,
            int before,
            int after,
            float[] dState,
            int dH,
            float[] dGates) {
        int i = at + units;
        int x = at + 2 * units;
        int a = at + 3 * units;
        int v = before + units;
        for (int j = 0; j < units; j++) {
            float d = dState[dH + j];
            float decay = gates[a + j];
            float room = room(decay, states[v + j]);
            float factor = (float) Math.sqrt(Math.max(0f, room));
            dGates[i + j] = d * factor * gates[x + j];
            dGates[x + j] = d * factor * gates[i + j];
            float steep = room < 0f ? 0f : 1f / (float) Math.sqrt(Math.max(4f * room, LEAST));
            float dRoom = d * (gates[x + j] * gates[i + j]) * steep;
            float dDecay = Math.fma(d, states[before + j], -2f * decay * states[v + j] * dRoom);
            dGates[a + j] = dDecay * decay;
            dState[dH + j] = d * decay;
            dState[dH + units + j] = -(decay * decay) * dRoom;
        }
    }

    @Override
    public void activateGradient(Direction weights, float[] gates, int at, int units, float[] dGates) {
        Decays decays = weights.decays();
        int i = at + units;
        int a = at + 3 * units;
        for (int j = 0; j < units; j++) {
            float d = dGates[a + j];
            dGates[at + j] = d * decays.logs()[j] * Math.fma(-gates[at + j], gates[at + j], gates[at + j]);
            dGates[i + j] *= Math.fma(-gates[i + j], gates[i + j], gates[i + j]);
            dGates[a + j] = d * decays.slopes()[j];
        }
    }

    @Override
    public void addOwnGradients(
            Layer layer, LayerRecording recording, int d, float[] dGates, NamedTensors wanted, Scratch scratch) {
        String name = Decays.NAME + layer.directions().get(d).suffix();
        if (wanted.contains(name)) {
            Tensor gradient = wanted.get(name);
            float[] sum = gradient.readable(scratch);
            int hidden = layer.hidden();
            for (int b = 0; b < recording.in().batch(); b++) {
                for (int t = 0; t < recording.in().length(b); t++) {
                    int row = (b * recording.in().time() + t) * layer.gateStride();
                    layer.kernels()
                            .multiplyAddElementwise(
                                    dGates, row + 3 * hidden, recording.gates(d), row, sum, gradient.offset(), hidden);
                }
            }
            gradient.commit(sum);
        }
    }
}
