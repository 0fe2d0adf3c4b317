package org.attention4j.tests.naive;

import java.util.Set;
import org.attention4j.api.Capability;
import org.attention4j.api.Exactness;
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
import org.attention4j.api.Recording;
import org.attention4j.api.RowState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * y_t = Σ weight · x_s over s ≤ t, element by element. Whole sequences are summed by a scan that doubles its reach and steps one by one, so that
 * the two differ by rounding; recordings leave some inputs out.
 */
final class ScannedSum extends Naive {
    static final Option<Double> DROPOUT =
            Option.decimal("dropout", 0, 0.9, 0, "Share of inputs a recording leaves out.");

    /** Its provider. */
    static final class Provider implements MixerProvider {
        @Override
        public MixerKind kind() {
            return new MixerKind(
                    "scanned-sum",
                    MixerFamily.OTHER,
                    "Scanned sum",
                    OptionSchema.of(DROPOUT),
                    Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE));
        }

        @Override
        public MixerSpec spec(MixerConfig config) {
            return MixerSpec.of(kind(), config)
                    .causal(true)
                    .boundedState(true)
                    .exactness(Exactness.withinSequence(1e-4))
                    .parameter("weight", InitialValue.uniform(1), config.width())
                    .build();
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
            MixerSpec spec = spec(config);
            return new ScannedSum(spec, spec.newParameters(parameters));
        }
    }

    private final int width;
    private final double dropout;

    private ScannedSum(MixerSpec spec, NamedTensors parameters) {
        super(spec, parameters);
        width = spec.inputWidth();
        dropout = spec.config().get(DROPOUT);
    }

    @Override
    public SequenceMixer withParameters(ParameterSource source) {
        return new ScannedSum(spec, spec.newParameters(source));
    }

    @Override
    void sequence(float[] x, int at, float[] y, int to, int length, Workspace workspace) {
        float[] weight = values("weight");
        for (int i = 0; i < length * width; i++) {
            y[to + i] = weight[i % width] * x[at + i];
        }
        for (int reach = width; reach < length * width; reach *= 2) {
            for (int i = length * width - 1; i >= reach; i--) {
                y[to + i] += y[to + i - reach];
            }
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
        int last = state.row(b, state.position(b) - 1);
        int next = state.row(b, state.position(b));
        for (int d = 0; d < width; d++) {
            rows[next + d] = rows[last + d] + values("weight")[d] * x[at + d];
            y[to + d] = rows[next + d];
        }
    }

    /** 0 or what makes up for those that are: by the position alone. */
    private float kept(int t) {
        return dropout == 0 ? 1 : t * 7 % 10 < 10 * dropout ? 0 : (float) (1 / (1 - dropout));
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        Tensor rest = in.tensor().copy();
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                for (int d = 0; d < width; d++) {
                    rest.set(kept(t) * rest.get(b, t, d), b, t, d);
                }
            }
        }
        forward(Sequences.of(rest, in.lengths()), out, workspace);
        return new Tape(this, in, in, NamedTensors.empty());
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
        for (int d = 0; d < width; d++) {
            float sum = 0;
            for (int t = tape.in().length(b) - 1; t >= 0; t--) {
                sum += dOut.get(b, t, d);
                dIn.array()[at(dIn, b) + t * width + d] += kept(t) * sum * values("weight")[d];
                dParameters.get("weight").array()[d] += kept(t) * sum * x[t * width + d];
            }
        }
    }
}
