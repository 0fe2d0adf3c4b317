package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Set;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
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

/** The smallest mixer: h_t = decay ⊙ h_{t−1} + x_t. */
final class DecayMixer implements Incremental, Differentiable {
    private static final Option<Boolean> FROZEN = Option.flag("frozen", false, "Without gradients.");
    private static final MixerKind KIND = new MixerKind(
            "decay",
            MixerFamily.OTHER,
            "A decaying sum",
            OptionSchema.of(FROZEN),
            Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE));

    private final MixerSpec spec;
    private final NamedTensors parameters;

    private DecayMixer(MixerSpec spec, ParameterSource source) {
        this.spec = spec;
        parameters = spec.newParameters(source);
    }

    static DecayMixer of(int width, boolean frozen, ParameterSource source) {
        MixerSpec.Builder builder = MixerSpec.of(KIND, MixerConfig.width(width).with(FROZEN, frozen))
                .causal(true)
                .boundedState(true)
                .parameter("decay", InitialValue.uniform(0.9), width);
        if (frozen) {
            builder.refuse(Capability.DIFFERENTIABLE, "needs frozen=false, was true");
        }
        return new DecayMixer(builder.build(), source);
    }

    record Inputs(SequenceMixer mixer, Sequences in, Tensor hidden) implements Recording {
        @Override
        public long bytes() {
            return 4 * hidden.size();
        }
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public NamedTensors parameters() {
        return parameters.copy();
    }

    @Override
    public DecayMixer withParameters(ParameterSource source) {
        return new DecayMixer(spec, source);
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        int mark = workspace.begin();
        int width = spec.inputWidth();
        for (int b = 0; b < in.batch(); b++) {
            float[] hidden = workspace.scratch().floats(width);
            java.util.Arrays.fill(hidden, 0, width, 0);
            run(in, b, hidden, 0, hidden, 0, out, 0, in.length(b));
            pad(in, b, out);
        }
        workspace.end(mark);
    }

    private void run(
            Sequences in, int b, float[] last, int from, float[] next, int to, Tensor out, int first, int end) {
        int width = spec.inputWidth();
        float[] decay = parameters.get("decay").array();
        for (int t = first; t < end; t++) {
            int at = (b * in.time() + t) * width;
            for (int i = 0; i < width; i++) {
                float x = in.tensor().array()[in.tensor().offset() + at + i];
                next[to + i] = Math.fma(decay[i], last[from + i], x);
                out.array()[out.offset() + at + i] = next[to + i];
            }
        }
    }

    private void pad(Sequences in, int b, Tensor out) {
        int width = spec.inputWidth();
        int start = out.offset() + b * in.time() * width;
        java.util.Arrays.fill(out.array(), start + in.length(b) * width, start + in.time() * width, 0);
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        return new RowState(spec, batch, capacity, spec.inputWidth(), 1);
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        return RowState.bytes(batch, capacity, spec.inputWidth(), 1);
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        return RowState.load(channel, spec, spec.inputWidth(), 1);
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        RowState rows = (RowState) state;
        for (int b = 0; b < chunk.batch(); b++) {
            for (int t = 0; t < chunk.length(b); t++) {
                int last = rows.row(b, rows.position(b) - 1);
                int next = rows.row(b, rows.position(b));
                run(chunk, b, rows.rows(b), last, rows.rows(b), next, out, t, t + 1);
                rows.advance(b, 1);
            }
            pad(chunk, b, out);
        }
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        forward(in, out, workspace);
        return new Inputs(this, in, out.copy());
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        Inputs inputs = (Inputs) recording;
        Sequences in = inputs.in();
        spec.check(this, recording, in, dOut, gradients);
        for (int b = 0; b < in.batch(); b++) {
            for (int i = 0; i < spec.inputWidth(); i++) {
                float d = 0;
                for (int t = in.length(b) - 1; t >= 0; t--) {
                    d += dOut.get(b, t, i);
                    add(gradients.input().orElse(Tensor.zeros(in.tensor().shape())), d, b, t, i);
                    if (t > 0 && gradients.parameters().contains("decay")) {
                        add(
                                gradients.parameters().get("decay"),
                                d * inputs.hidden().get(b, t - 1, i),
                                i);
                    }
                    d *= parameters.get("decay").get(i);
                }
            }
        }
    }

    private static void add(Tensor tensor, float value, int... index) {
        tensor.set(tensor.get(index) + value, index);
    }
}
