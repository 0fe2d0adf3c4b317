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
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.RowState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** y_t = weight · max(0, x_t + bias), element by element: a mixer with a kink. */
final class Rectifier extends Naive {
    /** Its provider. */
    static final class Provider implements MixerProvider {
        @Override
        public MixerKind kind() {
            return new MixerKind(
                    "rectifier",
                    MixerFamily.OTHER,
                    "Rectifier",
                    OptionSchema.of(),
                    Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE));
        }

        @Override
        public MixerSpec spec(MixerConfig config) {
            return MixerSpec.of(kind(), config)
                    .causal(true)
                    .boundedState(true)
                    .smooth(false)
                    .parameter("weight", InitialValue.uniform(1), config.width())
                    .parameter("bias", InitialValue.uniform(1), config.width())
                    .build();
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
            MixerSpec spec = spec(config);
            return new Rectifier(spec, spec.newParameters(parameters));
        }
    }

    private Rectifier(MixerSpec spec, NamedTensors parameters) {
        super(spec, parameters);
    }

    @Override
    public SequenceMixer withParameters(ParameterSource source) {
        return new Rectifier(spec, spec.newParameters(source));
    }

    private void next(float[] x, int at, float[] y, int to) {
        for (int d = 0; d < spec.inputWidth(); d++) {
            y[to + d] = values("weight")[d] * Math.max(0, x[at + d] + values("bias")[d]);
        }
    }

    @Override
    void sequence(float[] x, int at, float[] y, int to, int length, Workspace workspace) {
        for (int t = 0; t < length; t++) {
            next(x, at + t * spec.inputWidth(), y, to + t * spec.inputWidth());
        }
    }

    @Override
    int rowWidth() {
        return 0;
    }

    @Override
    int lookback() {
        return 0;
    }

    @Override
    void position(float[] x, int at, RowState state, int b, float[] y, int to, Workspace workspace) {
        next(x, at, y, to);
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
        int width = spec.inputWidth();
        float[] x = rows(tape.in(), b);
        for (int i = 0; i < x.length; i++) {
            int d = i % width;
            float open = x[i] + values("bias")[d];
            if (open > 0) {
                float dy = dOut.get(b, i / width, d);
                dIn.array()[at(dIn, b) + i] += dy * values("weight")[d];
                dParameters.get("weight").array()[d] += dy * open;
                dParameters.get("bias").array()[d] += dy * values("weight")[d];
            }
        }
    }
}
