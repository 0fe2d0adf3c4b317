package org.attention4j.rnn;

import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * The minimal GRU; a gate row is {@code [z | v]}, and has room for one more where v is made positive.
 *
 * @param made what is made of v
 */
record MinGruCell(ScanCandidate made) implements ShareCell {
    @Override
    public boolean smooth() {
        return made.smooth();
    }

    @Override
    public int gates() {
        return 2;
    }

    @Override
    public int spare() {
        return made == ScanCandidate.POSITIVE ? 1 : 0;
    }

    @Override
    public int share() {
        return 0;
    }

    @Override
    public int candidate() {
        return 1;
    }

    @Override
    public void activate(Kernels kernels, float[] gates, int at, int units) {
        kernels.apply(Activation.SIGMOID, gates, at, gates, at, units);
        made.apply(kernels, gates, at + units, at + 2 * units, units);
    }

    @Override
    public void activateGradient(Direction weights, float[] gates, int at, int units, float[] dGates) {
        for (int j = at; j < at + units; j++) {
            dGates[j] *= Math.fma(-gates[j], gates[j], gates[j]);
            dGates[j + units] *= made.gradient(gates[j + units]);
        }
    }
}
