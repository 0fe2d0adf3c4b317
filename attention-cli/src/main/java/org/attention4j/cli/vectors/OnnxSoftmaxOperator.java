package org.attention4j.cli.vectors;

import java.util.Arrays;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * ONNX's {@code Softmax} and {@code LogSoftmax} along an axis. Before opset 13 the axis and all that follow it are one row, and the default
 * is 1; since then the axis is a row alone, and the default is −1.
 */
final class OnnxSoftmaxOperator implements Operator {
    private static final int ONE_AXIS_SINCE = 13;

    private final boolean logarithm;

    OnnxSoftmaxOperator(boolean logarithm) {
        this.logarithm = logarithm;
    }

    @Override
    public String name() {
        return logarithm ? "LogSoftmax" : "Softmax";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Tensor in = reference.input("input");
        boolean flattened = reference.opset() < ONE_AXIS_SINCE;
        OnnxAxis axis = OnnxAxis.of(in.shape(), reference.integer("axis", flattened ? 1 : -1), flattened);
        float[] rows = axis.rows(in);
        for (int r = 0; r < axis.rows() && axis.length() > 0; r++) {
            if (logarithm) {
                logSoftmax(rows, r * axis.length(), axis.length());
            } else {
                softmax(rows, r * axis.length(), axis.length());
            }
        }
        return Map.of("output.output", axis.tensor(rows, in.shape()));
    }

    private static void softmax(float[] x, int at, int n) {
        Kernels kernels = Kernels.preferred();
        float sum = kernels.expSum(x, at, n, kernels.max(x, at, n));
        kernels.scale(x, at, n, 1 / sum);
    }

    /** x − max − log Σ exp(x − max). */
    private static void logSoftmax(float[] x, int at, int n) {
        Kernels kernels = Kernels.preferred();
        float max = kernels.max(x, at, n);
        float[] copy = Arrays.copyOfRange(x, at, at + n);
        float[] logSum = {kernels.expSum(copy, 0, n, max)};
        kernels.apply(Activation.LOG, logSum, 0, logSum, 0, 1);
        for (int i = 0; i < n; i++) {
            x[at + i] = x[at + i] - max - logSum[0];
        }
    }
}
