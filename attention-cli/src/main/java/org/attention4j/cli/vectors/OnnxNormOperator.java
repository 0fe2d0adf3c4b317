package org.attention4j.cli.vectors;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.model.Layer;
import org.attention4j.model.LayerNorm;
import org.attention4j.model.RmsNorm;

/**
 * ONNX's {@code LayerNormalization} (Y, Mean, InvStdDev) and {@code RMSNormalization} over an axis and all that follow it. Scale and B
 * broadcast to X. All is computed in float32, whatever {@code stash_type} says.
 */
final class OnnxNormOperator implements Operator {
    private final boolean rms;

    OnnxNormOperator(boolean rms) {
        this.rms = rms;
    }

    @Override
    public String name() {
        return rms ? "RMSNormalization" : "LayerNormalization";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Tensor in = reference.input("X");
        int from = OnnxAxis.index(in.shape(), reference.integer("axis", -1));
        OnnxAxis axis = OnnxAxis.of(in.shape(), from, true);
        if (axis.length() == 0) {
            throw new UnsupportedCaseException("rows of no elements: a norm has a width of at least 1");
        }
        double epsilon = reference.number("epsilon", LayerNorm.DEFAULT_EPSILON);
        float[] scale = spread(reference, rms ? "scale" : "Scale", in.shape());
        float[] bias = reference.hasInput("B") ? spread(reference, "B", in.shape()) : new float[scale.length];
        Tensor out = Tensor.zeros(1, axis.rows(), axis.length());
        boolean shared = sameInAllRows(scale, axis) && sameInAllRows(bias, axis);
        Sequences rows = Sequences.of(in.reshape(1, axis.rows(), axis.length()));
        try (Workspace workspace = Workspace.create()) {
            layer(axis.length(), epsilon, shared ? scale : ones(axis), shared ? bias : new float[axis.length()])
                    .forward(rows, out, workspace);
        }
        float[] y = out.array();
        for (int i = 0; i < y.length && !shared; i++) {
            y[i] = Math.fma(y[i], scale[i], bias[i]);
        }
        Map<String, Tensor> results = new LinkedHashMap<>();
        results.put("output.Y", Tensor.of(y, in.shape().extents()));
        if (!rms) {
            putMoments(results, in, from, axis, (float) epsilon);
        }
        return results;
    }

    /** The first row of scale and bias is taken. */
    private Layer layer(int width, double epsilon, float[] scale, float[] bias) {
        NamedTensors parameters = NamedTensors.empty()
                .with("weight", Tensor.of(Arrays.copyOf(scale, width), width))
                .with("bias", Tensor.of(Arrays.copyOf(bias, width), width));
        ParameterSource source = ParameterSource.of(parameters);
        return rms ? RmsNorm.of(width, epsilon, source) : LayerNorm.of(width, epsilon, source);
    }

    private static float[] ones(OnnxAxis axis) {
        float[] ones = new float[axis.length()];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static boolean sameInAllRows(float[] spread, OnnxAxis axis) {
        for (int i = axis.length(); i < spread.length; i++) {
            if (spread[i] != spread[i - axis.length()]) {
                return false;
            }
        }
        return spread.length > 0;
    }

    /** What the layer keeps to itself. */
    private static void putMoments(Map<String, Tensor> results, Tensor in, int from, OnnxAxis axis, float epsilon) {
        int[] extents = in.shape().extents();
        Arrays.fill(extents, from, extents.length, 1);
        float[] x = in.toArray();
        float[] means = new float[axis.rows()];
        float[] inverses = new float[axis.rows()];
        for (int r = 0; r < means.length; r++) {
            double mean = 0;
            for (int i = 0; i < axis.length(); i++) {
                mean += x[r * axis.length() + i] / (double) axis.length();
            }
            double variance = 0;
            for (int i = 0; i < axis.length(); i++) {
                double d = x[r * axis.length() + i] - mean;
                variance += d * d / axis.length();
            }
            means[r] = (float) mean;
            inverses[r] = (float) (1 / Math.sqrt(variance + epsilon));
        }
        results.put("output.Mean", Tensor.of(means, extents));
        results.put("output.InvStdDev", Tensor.of(inverses, extents));
    }

    /** An input broadcast to a shape. */
    private static float[] spread(ReferenceCase reference, String name, Shape shape) {
        Tensor tensor = reference.input(name);
        Broadcast broadcast = Broadcast.of(name, tensor.shape().extents(), shape.extents());
        float[] from = tensor.toArray();
        float[] to = new float[Math.toIntExact(shape.size())];
        for (int at = 0; at < to.length; at++) {
            to[at] = from[broadcast.source(at)];
        }
        return to;
    }
}
