package org.attention4j.cnn;

import java.util.Arrays;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;

/** The convolution's formula and its derivatives in float64, one product after the other. */
final class NaiveConvolution {
    final double[] out;
    final double[] dIn;
    final double[] dWeight;
    final double[] dBias;

    /** Computes the outputs, and the gradients of sum(dOut · out). */
    NaiveConvolution(ConvolutionCase c, NamedTensors parameters, Sequences in, Tensor dOut) {
        Tensor weight = parameters.get("weight");
        int perGroup = c.layout().in();
        out = new double[in.batch() * in.time() * c.out()];
        dIn = new double[in.batch() * in.time() * c.in()];
        dWeight = new double[(int) weight.size()];
        dBias = new double[c.out()];
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                for (int o = 0; o < c.out(); o++) {
                    int at = (b * in.time() + t) * c.out() + o;
                    double dY = dOut.get(b, t, o);
                    out[at] = c.bias() ? parameters.get("bias").get(o) : 0;
                    dBias[o] += dY;
                    int first = o / c.layout().out() * perGroup;
                    for (int k = 0; k < c.kernel(); k++) {
                        int p = t + c.shift(k);
                        for (int i = 0; i < perGroup && p >= 0 && p < in.length(b); i++) {
                            double w = weight.get(o, i, k);
                            double x = in.tensor().get(b, p, first + i);
                            out[at] += w * x;
                            dIn[(b * in.time() + p) * c.in() + first + i] += w * dY;
                            dWeight[(o * perGroup + i) * c.kernel() + k] += x * dY;
                        }
                    }
                }
            }
        }
    }

    /** The largest difference, relative to the largest magnitude or 1; NaN if anything is. */
    static double error(double[] expected, Tensor actual) {
        float[] values = actual.toArray();
        double scale = Math.max(1, Arrays.stream(expected).map(Math::abs).max().orElse(0));
        double error = 0;
        for (int i = 0; i < expected.length; i++) {
            error = Math.max(error, Math.abs(values[i] - expected[i])); // NaN stays: Math.max keeps it
        }
        return expected.length == values.length ? error / scale : Double.NaN;
    }
}
