package org.attention4j.model;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;

/**
 * y = x / √(mean x² + ε) · weight at every position, the mean taken over its width, or over each of some groups of neighbouring channels (Zhang and Sennrich 2019, equation 4, with PyTorch's
 * ε inside the root). One parameter as PyTorch's {@code RMSNorm} has it: {@code weight [D]}, at first ones.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class RmsNorm extends NormLayer {
    private RmsNorm(int width, int size, float epsilon, List<ParameterSpec> specs, ParameterSource source) {
        super(width, size, epsilon, specs, source);
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
        return of(width, 1, epsilon, source);
    }

    /**
     * A layer with a norm for each group, as for the outputs of each head of an attention (Ye et al. 2024, the Differential Transformer).
     *
     * @param width D
     * @param groups groups of neighbouring channels, all of the same size
     * @param epsilon ε; used as a float
     * @param source fills {@code weight}
     * @return the layer
     * @throws BadShapeException if the width is not positive, or the groups do not divide it
     * @throws IllegalArgumentException if ε is negative or not a number
     */
    public static RmsNorm of(int width, int groups, double epsilon, ParameterSource source) {
        return new RmsNorm(
                width,
                size("an RMS norm", width, groups, epsilon),
                (float) epsilon,
                List.of(new ParameterSpec("weight", Shape.of(width), InitialValue.ones())),
                source);
    }

    @Override
    public RmsNorm withParameters(ParameterSource source) {
        return new RmsNorm(width, size, epsilon, specs, source);
    }

    @Override
    void apply(float[] x, int xOffset, float[] y, int yOffset) {
        for (int c = 0; c < width; c += size) {
            kernels.rmsNorm(x, xOffset + c, y, yOffset + c, weight, c, size, epsilon);
        }
    }

    @Override
    void inputGradient(float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset) {
        for (int c = 0; c < width; c += size) {
            kernels.rmsNormInputGradient(x, xOffset + c, weight, c, dY, dYOffset + c, dX, dXOffset + c, size, epsilon);
        }
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
        for (int c = 0; c < width; c += size) {
            kernels.rmsNormParameterGradient(
                    x, xOffset + c, dY, dYOffset + c, dWeight, dWeightOffset + c, size, epsilon);
        }
    }
}
