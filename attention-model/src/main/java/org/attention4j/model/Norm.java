package org.attention4j.model;

import org.attention4j.api.ParameterSource;

/** Which norms a block has. */
public enum Norm {
    /** {@link LayerNorm}. */
    LAYER,
    /** {@link RmsNorm}, which has no bias. */
    RMS,
    /** y = x. */
    NONE;

    Layer of(int width, double epsilon, boolean bias, ParameterSource source) {
        return switch (this) {
            case LAYER -> LayerNorm.of(width, epsilon, bias, source);
            case RMS -> RmsNorm.of(width, epsilon, source);
            case NONE -> Identity.of(width);
        };
    }
}
