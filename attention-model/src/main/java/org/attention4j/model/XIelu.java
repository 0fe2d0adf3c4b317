package org.attention4j.model;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;
import org.attention4j.kernels.ScalarMath;

/**
 * y = a x² + x / 2 where x is above 0, else c (eˣ − 1 − x) + x / 2, with a = softplus(α_p) and c = 1/2 + softplus(α_n), both learned, one of each for all channels
 * (Huang and Schlag 2024, "Deriving Activation Functions Using Integration", β being 1/2; Apertus). Transformers' code takes e^−10⁻⁶ for eˣ between −10⁻⁶ and 0.
 *
 * <p>Parameters as Transformers has them: {@code alpha_p [1]} and {@code alpha_n [1]}, at first such that a = c = 0.8.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class XIelu extends RowFunction {
    private static final float BETA = 0.5f;

    private final float positive;
    private final float negative;

    private XIelu(int width, List<ParameterSpec> specs, ParameterSource source) {
        super(width, specs, source);
        positive = ScalarMath.softplus(alpha("alpha_p"));
        negative = BETA + ScalarMath.softplus(alpha("alpha_n"));
    }

    private float alpha(String name) {
        return parameters.get(name).array()[0];
    }

    /**
     * A layer.
     *
     * @param width D
     * @param source fills {@code alpha_p} and {@code alpha_n}
     * @return the layer
     * @throws BadShapeException if the width is not positive
     */
    public static XIelu of(int width, ParameterSource source) {
        if (width < 1) {
            throw new BadShapeException("an xIELU of width " + width + ": it must be positive");
        }
        return new XIelu(width, List.of(spec("alpha_p", 0.8), spec("alpha_n", 0.8 - BETA)), source);
    }

    private static ParameterSpec spec(String name, double softplus) {
        return new ParameterSpec(
                name, Shape.of(1), new InitialValue.Constant((float) StrictMath.log(StrictMath.expm1(softplus))));
    }

    @Override
    public XIelu withParameters(ParameterSource source) {
        return new XIelu(width, specs, source);
    }

    @Override
    void apply(float[] x, int xOffset, float[] y, int yOffset) {
        ElementFunction.lessOne(kernels, x, xOffset, y, yOffset, width);
        for (int c = 0; c < width; c++) {
            float v = x[xOffset + c];
            float curve = v > 0f ? positive * v * v : negative * (y[yOffset + c] - v);
            y[yOffset + c] = Math.fma(BETA, v, curve);
        }
    }

    @Override
    void inputGradient(float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset) {
        for (int c = 0; c < width; c++) {
            float v = x[xOffset + c];
            float slope = v > 0f ? 2 * positive * v : negative * (ScalarMath.exp(v) - 1f);
            dX[dXOffset + c] = Math.fma(dY[dYOffset + c], BETA + slope, dX[dXOffset + c]);
        }
    }

    @Override
    void parameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dPositive,
            int dPositiveOffset,
            float[] dNegative,
            int dNegativeOffset) {
        float ofPositive = ScalarMath.sigmoid(alpha("alpha_p"));
        float ofNegative = ScalarMath.sigmoid(alpha("alpha_n"));
        for (int c = 0; c < width; c++) {
            float v = x[xOffset + c];
            float d = dY[dYOffset + c];
            if (v > 0f) {
                dPositive[dPositiveOffset] += d * (v * v * ofPositive);
            } else {
                dNegative[dNegativeOffset] += d * ((ScalarMath.exp(v) - 1f - v) * ofNegative);
            }
        }
    }
}
