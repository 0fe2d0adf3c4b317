package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * A layer of a decoder (Vaswani et al. 2017, section 3.1), PyTorch's {@code nn.TransformerDecoderLayer} around any mixers: it mixes its own
 * sequences {@code [B, T, D]}, then takes from a memory {@code [B, S, C]} with lengths of its own, such as an encoder's outputs.
 *
 * <ul>
 *   <li>Pre-norm: s = x + self(norm1(x)); u = s + cross(norm2(s), memory); y = u + mlp(norm3(u)).
 *   <li>Post-norm: s = norm1(x + self(x)); u = norm2(s + cross(s, memory)); y = norm3(u + mlp(u)).
 *   <li>{@link Arrangement} has the others.
 * </ul>
 *
 * <p>Parameters under PyTorch's names: the mixer's under {@link BlockConfig#mixerName()} ({@code self_attn.*}), the cross-attention's under
 * {@code multihead_attn.*}, {@code linear1.*}, {@code linear2.*}, {@code norm1.*} to {@code norm3.*}.
 *
 * <p>A decoder layer is {@link Contextual}, with the memory for context; given one sequence alone, that is its own memory. It is
 * differentiable if both mixers are. Where its own mixer is incremental and its cross-attention not causal it {@linkplain #step steps}:
 * the state holds its own mixer's state and what cross-attention has read of the memory, once.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class TransformerDecoderLayer extends DecoderFrame {
    static final String CROSS_ATTENTION = "multihead_attn.";

    private final SequenceMixer mixer;
    private final Contextual crossMixer;
    private final BlockConfig config;
    private final Sublayers sublayers;
    private final MixerSpec spec;

    private TransformerDecoderLayer(
            SequenceMixer mixer, Contextual crossMixer, BlockConfig config, Sublayers sublayers) {
        this.mixer = mixer;
        this.crossMixer = crossMixer;
        this.config = config;
        this.sublayers = sublayers;
        spec = BlockSpec.of(mixer.spec(), crossMixer.spec(), config, sublayers.specs());
    }

    /**
     * A layer around two mixers.
     *
     * @param mixer of the layer's own sequences: D to D, causal in a decoder that generates
     * @param crossMixer takes from the memory: D and C to D
     * @param config what is around them
     * @param source fills {@code linear1.*}, {@code linear2.*} and {@code norm1.*} to {@code norm3.*}; the mixers have their own
     * @return the layer
     * @throws BadConfigurationException if a width does not fit or a size is out of range
     * @throws UnsupportedCapabilityException if the second mixer is not contextual
     */
    public static TransformerDecoderLayer of(
            SequenceMixer mixer, SequenceMixer crossMixer, BlockConfig config, ParameterSource source) {
        Objects.requireNonNull(config, "config");
        Contextual contextual = crossMixer.require(Contextual.class);
        int width = mixer.spec().inputWidth();
        Sublayers sublayers = Sublayers.of(
                config,
                width,
                source,
                new Part.Mixing(mixer, config.mixerName() + "."),
                new Part.Crossing(contextual, CROSS_ATTENTION),
                new Part.Applying(config.mlp(width, source), ""));
        return new TransformerDecoderLayer(mixer, contextual, config, sublayers);
    }

    /**
     * The mixer of the layer's own sequences.
     *
     * @return the very instance
     */
    public SequenceMixer mixer() {
        return mixer;
    }

    /**
     * The mixer that takes from the memory.
     *
     * @return the very instance
     */
    public Contextual crossMixer() {
        return crossMixer;
    }

    /**
     * What is around the mixers.
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
        return sublayers.parameters();
    }

    @Override
    public TransformerDecoderLayer withParameters(ParameterSource source) {
        Sublayers others = sublayers.withParameters(source);
        return new TransformerDecoderLayer(
                ((Part.Mixing) others.get(0).part()).mixer(),
                ((Part.Crossing) others.get(1).part()).mixer(),
                config,
                others);
    }

    @Override
    void run(Sequences in, @Nullable Sequences memory, @Nullable MixerState state, Tensor out, Workspace workspace) {
        sublayers.forward(in, memory, state == null ? null : state.require(BlockState.class), out, workspace);
    }

    @Override
    LayerRecording keep(Sequences in, Sequences memory, Tensor out, Workspace workspace) {
        return sublayers.record(this, in, memory, out, workspace);
    }

    @Override
    void addGradients(LayerRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        sublayers.backward((BlockRecording) recording, dOut, gradients, workspace);
    }

    @Override
    public MixerState newState(Sequences memory, int capacity, Workspace workspace) {
        MixerState own = incremental().newState(memory.batch(), capacity);
        return new BlockState(spec, own, crossMixer.prepare(memory, workspace));
    }

    /** A causal cross-attention is aligned at the ends of both sequences, and the own sequence's end is not yet known. */
    private Incremental incremental() {
        if (crossMixer.spec().causal()) {
            throw new UnsupportedCapabilityException(
                    spec.kind().id(),
                    Capability.INCREMENTAL,
                    "needs a cross-attention with causal=false, was " + crossMixer.spec());
        }
        return mixer.require(Incremental.class);
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel, Sequences memory, Workspace workspace) throws IOException {
        MixerState own = incremental().loadState(channel);
        if (own.batch() != memory.batch()) {
            throw new ShapeMismatchException(
                    "memory",
                    Shape.of(own.batch(), memory.time(), spec.contextWidth()),
                    memory.tensor().shape());
        }
        PreparedContext prepared = crossMixer.prepare(memory, workspace);
        return new BlockState(spec, own, prepared);
    }

    Sublayers sublayers() {
        return sublayers;
    }
}
