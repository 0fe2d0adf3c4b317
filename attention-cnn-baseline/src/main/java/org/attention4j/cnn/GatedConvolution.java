package org.attention4j.cnn;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Optional;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * A convolution over time whose outputs are let through by gates.
 *
 * <pre>{@code
 * gate=separate:   y = (x ∗ W + b) ⊙ σ(x ∗ V + c)        the gated linear unit
 * activation=tanh: y = tanh(x ∗ W + b) ⊙ σ(x ∗ V + c)  WaveNet's and PixelCNN's
 * gate=self:       y = z ⊙ σ(z),  z = x ∗ W + b          SiLU, also called swish
 * }</pre>
 *
 * <p>∗ is the convolution of {@link Convolution}, with the same options: causal or centred, dense, grouped or depthwise. The
 * short causal depthwise convolution that Mamba and Gated DeltaNet put before their recurrence, with carried state, is {@code
 * gate=self groups=D kernel=4}; ONNX has it as {@code CausalConvWithState}.
 *
 * <p>Shapes: input {@code [B, T, D]}, output {@code [B, T, D']}. Parameters: {@code weight [D', D / groups, K]}, {@code bias
 * [D']} and, where the gate is separate, {@code gate.weight} and {@code gate.bias} of the same shapes. New ones are uniform
 * in ±1/√(K · D / groups).
 *
 * <p>Same bits: sums as in {@link Convolution}, then σ and a product for each of them. Incremental if causal; an incremental
 * state keeps the last inputs.
 *
 * <p>Immutable and safe for any number of threads.
 *
 * <p>Sources: Dauphin, Fan, Auli, Grangier, "Language Modeling with Gated Convolutional Networks", 2017, equation 1; van
 * den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016, equation 2; Gu,
 * Dao, "Mamba: Linear-Time Sequence Modeling with Selective State Spaces", 2023, figure 3.
 */
public final class GatedConvolution implements Differentiable, Incremental {
    /** The gate is a convolution of its own. */
    static final String SEPARATE = "separate";

    /** The sum is its own gate. */
    static final String SELF = "self";

    /** Prefix of the gate's parameters. */
    static final String GATE_PREFIX = "gate.";

    /** What opens the gate. */
    public static final Option<String> GATE = Option.choice(
            "gate",
            List.of(SEPARATE, SELF),
            SEPARATE,
            "What opens the gate of an output: a convolution of its own (GLU), or the output itself (SiLU).");

    /** Sums go through their gates as they are. */
    static final String LINEAR = "linear";

    /** What is applied to sums that a gate of its own lets through. */
    public static final Option<String> ACTIVATION = Option.choice(
            "activation",
            List.of(LINEAR, "tanh"),
            LINEAR,
            "What is applied to sums before a separate gate: nothing (GLU), or tanh (van den Oord et al. 2016).");

    private final MixerSpec spec;
    private final NamedTensors parameters;
    private final Filter filter;
    private final Optional<Filter> gate;
    private final boolean tanh;

    private GatedConvolution(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        this.spec = spec;
        this.parameters = parameters;
        filter = Filter.of(kernels, spec.config(), parameters, "");
        gate = spec.config().get(GATE).equals(SEPARATE)
                ? Optional.of(Filter.of(kernels, spec.config(), parameters, GATE_PREFIX))
                : Optional.empty();
        tanh = !spec.config().get(ACTIVATION).equals(LINEAR);
    }

    /**
     * A gated convolution.
     *
     * @param config D and the options {@link #GATE}, {@link #ACTIVATION}, {@link Convolution#KERNEL}, {@link Convolution#DILATION}, {@link
     *     Convolution#GROUPS}, {@link Convolution#OUTPUT_WIDTH}, {@link Convolution#CAUSAL}, {@link Convolution#BIAS}
     * @param parameters fills every parameter
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range, or the
     *     groups do not divide both widths, or tanh is wanted of sums that are their own gates
     */
    public static GatedConvolution of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static GatedConvolution of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = GatedConvolutionProvider.specOf(config);
        return new GatedConvolution(spec, spec.newParameters(parameters), kernels);
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
    public GatedConvolution withParameters(ParameterSource source) {
        return new GatedConvolution(spec, spec.newParameters(source), filter.kernels());
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        run(in, null, GateFinish.NOTHING, out, workspace);
    }

    /** Runs whole sequences or a chunk; the values before and inside the gate are kept where arrays are given for them. */
    private void run(Sequences in, @Nullable RowState before, GateFinish.Kept kept, Tensor out, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] x = in.tensor().readable(scratch);
            Source source = scratch.object(Source.class, Source::new)
                    .set(in, x, in.tensor().offset(), before, 0);
            GateFinish finish =
                    scratch.object(GateFinish.class, GateFinish::new).set(filter, gate, tanh, source, kept);
            float[] results = out.writable(scratch);
            ForwardPass.run(filter, source, finish, results, out.offset(), workspace);
            finish.forget();
            source.forget();
            out.commit(results);
            if (before != null) {
                InputState.keep(in, x, before, filter.reach().left());
            }
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        GateFinish.Kept kept = new GateFinish.Kept(
                new float[Math.toIntExact(out.size())],
                gate.isPresent() ? new float[Math.toIntExact(out.size())] : GateFinish.NOTHING.opening());
        run(in, null, kept, out, workspace);
        return new GatedRecording(this, in, kept);
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        GatedRecording mine = recording.require(this, GatedRecording.class);
        Sequences in = mine.in();
        spec.check(this, mine, in, dOut, gradients);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Source source = new Source()
                    .set(in, in.tensor().readable(scratch), in.tensor().offset());
            int size = Math.toIntExact(dOut.size());
            float[] dSums = scratch.floats(size);
            float[] dGates = scratch.floats(gate.isPresent() ? size : 0);
            float[] dY = dOut.readable(scratch);
            new GateGradient(filter.kernels(), in, mine.kept(), tanh, dY, dOut.offset(), dSums, dGates, filter.out())
                    .run(workspace);
            ParameterGradient.run(filter, source, dSums, 0, gradients.parameters(), "", workspace);
            gate.ifPresent(opening ->
                    ParameterGradient.run(opening, source, dGates, 0, gradients.parameters(), GATE_PREFIX, workspace));
            gradients.input().ifPresent(dIn -> {
                float[] dX = dIn.readable(scratch);
                InputGradient.run(filter, source, dSums, 0, dX, dIn.offset(), workspace);
                gate.ifPresent(opening -> InputGradient.run(opening, source, dGates, 0, dX, dIn.offset(), workspace));
                dIn.commit(dX);
            });
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        return InputState.of(spec, batch, capacity);
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        return InputState.bytes(spec, batch, capacity);
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        RowState rows = InputState.check(spec, chunk, state, out);
        run(chunk, rows, GateFinish.NOTHING, out, workspace);
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        return InputState.load(channel, spec);
    }
}
