package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import java.util.stream.Stream;
import org.attention4j.api.Attentive;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Recording;
import org.attention4j.api.Scratch;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * A mixer and an MLP with layer norms and residual sums: the block of which models are stacked (Vaswani et al. 2017).
 *
 * <ul>
 *   <li>Pre-norm: s = x + mixer(norm1(x)); y = s + mlp(norm2(s)).
 *   <li>Post-norm: s = norm1(x + mixer(x)); y = norm2(s + mlp(s)).
 * </ul>
 *
 * <p>A block is itself a mixer {@code [B, T, D]} to {@code [B, T, D]}: it is incremental, differentiable and attentive if
 * the mixer inside is, and so refuses what that refuses. Its state is the mixer's; its attention weights are the mixer's.
 *
 * <p>Parameters are named as in PyTorch's {@code TransformerEncoderLayer}: {@code linear1.*}, {@code linear2.*}, {@code
 * norm1.*}, {@code norm2.*}; the mixer's come first as {@code mixer.*}, where PyTorch, which knows one mixer, has {@code
 * self_attn.*}.
 */
public final class Block implements Incremental, Differentiable, Attentive {
    private final SequenceMixer mixer;
    private final BlockConfig config;
    private final Mlp mlp;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final MixerSpec spec;

    private Block(SequenceMixer mixer, BlockConfig config, Mlp mlp, LayerNorm norm1, LayerNorm norm2) {
        this.mixer = mixer;
        this.config = config;
        this.mlp = mlp;
        this.norm1 = norm1;
        this.norm2 = norm2;
        Stream<ParameterSpec> norms = Stream.concat(
                norm1.parameterSpecs().stream().map(one -> Parameters.under("norm1.", one)),
                norm2.parameterSpecs().stream().map(one -> Parameters.under("norm2.", one)));
        spec = BlockSpec.of(mixer.spec(), config, Stream.concat(mlp.parameterSpecs().stream(), norms));
    }

    /**
     * A block around a mixer.
     *
     * @param mixer any whose output is as wide as its input
     * @param config what is around it
     * @param source fills {@code linear1.*}, {@code linear2.*}, {@code norm1.*} and {@code norm2.*}; the mixer has its own
     * @return the block
     * @throws BadConfigurationException if the mixer's output has another width than its input, or a size is out of range
     */
    public static Block of(SequenceMixer mixer, BlockConfig config, ParameterSource source) {
        int width = mixer.spec().inputWidth();
        return new Block(
                mixer,
                Objects.requireNonNull(config, "config"),
                Mlp.of(width, config.hidden(), config.activation(), source),
                LayerNorm.of(width, config.epsilon(), source.under("norm1.")),
                LayerNorm.of(width, config.epsilon(), source.under("norm2.")));
    }

    /**
     * The mixer inside.
     *
     * @return the very instance
     */
    public SequenceMixer mixer() {
        return mixer;
    }

    /**
     * What is around the mixer.
     *
     * @return the configuration
     */
    public BlockConfig config() {
        return config;
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public NamedTensors parameters() {
        return NamedTensors.empty()
                .and("mixer.", mixer.parameters())
                .and("", mlp.parameters())
                .and("norm1.", norm1.parameters())
                .and("norm2.", norm2.parameters());
    }

    @Override
    public Block withParameters(ParameterSource source) {
        return new Block(
                mixer.withParameters(source.under("mixer.")),
                config,
                mlp.withParameters(source),
                norm1.withParameters(source.under("norm1.")),
                norm2.withParameters(source.under("norm2.")));
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        run(in, null, out, workspace);
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return new BlockState(spec, incremental().newState(batch, capacity));
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return incremental().stateBytes(batch, capacity);
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        return new BlockState(spec, incremental().loadState(channel));
    }

    private Incremental incremental() {
        return mixer.require(Incremental.class);
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        if (!(state instanceof BlockState own)) {
            throw new ForeignStateException(spec.fingerprint(), state.getClass().getName());
        }
        run(chunk, own.mixerState(), out, workspace);
    }

    /** A whole sequence, or the next positions of one that is in a state. */
    private void run(Sequences in, @Nullable MixerState state, Tensor out, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            int width = spec.inputWidth();
            Sequences a = Intermediate.like(in, width, scratch);
            Sequences b = Intermediate.like(in, width, scratch);
            if (config.normFirst()) {
                norm1.forward(in, a.tensor(), workspace);
                mix(a, state, b.tensor(), workspace);
                Residual.add(in, b.tensor(), workspace);
                norm2.forward(b, a.tensor(), workspace);
                mlp.forward(a, out, workspace);
                Residual.add(b, out, workspace);
            } else {
                mix(in, state, a.tensor(), workspace);
                Residual.add(in, a.tensor(), workspace);
                norm1.forward(a, b.tensor(), workspace);
                mlp.forward(b, a.tensor(), workspace);
                Residual.add(b, a.tensor(), workspace);
                norm2.forward(a, out, workspace);
            }
        } finally {
            workspace.end(mark);
        }
    }

    private void mix(Sequences in, @Nullable MixerState state, Tensor out, Workspace workspace) {
        if (state == null) {
            mixer.forward(in, out, workspace);
        } else {
            incremental().step(in, state, out, workspace);
            workspace.mustFinish(); // the state has advanced
        }
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        spec.check(in, out);
        return BlockRecording.of(this, in, out, workspace);
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        if (!(recording instanceof BlockRecording own)) {
            throw new ForeignStateException(
                    spec.fingerprint(), recording.mixer().spec().fingerprint());
        }
        spec.check(this, recording, own.in(), dOut, gradients);
        own.backward(dOut, gradients, workspace);
    }

    @Override
    public void weights(Sequences in, Tensor weights, Workspace workspace) {
        spec.checkWeights(in, in.time(), weights);
        Attentive attentive = mixer.require(Attentive.class);
        if (!config.normFirst()) {
            attentive.weights(in, weights, workspace);
            return;
        }
        int mark = workspace.begin();
        try {
            Sequences normal = Intermediate.like(in, spec.inputWidth(), workspace.scratch());
            norm1.forward(in, normal.tensor(), workspace);
            attentive.weights(normal, weights, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    Mlp mlp() {
        return mlp;
    }

    LayerNorm norm1() {
        return norm1;
    }

    LayerNorm norm2() {
        return norm2;
    }
}
