package org.attention4j.model;

import java.util.List;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;

/**
 * y_t = x_t + weight[t]: a learned vector for every position (Gehring et al. 2017; Devlin et al. 2019). One parameter, {@code weight [P,
 * D]} as PyTorch's {@code Embedding} of positions has it, at first uniform in ±0.02·√3, the variance that BERT begins with.
 *
 * <p>Unlike other layers this one depends on where a row stands, not on the row alone.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class LearnedPositions extends PositionLayer {
    /** BERT's {@code initializer_range}. */
    private static final double DEVIATION = 0.02;

    private final NamedTensors parameters;

    private LearnedPositions(int positions, int width, NamedTensors parameters) {
        super(positions, width, parameters.get("weight").array());
        this.parameters = parameters;
    }

    /**
     * A layer.
     *
     * @param positions P, the longest sequence
     * @param width D
     * @param source fills {@code weight}
     * @return the layer
     * @throws BadShapeException if a size is not positive, or there are more elements than an array holds
     */
    public static LearnedPositions of(int positions, int width, ParameterSource source) {
        check(positions, width);
        return new LearnedPositions(positions, width, Parameters.filled(specs(positions, width), source));
    }

    private static List<ParameterSpec> specs(int positions, int width) {
        InitialValue initial = InitialValue.uniform(DEVIATION * Math.sqrt(3));
        return List.of(new ParameterSpec("weight", Shape.of(positions, width), initial));
    }

    @Override
    public List<ParameterSpec> parameterSpecs() {
        return specs(positions, width);
    }

    @Override
    public NamedTensors parameters() {
        return parameters.copy();
    }

    @Override
    public LearnedPositions withParameters(ParameterSource source) {
        return of(positions, width, source);
    }
}
