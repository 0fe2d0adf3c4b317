package org.attention4j.tests.formulas;

import java.util.Map;
import org.attention4j.api.MixerConfig;
import org.jspecify.annotations.Nullable;

/** (x − μ) / √(mean of (x − μ)² + ε) w + b, with μ the mean for a layer norm, 0 for an RMS norm. */
final class NormFormula {
    private final String kind;
    private final double epsilon;
    private final Map<String, double[]> parameters;
    private final Rounding rounding;

    private NormFormula(String kind, double epsilon, Map<String, double[]> parameters, Rounding rounding) {
        this.kind = kind;
        this.epsilon = epsilon;
        this.parameters = parameters;
        this.rounding = rounding;
    }

    /** The norm of heads' queries and keys, which there may be. */
    static NormFormula ofHeads(MixerConfig config, Map<String, double[]> parameters, Rounding rounding) {
        String kind = Maths.choice(config, "query-key-norm", "none");
        return new NormFormula(kind, Maths.decimal(config, "query-key-norm-epsilon", 1e-6), parameters, rounding);
    }

    /** An RMS norm. */
    static NormFormula rms(double epsilon, Map<String, double[]> parameters, Rounding rounding) {
        return new NormFormula("rms", epsilon, parameters, rounding);
    }

    /** A row, with the weights of that name. */
    double[] of(String name, double[] x) {
        if (kind.equals("none")) {
            return x;
        }
        double mean = 0;
        for (double element : x) {
            mean += kind.equals("layer") ? element / x.length : 0;
        }
        mean = rounding.of(mean);
        double squares = 0;
        for (double element : x) {
            squares += (element - mean) * (element - mean) / x.length;
        }
        double root = rounding.of(1 / Math.sqrt(squares + epsilon));
        double[] weight = Maths.get(parameters, name + ".weight");
        double @Nullable [] bias = parameters.get(name + ".bias");
        double[] y = new double[x.length];
        for (int e = 0; e < x.length; e++) {
            y[e] = rounding.of((x[e] - mean) * root * weight[e] + (bias == null ? 0 : bias[e]));
        }
        return y;
    }
}
