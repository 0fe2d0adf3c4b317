package org.attention4j.model;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;

/**
 * y = x + sin²(α x) / (β + 10⁻⁹), with α and β learned for each channel, and β = α where there is no β of its own (Ziyin, Hartwig and Ueda 2020, equation 3; β: Lee et
 * al. 2023, BigVGAN's {@code snakebeta}). Between the convolutions of vocoders and audio codecs: DAC, BigVGAN, Stable Audio.
 *
 * <p>Parameters: {@code alpha [D]} and, where it is one of its own, {@code beta [D]}, at first ones.
 *
 * <p>Same bits: sin is our own polynomial in float64, in fixed order, with an error below 2⁻³⁰; beyond |α x| = 2³⁰ it is {@link StrictMath}'s.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class Snake extends RowFunction {
    /** As the published codes have it, so that 0 divides nothing. */
    private static final float LEAST = 1e-9f;

    private final float[] alpha;
    private final float[] beta;

    private Snake(int width, List<ParameterSpec> specs, ParameterSource source) {
        super(width, specs, source);
        alpha = parameters.get("alpha").array();
        beta = parameters.get(specs.get(specs.size() - 1).name()).array();
    }

    /**
     * A layer.
     *
     * @param width D
     * @param ownBeta whether β is a parameter of its own, or α
     * @param source fills {@code alpha} and, if there is one, {@code beta}
     * @return the layer
     * @throws BadShapeException if the width is not positive
     */
    public static Snake of(int width, boolean ownBeta, ParameterSource source) {
        if (width < 1) {
            throw new BadShapeException("a snake of width " + width + ": it must be positive");
        }
        ParameterSpec alpha = new ParameterSpec("alpha", Shape.of(width), InitialValue.ones());
        ParameterSpec beta = new ParameterSpec("beta", Shape.of(width), InitialValue.ones());
        return new Snake(width, ownBeta ? List.of(alpha, beta) : List.of(alpha), source);
    }

    @Override
    public Snake withParameters(ParameterSource source) {
        return new Snake(width, specs, source);
    }

    @Override
    void apply(float[] x, int xOffset, float[] y, int yOffset) {
        for (int c = 0; c < width; c++) {
            float v = x[xOffset + c];
            double sine = HalfTurn.sine(alpha[c] * v);
            y[yOffset + c] = (float) (v + sine * sine / (beta[c] + LEAST));
        }
    }

    @Override
    void inputGradient(float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset) {
        for (int c = 0; c < width; c++) {
            double slope = 1 + alpha[c] * sineOfTwice(alpha[c] * x[xOffset + c]) / (beta[c] + LEAST);
            dX[dXOffset + c] += (float) (dY[dYOffset + c] * slope);
        }
    }

    /** sin 2z = 2 sin z cos z. */
    private static double sineOfTwice(float z) {
        return 2 * HalfTurn.sine(z) * HalfTurn.cosine(z);
    }

    @Override
    void parameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dAlpha,
            int dAlphaOffset,
            float[] dBeta,
            int dBetaOffset) {
        boolean own = specs.size() == 2;
        for (int c = 0; c < width; c++) {
            float v = x[xOffset + c];
            double divisor = beta[c] + LEAST;
            double sine = HalfTurn.sine(alpha[c] * v);
            double ofAlpha = v * sineOfTwice(alpha[c] * v) / divisor;
            double ofBeta = -sine * sine / (divisor * divisor);
            float d = dY[dYOffset + c];
            dAlpha[dAlphaOffset + c] += (float) (d * (own ? ofAlpha : ofAlpha + ofBeta));
            if (own) {
                dBeta[dBetaOffset + c] += (float) (d * ofBeta);
            }
        }
    }
}
