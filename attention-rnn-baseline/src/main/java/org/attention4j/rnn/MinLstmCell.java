package org.attention4j.rnn;

import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.ScalarMath;

/**
 * The minimal LSTM; a gate row is {@code [arguments of f | those of i | v | a | room]}.
 *
 * <p>a = i / (f + i) is σ(log i − log f) with log σ(k) = −softplus(−k): so it is a number also where f and i are so small
 * that they are 0.
 *
 * @param made what is made of v
 */
record MinLstmCell(ScanCandidate made) implements ShareCell {
    @Override
    public boolean smooth() {
        return made.smooth();
    }

    @Override
    public int gates() {
        return 3;
    }

    @Override
    public int spare() {
        return 2;
    }

    @Override
    public int share() {
        return 3;
    }

    @Override
    public int candidate() {
        return 2;
    }

    @Override
    public void activate(Kernels kernels, float[] gates, int at, int units) {
        int a = at + 3 * units;
        int room = at + 4 * units;
        for (int j = 0; j < units; j++) {
            gates[a + j] = -gates[at + j];
            gates[room + j] = -gates[at + units + j];
        }
        kernels.apply(Activation.SOFTPLUS, gates, a, gates, a, 2 * units);
        for (int j = 0; j < units; j++) {
            gates[a + j] -= gates[room + j];
        }
        kernels.apply(Activation.SIGMOID, gates, a, gates, a, units);
        made.apply(kernels, gates, at + 2 * units, room, units);
    }

    @Override
    public void activateGradient(Direction weights, float[] gates, int at, int units, float[] dGates) {
        int v = at + 2 * units;
        int a = at + 3 * units;
        for (int j = 0; j < units; j++) {
            float d = dGates[a + j] * Math.fma(-gates[a + j], gates[a + j], gates[a + j]);
            dGates[at + j] = -d * ScalarMath.sigmoid(-gates[at + j]);
            dGates[at + units + j] = d * ScalarMath.sigmoid(-gates[at + units + j]);
            dGates[v + j] *= made.gradient(gates[v + j]);
        }
    }
}
