package org.attention4j.tests.naive;

import java.util.Set;
import org.attention4j.api.Capability;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.RowState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** y_t = decay · y_{t−1} + gain · weight · x_t, element by element. */
final class DecayingAverage extends Naive {
    static final Option<Double> GAIN = Option.decimal("gain", 0.5, 2, 1, "Factor of every input.");
    static final Option<String> SIGN =
            Option.choice("sign", java.util.List.of("plus", "minus"), "plus", "Of the input.");

    /** Its provider. */
    static final class Provider implements MixerProvider {
        @Override
        public MixerKind kind() {
            return new MixerKind(
                    "decaying-average",
                    MixerFamily.OTHER,
                    "Decaying average",
                    OptionSchema.of(GAIN, SIGN),
                    Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE));
        }

        @Override
        public MixerSpec spec(MixerConfig config) {
            return MixerSpec.of(kind(), config)
                    .causal(true)
                    .boundedState(true)
                    .parameter("decay", new InitialValue.Constant(0.5f), config.width())
                    .parameter("weight", InitialValue.uniform(1), config.width())
                    .build();
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
            MixerSpec spec = spec(config);
            return new DecayingAverage(spec, spec.newParameters(parameters));
        }
    }

    private final int width;
    private final float gain;

    private DecayingAverage(MixerSpec spec, NamedTensors parameters) {
        super(spec, parameters);
        width = spec.inputWidth();
        double size = spec.config().get(GAIN);
        gain = (float) (spec.config().get(SIGN).equals("plus") ? size : -size);
    }

    @Override
    public SequenceMixer withParameters(ParameterSource source) {
        return new DecayingAverage(spec, spec.newParameters(source));
    }

    private void next(float[] x, int at, float[] last, int from, float[] y, int to) {
        float[] decay = values("decay");
        float[] weight = values("weight");
        for (int d = 0; d < width; d++) {
            float before = from < 0 ? 0 : last[from + d];
            y[to + d] = Math.fma(decay[d], before, gain * weight[d] * x[at + d]);
        }
    }

    @Override
    void sequence(float[] x, int at, float[] y, int to, int length, Workspace workspace) {
        for (int t = 0; t < length; t++) {
            next(x, at + t * width, y, t == 0 ? -1 : to + (t - 1) * width, y, to + t * width);
        }
    }

    @Override
    int rowWidth() {
        return width;
    }

    @Override
    int lookback() {
        return 1;
    }

    @Override
    void position(float[] x, int at, RowState state, int b, float[] y, int to, Workspace workspace) {
        float[] rows = state.rows(b);
        long t = state.position(b);
        next(x, at, rows, state.row(b, t - 1), rows, state.row(b, t));
        System.arraycopy(rows, state.row(b, t), y, to, width);
    }

    @Override
    void gradient(
            Tape tape,
            int b,
            Tensor dOut,
            NamedTensors dLast,
            Tensor dIn,
            Tensor dContext,
            NamedTensors dInitial,
            NamedTensors dParameters) {
        float[] x = rows(tape.in(), b);
        float[] y = new float[x.length];
        int length = tape.in().length(b);
        sequence(x, 0, y, 0, length, Workspace.threads(1));
        float[] decay = values("decay");
        float[] weight = values("weight");
        for (int d = 0; d < width; d++) {
            float s = 0;
            for (int t = length - 1; t >= 0; t--) {
                s = dOut.get(b, t, d) + decay[d] * s;
                dIn.array()[at(dIn, b) + t * width + d] += s * gain * weight[d];
                dParameters.get("weight").array()[d] += s * gain * x[t * width + d];
                dParameters.get("decay").array()[d] += t == 0 ? 0 : s * y[(t - 1) * width + d];
            }
        }
    }
}
