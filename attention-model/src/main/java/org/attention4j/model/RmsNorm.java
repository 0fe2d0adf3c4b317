package org.attention4j.model;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;

/**
 * y = x / √(mean x² + ε) · weight at every position, the mean taken over its width (Zhang and Sennrich 2019, equation 4, with PyTorch's
 * ε inside the root). One parameter as PyTorch's {@code RMSNorm} has it: {@code weight [D]}, at first ones.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class RmsNorm extends NormLayer {
    private RmsNorm(int width, float epsilon, List<ParameterSpec> specs, ParameterSource source) {
        super(width, epsilon, specs, source);
    }

    /**
     * A layer.
     *
     * @param width D
     * @param epsilon ε; used as a float. PyTorch's default is 2⁻²³, Llama's models have 1e-5 or 1e-6
     * @param source fills {@code weight}
     * @return the layer
     * @throws BadShapeException if the width is not positive
     * @throws IllegalArgumentException if ε is negative or not a number
     */
    public static RmsNorm of(int width, double epsilon, ParameterSource source) {
        check("an RMS norm", width, epsilon);
        return new RmsNorm(
                width,
                (float) epsilon,
                List.of(new ParameterSpec("weight", Shape.of(width), InitialValue.ones())),
                source);
    }

    @Override
    public RmsNorm withParameters(ParameterSource source) {
        return new RmsNorm(width, epsilon, specs, source);
    }

    @Override
    void apply(float[] x, int xOffset, float[] y, int yOffset) {
        kernels.rmsNorm(x, xOffset, y, yOffset, weight, 0, width, epsilon);
    }

    @Override
    void inputGradient(float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset) {
        kernels.rmsNormInputGradient(x, xOffset, weight, 0, dY, dYOffset, dX, dXOffset, width, epsilon);
    }

    @Override
    void parameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dWeight,
            int dWeightOffset,
            float[] dBias,
            int dBiasOffset) {
        kernels.rmsNormParameterGradient(x, xOffset, dY, dYOffset, dWeight, dWeightOffset, width, epsilon);
    }
}
