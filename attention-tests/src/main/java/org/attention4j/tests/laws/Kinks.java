package org.attention4j.tests.laws;

import java.util.Map;
import java.util.stream.Stream;
import org.attention4j.api.MixerSpec;

/**
 * Tells mixers with kinks and jumps, such as sparse attentions, and activations with a kink, at which differences are no derivative, and
 * a flat part, in which a unit is dead.
 */
final class Kinks {
    private Kinks() {}

    /** Whether the specification says that outputs are smooth, and activations of a cell and norms are too. */
    static boolean none(MixerSpec spec) {
        return spec.smooth() && CellActivations.smooth(spec) && smoothNorms(spec);
    }

    /** Whether no norm of a few numbers has an ε near 0: with it, it is a step, and its gradient is rounding alone. */
    static boolean smoothNorms(MixerSpec spec) {
        Map<String, Object> options = spec.config().options();
        return "none".equals(options.get("query-key-norm"))
                || options.entrySet().stream()
                        .noneMatch(option -> option.getKey().endsWith("norm-epsilon")
                                && option.getValue() instanceof Double epsilon
                                && epsilon < 1e-3);
    }

    /**
     * Whether no norm of a single number, a latent's or a key's, or of what is made of a single number has an ε near 0. With it, the norm is a step: what a state keeps of a
     * position is one of two vectors, which moved inputs do not move, though rounding does.
     */
    static boolean normsOfMany(MixerSpec spec) {
        Map<String, Object> options = spec.config().options();
        return smoothNorms(spec)
                || spec.inputWidth() > 1
                        && Stream.of("latent-width", "head-width")
                                .noneMatch(width -> Integer.valueOf(1).equals(options.get(width)));
    }
}
