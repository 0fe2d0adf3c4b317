package org.attention4j.tests.formulas;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.attention4j.api.MixerConfig;

/** (x ∗ W + b) ⊙ σ(x ∗ V + c), tanh(x ∗ W + b) ⊙ σ(x ∗ V + c), or z ⊙ σ(z) of z = x ∗ W + b. */
final class GatedConvolutionFormula implements Formula {
    @Override
    public Set<String> options() {
        Set<String> options = new HashSet<>(ConvolutionFormula.OPTIONS);
        options.add("gate");
        options.add("activation");
        return options;
    }

    @Override
    public double[][] outputs(MixerConfig config, Map<String, double[]> parameters, double[][] x, Rounding rounding) {
        ConvolutionFormula.Taps taps = ConvolutionFormula.Taps.of(config);
        boolean own = Maths.choice(config, "gate", "separate").equals("self");
        double[][] y = taps.applied(parameters, "", x, rounding);
        double[][] gates = own ? y : taps.applied(parameters, "gate.", x, rounding);
        boolean tanh = Maths.choice(config, "activation", "linear").equals("tanh");
        double[][] gated = new double[y.length][taps.outputs()];
        for (int t = 0; t < y.length; t++) {
            for (int o = 0; o < gated[t].length; o++) {
                double value = tanh ? rounding.of(Math.tanh(y[t][o])) : y[t][o];
                gated[t][o] = value * rounding.of(1 / (1 + Math.exp(-gates[t][o])));
            }
        }
        return gated;
    }
}
