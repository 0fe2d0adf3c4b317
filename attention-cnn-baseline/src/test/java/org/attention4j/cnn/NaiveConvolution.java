package org.attention4j.cnn;

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

    /** The same of the magnitudes of all numbers: what each sum's terms come to. */
    static NaiveConvolution ofMagnitudes(ConvolutionCase c, NamedTensors parameters, Sequences in, Tensor dOut) {
        NamedTensors copies = parameters.copy();
        copies.forEach((name, tensor) -> tensor.copyFrom(magnitudes(tensor)));
        return new NaiveConvolution(c, copies, Sequences.of(magnitudes(in.tensor()), in.lengths()), magnitudes(dOut));
    }

    private static Tensor magnitudes(Tensor tensor) {
        Tensor copy = tensor.copy();
        for (int i = 0; i < copy.size(); i++) {
            copy.array()[i] = Math.abs(copy.array()[i]);
        }
        return copy;
    }

    /** The largest difference, each relative to what the terms of its sum come to; NaN if anything is. */
    static double error(double[] expected, double[] terms, Tensor actual) {
        float[] values = actual.toArray();
        double error = 0;
        for (int i = 0; i < expected.length; i++) {
            double off = Math.abs(values[i] - expected[i]);
            error = Math.max(error, off == 0 ? 0 : off / terms[i]); // NaN stays: Math.max keeps it
        }
        return expected.length == values.length ? error : Double.NaN;
    }
}
