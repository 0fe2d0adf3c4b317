package org.attention4j.rnn;

import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;

/** The LSTM's formula in float64, one sequence, one direction and one position after the other. */
final class NaiveLstm {
    private NaiveLstm() {}

    /** Output {@code [B, T, D']} and last states {@code [directions, B, H]}. */
    record Result(double[] out, double[] h, double[] c) {}

    static Result run(LstmCase c, NamedTensors parameters, Sequences in, NamedTensors initial) {
        int hidden = c.hidden();
        int directions = c.directions();
        double[] out = new double[in.batch() * in.time() * directions * hidden];
        double[] lastH = new double[directions * in.batch() * hidden];
        double[] lastC = new double[directions * in.batch() * hidden];
        for (int d = 0; d < directions; d++) {
            String suffix = d == 0 ? "_l0" : "_l0_reverse";
            for (int b = 0; b < in.batch(); b++) {
                double[] h = new double[hidden];
                double[] cell = new double[hidden];
                for (int j = 0; j < hidden; j++) {
                    h[j] = initial.get("h").get(d, b, j);
                    cell[j] = initial.get("c").get(d, b, j);
                }
                for (int s = 0; s < in.length(b); s++) {
                    int t = d == 0 ? s : in.length(b) - 1 - s;
                    h = step(c, parameters, suffix, in, b, t, h, cell);
                    System.arraycopy(h, 0, out, ((b * in.time() + t) * directions + d) * hidden, hidden);
                }
                System.arraycopy(h, 0, lastH, (d * in.batch() + b) * hidden, hidden);
                System.arraycopy(cell, 0, lastC, (d * in.batch() + b) * hidden, hidden);
            }
        }
        return new Result(out, lastH, lastC);
    }

    /** Returns the new h and updates the cell in place. */
    private static double[] step(
            LstmCase c, NamedTensors parameters, String suffix, Sequences in, int b, int t, double[] h, double[] cell) {
        int hidden = c.hidden();
        double[] gates = new double[4 * hidden];
        for (int row = 0; row < gates.length; row++) {
            if (c.bias()) {
                gates[row] = (double) parameters.get("bias_ih" + suffix).get(row)
                        + parameters.get("bias_hh" + suffix).get(row);
            }
            for (int p = 0; p < c.width(); p++) {
                gates[row] += (double) parameters.get("weight_ih" + suffix).get(row, p)
                        * in.tensor().get(b, t, p);
            }
            for (int p = 0; p < hidden; p++) {
                gates[row] += parameters.get("weight_hh" + suffix).get(row, p) * h[p];
            }
        }
        double[] next = new double[hidden];
        for (int j = 0; j < hidden; j++) {
            double i = sigmoid(gates[j]);
            double f = sigmoid(gates[hidden + j]);
            double g = Math.tanh(gates[2 * hidden + j]);
            double o = sigmoid(gates[3 * hidden + j]);
            cell[j] = f * cell[j] + i * g;
            next[j] = o * Math.tanh(cell[j]);
        }
        return next;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
