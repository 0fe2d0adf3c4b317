package org.attention4j.tests.formulas;

import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;

/** A causal convolution of each channel for itself; blocks are a way to compute it. */
final class LongConvolutionFormula implements Formula {
    @Override
    public Set<String> options() {
        return Set.of("kernel", "bias", "block");
    }

    @Override
    public double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
        int kernel = Maths.integer(config, "kernel", 1024);
        return new ConvolutionFormula.Taps(kernel, 1, config.width(), config.width(), true)
                .applied(parameters, "", x, rounding);
    }
}
