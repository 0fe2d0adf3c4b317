package org.attention4j.rnn;

import org.attention4j.api.InitialValue;
import org.attention4j.api.NamedTensors;
import org.attention4j.kernels.ScalarMath;

/**
 * The decays Λ {@code [H]} of an {@link RgLru}. Immutable.
 *
 * @param logs −8 softplus(Λ): the logarithm of a where r is 1
 * @param slopes −8 σ(Λ): their derivatives
 */
record Decays(float[] logs, float[] slopes) {
    static final String NAME = "recurrent_param";

    /** Those with which a is 0.999⁸ to 0.9⁸ where r is 1, as published: log(1/a − 1) for a = 0.999 and 0.9. */
    static final InitialValue INITIAL = InitialValue.between(-6.906755, -2.197225);

    private static final Decays NONE = new Decays(new float[0], new float[0]);

    private static final float C = -8f;

    /** Those of a direction, or none if it has no such parameter. */
    static Decays of(NamedTensors parameters, String suffix) {
        if (!parameters.contains(NAME + suffix)) {
            return NONE;
        }
        float[] logs = parameters.get(NAME + suffix).toArray();
        float[] slopes = new float[logs.length];
        for (int j = 0; j < logs.length; j++) {
            slopes[j] = C * ScalarMath.sigmoid(logs[j]);
            logs[j] = C * ScalarMath.softplus(logs[j]);
        }
        return new Decays(logs, slopes);
    }
}
