package org.attention4j.core;

import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * The norm of queries or keys: each head's row [E] for itself, with a weight, and a bias where it is a layer norm, that heads share; or one
 * row of all heads.
 */
final class HeadNorm {
    static final String QUERY = "q_norm";
    static final String KEY = "k_norm";
    private static final String WEIGHT = ".weight";
    private static final String BIAS = ".bias";

    /** Which there is. */
    enum Kind {
        NONE,
        RMS,
        LAYER
    }

    /**
     * What an attention says of the norm of its queries and keys.
     *
     * @param kind which there is
     * @param epsilon of it
     * @param joint whether it is one of all heads together
     * @param turned whether it is behind the turn by position
     */
    record Form(Kind kind, float epsilon, boolean joint, boolean turned) {
        static final Form NONE = new Form(Kind.NONE, 0, false, false);
    }

    private final String name;
    private final boolean centred;
    private final float epsilon;
    private final float[] weight;
    private final float[] bias;

    private HeadNorm(String name, boolean centred, float epsilon, float[] weight, float[] bias) {
        this.name = name;
        this.centred = centred;
        this.epsilon = epsilon;
        this.weight = weight;
        this.bias = bias;
    }

    static void declare(Kind kind, int queryWidth, int keyWidth, MixerSpec.Builder spec) {
        declare(kind, QUERY, queryWidth, spec);
        declare(kind, KEY, keyWidth, spec);
    }

    private static void declare(Kind kind, String name, int width, MixerSpec.Builder spec) {
        if (kind != Kind.NONE) {
            declare(name, width, spec);
        }
        if (kind == Kind.LAYER) {
            spec.parameter(name + BIAS, InitialValue.zeros(), width);
        }
    }

    /** One RMS norm of a name. */
    static void declare(String name, int width, MixerSpec.Builder spec) {
        spec.parameter(name + WEIGHT, InitialValue.ones(), width);
    }

    static @Nullable HeadNorm of(Kind kind, String name, float epsilon, NamedTensors parameters) {
        if (kind == Kind.NONE) {
            return null;
        }
        boolean centred = kind == Kind.LAYER;
        float[] bias = centred ? parameters.get(name + BIAS).toArray() : new float[0];
        return new HeadNorm(
                name, centred, epsilon, parameters.get(name + WEIGHT).toArray(), bias);
    }

    int width() {
        return weight.length;
    }

    String weightName() {
        return name + WEIGHT;
    }

    String biasName() {
        return name + BIAS;
    }

    /** Normalises a row in place. */
    void apply(Kernels kernels, float[] x, int at) {
        if (centred) {
            kernels.layerNorm(x, at, x, at, weight, 0, bias, 0, width(), epsilon);
        } else {
            kernels.rmsNorm(x, at, x, at, weight, 0, width(), epsilon);
        }
    }

    /** dX += the gradient of a row that was x before. */
    void inputGradient(Kernels kernels, float[] x, int at, float[] dY, int dYAt, float[] dX, int dXAt) {
        if (centred) {
            kernels.layerNormInputGradient(x, at, weight, 0, dY, dYAt, dX, dXAt, width(), epsilon);
        } else {
            kernels.rmsNormInputGradient(x, at, weight, 0, dY, dYAt, dX, dXAt, width(), epsilon);
        }
    }

    /** Adds a row's gradients of the parameters. */
    void parameterGradient(
            Kernels kernels,
            float[] x,
            int at,
            float[] dY,
            int dYAt,
            float[] dWeight,
            int dWeightAt,
            float[] dBias,
            int dBiasAt) {
        if (centred) {
            kernels.layerNormParameterGradient(x, at, dY, dYAt, dWeight, dWeightAt, dBias, dBiasAt, width(), epsilon);
        } else {
            kernels.rmsNormParameterGradient(x, at, dY, dYAt, dWeight, dWeightAt, width(), epsilon);
        }
    }
}
