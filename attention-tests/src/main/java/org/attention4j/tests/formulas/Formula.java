package org.attention4j.tests.formulas;

import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;

/** The outputs of a kind of mixer as its paper writes them, in float64, for one sequence. Not fast; safe for any number of threads. */
public interface Formula {
    /**
     * The options that it knows.
     *
     * @return their names; a configuration with another option that is not at its default is none of this formula's
     */
    Set<String> options();

    /**
     * Computes the outputs.
     *
     * @param config width and all options
     * @param parameters by name, in row-major order
     * @param x {@code [T][D]}
     * @param rounding is asked for every intermediate result
     * @return {@code [T][D']}
     */
    double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding);
}
