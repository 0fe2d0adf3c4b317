package org.attention4j.model;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;

/**
 * y = (x − mean x) / √(variance x + ε) · weight + bias at every position, mean and variance (divided by their count) taken over its
 * width, or over each of some groups of neighbouring channels (Ba, Kiros and Hinton 2016, equation 4). Parameters as PyTorch's {@code LayerNorm} has them: {@code weight [D]}, at
 * first ones, and, where there is one, {@code bias [D]}, at first zeros.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class LayerNorm extends NormLayer {
    /** PyTorch's default. */
    public static final double DEFAULT_EPSILON = 1e-5;

    private final float[] bias;

    private LayerNorm(int width, int size, float epsilon, List<ParameterSpec> specs, ParameterSource source) {
        super(width, size, epsilon, specs, source);
        bias = parameters.contains("bias") ? parameters.get("bias").array() : new float[width];
    }

    /**
     * A layer with a bias.
     *
     * @param width D
     * @param epsilon ε, {@link #DEFAULT_EPSILON} if in doubt; used as a float
     * @param source fills {@code weight} and {@code bias}
     * @return the layer
     * @throws BadShapeException if the width is not positive
     * @throws IllegalArgumentException if ε is negative or not a number
     */
    public static LayerNorm of(int width, double epsilon, ParameterSource source) {
        return of(width, epsilon, true, source);
    }

    /**
     * A layer.
     *
     * @param width D
     * @param epsilon ε; used as a float
     * @param bias whether a bias is added
     * @param source fills {@code weight} and, if there is one, {@code bias}
     * @return the layer
     * @throws BadShapeException if the width is not positive
     * @throws IllegalArgumentException if ε is negative or not a number
     */
    public static LayerNorm of(int width, double epsilon, boolean bias, ParameterSource source) {
        return of(width, 1, epsilon, bias, source);
    }

    /**
     * A layer with a norm for each group: PyTorch's {@code GroupNorm} of one position at a time, as for the outputs of each head of xLSTM and RetNet.
     *
     * @param width D
     * @param groups groups of neighbouring channels, all of the same size
     * @param epsilon ε; used as a float
     * @param bias whether a bias is added
     * @param source fills {@code weight} and, if there is one, {@code bias}
     * @return the layer
     * @throws BadShapeException if the width is not positive, or the groups do not divide it
     * @throws IllegalArgumentException if ε is negative or not a number
     */
    public static LayerNorm of(int width, int groups, double epsilon, boolean bias, ParameterSource source) {
        int size = size("a layer norm", width, groups, epsilon);
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("weight", Shape.of(width), InitialValue.ones()));
        if (bias) {
            specs.add(new ParameterSpec("bias", Shape.of(width), InitialValue.zeros()));
        }
        return new LayerNorm(width, size, (float) epsilon, List.copyOf(specs), source);
    }

    @Override
    public LayerNorm withParameters(ParameterSource source) {
        return new LayerNorm(width, size, epsilon, specs, source);
    }

    @Override
    void apply(float[] x, int xOffset, float[] y, int yOffset) {
        for (int c = 0; c < width; c += size) {
            kernels.layerNorm(x, xOffset + c, y, yOffset + c, weight, c, bias, c, size, epsilon);
        }
    }

    @Override
    void inputGradient(float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset) {
        for (int c = 0; c < width; c += size) {
            kernels.layerNormInputGradient(
                    x, xOffset + c, weight, c, dY, dYOffset + c, dX, dXOffset + c, size, epsilon);
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
            kernels.layerNormParameterGradient(
                    x,
                    xOffset + c,
                    dY,
                    dYOffset + c,
                    dWeight,
                    dWeightOffset + c,
                    dBias,
                    dBiasOffset + c,
                    size,
                    epsilon);
        }
    }
}
