package org.attention4j.tests.naive;

import java.util.Set;
import org.attention4j.api.BadConfigurationException;
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

/** y_t = bias + Σ_k W_k x_{t + k · dilation − left}, as Conv1d. */
final class NaiveConvolution extends Naive {
    static final Option<Integer> KERNEL = Option.integer("kernel", 1, 64, 3, "Taps.");
    static final Option<Integer> DILATION = Option.integer("dilation", 1, 64, 1, "Positions between taps.");
    static final Option<Integer> GROUPS = Option.integer("groups", 1, 64, 1, "Groups of channels.");
    static final Option<Boolean> CAUSAL = Option.flag("causal", false, "No later inputs.");

    /** Its provider. */
    static final class Provider implements MixerProvider {
        @Override
        public MixerKind kind() {
            return new MixerKind(
                    "convolution",
                    MixerFamily.CONVOLUTION,
                    "Convolution",
                    OptionSchema.of(KERNEL, DILATION, GROUPS, CAUSAL),
                    Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE));
        }

        @Override
        public MixerSpec spec(MixerConfig config) {
            MixerSpec.Builder spec = MixerSpec.of(kind(), config);
            MixerConfig resolved = spec.config();
            int groups = resolved.get(GROUPS);
            if (config.width() % groups != 0) {
                throw new BadConfigurationException(
                        "groups", Integer.toString(groups), "must divide width " + config.width());
            }
            int span = (resolved.get(KERNEL) - 1) * resolved.get(DILATION);
            int left = resolved.get(CAUSAL) ? span : span / 2;
            if (!resolved.get(CAUSAL)) {
                spec.refuse(Capability.INCREMENTAL, "needs causal=true, was false");
            }
            return spec.causal(resolved.get(CAUSAL))
                    .boundedState(true)
                    .receptiveField(left, span - left)
                    .parameter(
                            "weight",
                            InitialValue.uniform(1),
                            config.width(),
                            config.width() / groups,
                            resolved.get(KERNEL))
                    .parameter("bias", InitialValue.zeros(), config.width())
                    .build();
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
            MixerSpec spec = spec(config);
            return new NaiveConvolution(spec, spec.newParameters(parameters));
        }
    }

    private final int width;
    private final int kernel;
    private final int dilation;
    private final int inner;
    private final int left;

    private NaiveConvolution(MixerSpec spec, NamedTensors parameters) {
        super(spec, parameters);
        width = spec.inputWidth();
        kernel = spec.config().get(KERNEL);
        dilation = spec.config().get(DILATION);
        inner = width / spec.config().get(GROUPS);
        left = spec.receptiveField().orElseThrow().left();
    }

    @Override
    public SequenceMixer withParameters(ParameterSource source) {
        return new NaiveConvolution(spec, spec.newParameters(source));
    }

    private float tap(float sum, int o, int k, float[] x, int row) {
        float[] weight = values("weight");
        int group = o / inner * inner;
        float result = sum;
        for (int i = 0; i < inner; i++) {
            result = Math.fma(weight[(o * inner + i) * kernel + k], x[row + group + i], result);
        }
        return result;
    }

    @Override
    void sequence(float[] x, int at, float[] y, int to, int length, Workspace workspace) {
        float[] bias = values("bias");
        for (int t = 0; t < length; t++) {
            for (int o = 0; o < width; o++) {
                float sum = bias[o];
                for (int k = 0; k < kernel; k++) {
                    int from = t + k * dilation - left;
                    if (from >= 0 && from < length) {
                        sum = tap(sum, o, k, x, at + from * width);
                    }
                }
                y[to + t * width + o] = sum;
            }
        }
    }

    @Override
    int rowWidth() {
        return width;
    }

    @Override
    int lookback() {
        return left;
    }

    @Override
    void position(float[] x, int at, RowState state, int b, float[] y, int to, Workspace workspace) {
        long t = state.position(b);
        System.arraycopy(x, at, state.rows(b), state.row(b, t), width);
        float[] bias = values("bias");
        for (int o = 0; o < width; o++) {
            float sum = bias[o];
            for (int k = 0; k < kernel; k++) {
                long from = t + k * dilation - left;
                if (from >= 0) {
                    sum = tap(sum, o, k, state.rows(b), state.row(b, from));
                }
            }
            y[to + o] = sum;
        }
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
        float[] weight = values("weight");
        float[] dWeight = dParameters.get("weight").array();
        int length = tape.in().length(b);
        for (int t = 0; t < length; t++) {
            for (int o = 0; o < width; o++) {
                float dy = dOut.get(b, t, o);
                dParameters.get("bias").array()[o] += dy;
                for (int k = 0; k < kernel; k++) {
                    int from = t + k * dilation - left;
                    for (int i = 0; i < inner && from >= 0 && from < length; i++) {
                        int w = (o * inner + i) * kernel + k;
                        int channel = from * width + o / inner * inner + i;
                        dWeight[w] += dy * x[channel];
                        dIn.array()[at(dIn, b) + channel] += dy * weight[w];
                    }
                }
            }
        }
    }
}
