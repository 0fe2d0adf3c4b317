package org.attention4j.model.files;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Tensor;

/** What a trained batch norm does to each channel: y = (x − μ) · γ / √(σ² + ε) + β, in double, rounded once. */
final class BatchNorm {
    private BatchNorm() {}

    static void check(double epsilon) {
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("epsilon " + epsilon + " of a batch norm must be at least 0");
        }
    }

    /** γ / √(σ² + ε). */
    static Tensor scale(Tensor gammas, Tensor variances, double epsilon) {
        float[] gamma = vector(gammas, 0);
        float[] variance = vector(variances, gamma.length);
        Tensor result = Tensor.zeros(gamma.length);
        for (int i = 0; i < gamma.length; i++) {
            result.array()[i] = (float) (gamma[i] / Math.sqrt(variance[i] + epsilon));
        }
        return result;
    }

    /** y of x, γ, β, μ and σ². */
    static Tensor normed(List<Tensor> tensors, double epsilon) {
        float[] x = vector(tensors.get(0), 0);
        float[] gamma = vector(tensors.get(1), x.length);
        float[] beta = vector(tensors.get(2), x.length);
        float[] mean = vector(tensors.get(3), x.length);
        float[] variance = vector(tensors.get(4), x.length);
        Tensor result = Tensor.zeros(x.length);
        for (int i = 0; i < x.length; i++) {
            double scale = gamma[i] / Math.sqrt(variance[i] + epsilon);
            result.array()[i] = (float) (((double) x[i] - mean[i]) * scale + beta[i]);
        }
        return result;
    }

    /** The numbers of a tensor of one axis, {@code width} of them; 0 for any number. */
    private static float[] vector(Tensor tensor, int width) {
        if (tensor.shape().rank() != 1 || width > 0 && tensor.extent(0) != width) {
            throw new BadShapeException(tensor.shape() + " where a batch norm has "
                    + (width > 0 ? "one number for each of " + width + " channels" : "one number for each channel"));
        }
        return tensor.toArray();
    }
}
