package org.attention4j.rnn;

import org.attention4j.api.MixerConfig;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/** What a cell whose gates see the input alone makes of its candidate v: what {@link StackOptions#SCAN_CANDIDATE} says. */
enum ScanCandidate {
    /** v. */
    LINEAR,
    /** v + ½ where v is at least 0, else σ(v). */
    POSITIVE,
    /** tanh(v). */
    TANH;

    /** That of a resolved configuration. */
    static ScanCandidate of(MixerConfig config) {
        return switch (config.get(StackOptions.SCAN_CANDIDATE)) {
            case "positive" -> POSITIVE;
            case "tanh" -> TANH;
            default -> LINEAR;
        };
    }

    boolean smooth() {
        return this != POSITIVE;
    }

    /** v ← its value; {@code room} is as much room for it. */
    void apply(Kernels kernels, float[] gates, int v, int room, int units) {
        if (this == TANH) {
            kernels.apply(Activation.TANH, gates, v, gates, v, units);
        } else if (this == POSITIVE) {
            kernels.apply(Activation.SIGMOID, gates, v, gates, room, units);
            for (int j = 0; j < units; j++) {
                gates[v + j] = gates[v + j] >= 0f ? gates[v + j] + 0.5f : gates[room + j];
            }
        }
    }

    /** The derivative, from the value. */
    float gradient(float value) {
        return switch (this) {
            case LINEAR -> 1f;
            case POSITIVE -> value >= 0.5f ? 1f : Math.fma(-value, value, value);
            case TANH -> Math.fma(-value, value, 1f);
        };
    }
}
