package org.attention4j.model;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;

/**
 * y = x, or a · x where x is not above 0, with a learned (He, Zhang, Ren and Sun 2015, equation 1). Parameters as PyTorch's {@code PReLU} has them: {@code
 * weight [1]}, one for all channels, or {@code weight [D]}, one for each; at first 0.25.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class PRelu extends RowFunction {
    private static final InitialValue INITIAL = new InitialValue.Constant(0.25f);

    private final float[] slopes;

    private PRelu(int width, List<ParameterSpec> specs, ParameterSource source) {
        super(width, specs, source);
        slopes = parameters.get("weight").array();
    }

    /**
     * A layer.
     *
     * @param width D
     * @param each whether each channel has an a of its own
     * @param source fills {@code weight}
     * @return the layer
     * @throws BadShapeException if the width is not positive
     */
    public static PRelu of(int width, boolean each, ParameterSource source) {
        if (width < 1) {
            throw new BadShapeException("a PReLU of width " + width + ": it must be positive");
        }
        return new PRelu(width, List.of(new ParameterSpec("weight", Shape.of(each ? width : 1), INITIAL)), source);
    }

    @Override
    public PRelu withParameters(ParameterSource source) {
        return new PRelu(width, specs, source);
    }

    @Override
    public boolean smooth() {
        return false;
    }

    /** Which slope a channel has. */
    private int slope(int channel) {
        return slopes.length == 1 ? 0 : channel;
    }

    @Override
    void apply(float[] x, int xOffset, float[] y, int yOffset) {
        for (int c = 0; c < width; c++) {
            float v = x[xOffset + c];
            y[yOffset + c] = v > 0f ? v : slopes[slope(c)] * v;
        }
    }

    @Override
    void inputGradient(float[] x, int xOffset, float[] dY, int dYOffset, float[] dX, int dXOffset) {
        for (int c = 0; c < width; c++) {
            float d = dY[dYOffset + c];
            dX[dXOffset + c] += x[xOffset + c] > 0f ? d : slopes[slope(c)] * d;
        }
    }

    @Override
    void parameterGradient(
            float[] x,
            int xOffset,
            float[] dY,
            int dYOffset,
            float[] dSlopes,
            int dSlopesOffset,
            float[] none,
            int noneOffset) {
        for (int c = 0; c < width; c++) {
            int at = dSlopesOffset + slope(c);
            dSlopes[at] = Math.fma(dY[dYOffset + c], Math.min(0f, x[xOffset + c]), dSlopes[at]);
        }
    }
}
