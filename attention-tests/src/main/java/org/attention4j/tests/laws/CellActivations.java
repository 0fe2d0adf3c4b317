package org.attention4j.tests.laws;

import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.attention4j.api.MixerSpec;

/**
 * Tells what a configuration's activations promise: the options {@code activation} and {@code …-activation}, and {@code
 * clip}, which cuts their arguments off where it is not 0.
 */
final class CellActivations {
    /** Smooth, and within [−1, 1]. */
    private static final Set<String> SMOOTH = Set.of("tanh", "sigmoid", "softsign");

    private CellActivations() {}

    /** Whether all have a derivative everywhere, and no flat part in which a unit is dead. */
    static boolean smooth(MixerSpec spec) {
        return activations(spec, (option, value) -> !known(value) || SMOOTH.contains(value)) && !clipped(spec);
    }

    /** More would be a power of it with layers, in gates that see it. */
    private static final double LARGEST_SCALE = 2;

    /** Whether none lets numbers grow as powers of powers of the inputs do, and no highway multiplies its input by much. */
    static boolean tame(MixerSpec spec) {
        boolean scaled = spec.config().options().get("highway-scale") instanceof Double scale && scale > LARGEST_SCALE;
        return !scaled
                && activations(
                        spec,
                        (option, value) -> !known(value)
                                || SMOOTH.contains(value)
                                || value.equals("positive")
                                || option.equals("activation") && value.equals("relu"));
    }

    /** Whether gates stay within [0, 1]; one that is 0 where its argument is makes small numbers vanish. */
    static boolean open(MixerSpec spec) {
        return activations(
                spec,
                (option, value) ->
                        !option.equals("gate-activation") || value.equals("sigmoid") || value.equals("hard-sigmoid"));
    }

    /** Whether gates stay within [0, 1], the others within [−1, 1], and an output is no projection. */
    static boolean bounded(MixerSpec spec) {
        return open(spec)
                && activations(spec, (option, value) -> option.equals("gate-activation") || SMOOTH.contains(value))
                && !positive(spec, "projection");
    }

    /** Whether the cell is the textbook's: nothing is clipped or projected, gates are sigmoid, the others tanh. */
    static boolean textbook(MixerSpec spec) {
        return activations(spec, (option, value) -> value.equals(option.equals("gate-activation") ? "sigmoid" : "tanh"))
                && !clipped(spec)
                && !positive(spec, "projection");
    }

    private static boolean clipped(MixerSpec spec) {
        return positive(spec, "clip") || positive(spec, "cell-clip") || positive(spec, "output-clip");
    }

    /** Other mixers have activations of their own, which are as they are. */
    private static boolean known(String value) {
        return Set.of(
                        "relu",
                        "tanh",
                        "sigmoid",
                        "affine",
                        "leaky-relu",
                        "thresholded-relu",
                        "scaled-tanh",
                        "hard-sigmoid",
                        "elu",
                        "softsign",
                        "softplus",
                        "positive")
                .contains(value);
    }

    private static boolean activations(MixerSpec spec, BiPredicate<String, String> keeps) {
        for (Map.Entry<String, Object> option : spec.config().options().entrySet()) {
            boolean activation =
                    option.getKey().equals("activation") || option.getKey().endsWith("-activation");
            if (activation && !keeps.test(option.getKey(), String.valueOf(option.getValue()))) {
                return false;
            }
        }
        return true;
    }

    private static boolean positive(MixerSpec spec, String option) {
        return spec.config().options().get(option) instanceof Number number && number.doubleValue() > 0;
    }
}
