package org.attention4j.tests.laws;

import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;

/**
 * The projections of a softmax attention by the names that {@link MixerFamily#SOFTMAX_ATTENTION} promises: rows of {@code
 * in_proj_weight}, or tensors of their own; rows of {@code in_proj_bias} where there is one.
 */
final class Projections {
    /** Whose projection: the rows stand in this order. */
    enum Part {
        QUERY("q_proj_weight"),
        KEY("k_proj_weight"),
        VALUE("v_proj_weight");

        private final String alone;

        Part(String alone) {
            this.alone = alone;
        }
    }

    private final MixerSpec spec;
    private final NamedTensors parameters;

    Projections(MixerSpec spec, NamedTensors parameters) {
        this.spec = spec;
        this.parameters = parameters;
    }

    private int rows(Part part) {
        if (parameters.contains(part.alone)) {
            return parameters.get(part.alone).extent(0);
        }
        int all = parameters.get("in_proj_weight").extent(0);
        int width = number("head-width", spec.inputWidth() / spec.heads());
        int queries = spec.heads() * width;
        int keys = kvHeads() * width;
        return part == Part.QUERY ? queries : part == Part.KEY ? keys : all - queries - keys;
    }

    private int number(String option, int otherwise) {
        return spec.config().options().get(option) instanceof Integer number ? number : otherwise;
    }

    private int firstRow(Part part) {
        int row = 0;
        for (Part before : Part.values()) {
            row += before.ordinal() < part.ordinal() ? rows(before) : 0;
        }
        return row;
    }

    /** [rows, D], a view. */
    Tensor weight(Part part) {
        return parameters.contains(part.alone)
                ? parameters.get(part.alone)
                : parameters.get("in_proj_weight").range(firstRow(part), firstRow(part) + rows(part));
    }

    boolean hasBias() {
        return parameters.contains("in_proj_bias");
    }

    /** [rows], a view; only where there is a bias. */
    Tensor bias(Part part) {
        return parameters.get("in_proj_bias").range(firstRow(part), firstRow(part) + rows(part));
    }

    void fill(Part part, float value) {
        weight(part).fill(value);
        if (hasBias()) {
            bias(part).fill(value);
        }
    }

    void scale(Part part, float factor) {
        scale(weight(part), factor);
        if (hasBias()) {
            scale(bias(part), factor);
        }
    }

    private static void scale(Tensor tensor, float factor) {
        float[] values = tensor.toArray();
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
        tensor.write(0, values, 0, values.length);
    }

    /** Makes the output projection the identity, as far as it is square, so that a mixer's output is that of its heads. */
    void showHeads() {
        if (parameters.contains("out_proj.weight")) {
            Tensor weight = parameters.get("out_proj.weight");
            weight.fill(0);
            for (int i = 0; i < Math.min(weight.extent(0), weight.extent(1)); i++) {
                weight.set(1, i, i);
            }
        }
        if (parameters.contains("out_proj.bias")) {
            parameters.get("out_proj.bias").fill(0);
        }
    }

    /** How many numbers of the heads an output shows after {@link #showHeads}. */
    int shown(Tensor out) {
        return Math.min(out.extent(2), spec.heads() * headWidth(Part.VALUE));
    }

    /** W x + b of every true position of one sequence, in float64: [T][rows]. */
    double[][] project(Part part, Sequences in, int b) {
        double[][] result = new double[in.length(b)][rows(part)];
        Tensor weight = weight(part);
        for (int t = 0; t < result.length; t++) {
            for (int r = 0; r < rows(part); r++) {
                double sum = hasBias() ? bias(part).get(r) : 0;
                for (int d = 0; d < in.width(); d++) {
                    sum += (double) weight.get(r, d) * in.tensor().get(b, t, d);
                }
                result[t][r] = sum;
            }
        }
        return result;
    }

    /** First row, among keys or values, of what query head h reads: head ⌊h · K / H⌋. */
    int first(Part part, int h) {
        int kvHeads = kvHeads();
        return h * kvHeads / spec.heads() * (rows(part) / kvHeads);
    }

    int kvHeads() {
        return number("key-value-heads", spec.heads());
    }

    int headWidth(Part part) {
        return rows(part) / (part == Part.QUERY ? spec.heads() : kvHeads());
    }

    /** Keys that query i sees of n, from here on. */
    int begin(int i) {
        int window = number("window", 0);
        return window > 0 ? Math.max(0, i + 1 - window) : 0;
    }

    int end(int i, int n) {
        return spec.causal() ? i + 1 : n;
    }
}
