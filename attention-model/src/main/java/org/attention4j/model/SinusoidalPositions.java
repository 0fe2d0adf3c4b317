package org.attention4j.model;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;

/**
 * y_t = x_t + p_t with p_t[2i] = sin(t / 10000^{2i/D}) and p_t[2i + 1] = cos(t / 10000^{2i/D}) (Vaswani et al. 2017, section 3.5). No
 * parameters. The table is computed in double, by Java's {@link StrictMath}, and rounded: the same bits on every machine.
 *
 * <p>Unlike other layers this one depends on where a row stands, not on the row alone.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class SinusoidalPositions extends PositionLayer {
    private static final double BASE = 10_000;

    private SinusoidalPositions(int positions, int width) {
        super(positions, width, table(positions, width));
    }

    /**
     * A layer.
     *
     * @param positions P, the longest sequence
     * @param width D; where it is odd, the last sine has no cosine
     * @return the layer
     * @throws BadShapeException if a size is not positive, or there are more elements than an array holds
     */
    public static SinusoidalPositions of(int positions, int width) {
        check(positions, width);
        if ((long) positions * width > Integer.MAX_VALUE - 8) {
            throw new BadShapeException(positions + " positions of width " + width + " are more than an array holds");
        }
        return new SinusoidalPositions(positions, width);
    }

    private static float[] table(int positions, int width) {
        float[] table = new float[positions * width];
        for (int c = 0; c < width; c++) {
            double divisor = StrictMath.pow(BASE, (double) (c - c % 2) / width);
            for (int t = 0; t < positions; t++) {
                double angle = t / divisor;
                table[t * width + c] = (float) (c % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle));
            }
        }
        return table;
    }

    @Override
    public List<ParameterSpec> parameterSpecs() {
        return List.of();
    }

    @Override
    public NamedTensors parameters() {
        return NamedTensors.empty();
    }

    @Override
    public SinusoidalPositions withParameters(ParameterSource source) {
        return this;
    }
}
