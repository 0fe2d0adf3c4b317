package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Decoder layers one after the other, all over one memory, and perhaps a norm behind the last: PyTorch's {@code nn.TransformerDecoder}
 * (Vaswani et al. 2017, section 3.1), around any mixers, alike or not.
 *
 * <p>y = norm(layer_{N−1}(… layer_0(x, memory) …, memory)). Parameters under PyTorch's names: {@code layers.0.*}, {@code layers.1.*}, …,
 * {@code norm.*}.
 *
 * <p>As a layer, a stack is contextual with the memory for context, differentiable if every layer is, and {@linkplain #step steps} if
 * every layer does. Its state is the states of its layers, each with what it has read of the memory.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class TransformerDecoder extends DecoderFrame {
    private final List<TransformerDecoderLayer> layers;
    private final Optional<Layer> norm;
    private final Stack stack;
    private final MixerSpec spec;

    private TransformerDecoder(List<TransformerDecoderLayer> layers, Optional<Layer> norm) {
        this.layers = List.copyOf(layers);
        this.norm = norm;
        stack = new Stack(
                this.layers.stream().map(TransformerDecoderLayer::sublayers).toList(), norm);
        spec = BlockSpec.ofStack(
                "transformer-decoder",
                "Decoder layers one after the other, all over one memory",
                this.layers.stream().map(TransformerDecoderLayer::spec).toList(),
                norm,
                stack.specs());
    }

    /**
     * Equal layers.
     *
     * @param count N, at least 1
     * @param mixer makes each layer's own mixer, causal in a decoder that generates
     * @param crossMixer makes the mixer by which each layer takes from the memory
     * @param config what is around them
     * @param lastNorm whether a norm follows the last layer
     * @param source fills {@code layers.0.*}, …, the mixers' under {@link BlockConfig#mixerName()} and {@code multihead_attn}, and
     *     {@code norm.*}
     * @return the stack
     * @throws BadConfigurationException if a mixer does not fit a layer, there is no layer, or a norm is to follow layers that have none
     */
    public static TransformerDecoder of(
            int count,
            Function<ParameterSource, SequenceMixer> mixer,
            Function<ParameterSource, SequenceMixer> crossMixer,
            BlockConfig config,
            boolean lastNorm,
            ParameterSource source) {
        Stack.check(count);
        List<TransformerDecoderLayer> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ParameterSource own = source.under(Stack.name(i));
            SequenceMixer self = mixer.apply(own.under(config.mixerName() + "."));
            SequenceMixer cross = crossMixer.apply(own.under(TransformerDecoderLayer.CROSS_ATTENTION));
            layers.add(TransformerDecoderLayer.of(self, cross, config, own));
        }
        int width = layers.get(0).spec().inputWidth();
        return of(layers, config.lastNorm(lastNorm, width, source));
    }

    /**
     * Given layers, alike or not.
     *
     * @param layers at least one, all of one width and one memory's width
     * @param norm what follows the last: a {@link LayerNorm}, an {@link RmsNorm} or nothing
     * @return the stack
     * @throws BadConfigurationException if there is no layer, or widths differ
     */
    public static TransformerDecoder of(List<TransformerDecoderLayer> layers, Optional<Layer> norm) {
        return new TransformerDecoder(layers, Objects.requireNonNull(norm, "norm"));
    }

    /**
     * The layers.
     *
     * @return in order
     */
    public List<TransformerDecoderLayer> layers() {
        return layers;
    }

    /**
     * The norm behind the last layer.
     *
     * @return empty if there is none
     */
    public Optional<Layer> norm() {
        return norm;
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public NamedTensors parameters() {
        return stack.parameters();
    }

    @Override
    public TransformerDecoder withParameters(ParameterSource source) {
        List<TransformerDecoderLayer> others = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            others.add(layers.get(i).withParameters(source.under(Stack.name(i))));
        }
        return new TransformerDecoder(others, norm.map(layer -> layer.withParameters(Stack.ofNorm(source))));
    }

    @Override
    void run(Sequences in, @Nullable Sequences memory, @Nullable MixerState state, Tensor out, Workspace workspace) {
        stack.forward(in, memory, state == null ? null : state.require(StackState.class), out, workspace);
    }

    @Override
    LayerRecording keep(Sequences in, Sequences memory, Tensor out, Workspace workspace) {
        return stack.record(this, in, memory, out, workspace);
    }

    @Override
    void addGradients(LayerRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        stack.backward((StackRecording) recording, dOut, gradients, workspace);
    }

    @Override
    public MixerState newState(Sequences memory, int capacity, Workspace workspace) {
        List<BlockState> states = new ArrayList<>();
        for (TransformerDecoderLayer layer : layers) {
            states.add(layer.newState(memory, capacity, workspace).require(BlockState.class));
        }
        return new StackState(spec, List.copyOf(states));
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel, Sequences memory, Workspace workspace) throws IOException {
        List<BlockState> states = new ArrayList<>();
        for (TransformerDecoderLayer layer : layers) {
            states.add(layer.loadState(channel, memory, workspace).require(BlockState.class));
        }
        return StackState.loaded(spec, states);
    }
}
