package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * Blocks one after the other and perhaps a norm behind the last, which pre-norm models need: PyTorch's {@code nn.TransformerEncoder}
 * (Vaswani et al. 2017, section 3.1), around any mixers, alike or not. With causal mixers it is a decoder without memory, as GPT is.
 *
 * <p>y = norm(block_{N−1}(… block_0(x))). Parameters under PyTorch's names: {@code layers.0.*}, {@code layers.1.*}, …, {@code norm.*}.
 *
 * <p>A stack is itself a mixer {@code [B, T, D]} to {@code [B, T, D]}, incremental and differentiable if every layer is. Its state is
 * the states of its layers.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class TransformerEncoder implements Incremental, Differentiable {
    private final List<Block> layers;
    private final Optional<Layer> norm;
    private final Stack stack;
    private final MixerSpec spec;

    private TransformerEncoder(List<Block> layers, Optional<Layer> norm) {
        this.layers = List.copyOf(layers);
        this.norm = norm;
        stack = new Stack(this.layers.stream().map(Block::sublayers).toList(), norm);
        spec = BlockSpec.ofStack(
                "transformer-encoder",
                "Blocks one after the other",
                this.layers.stream().map(Block::spec).toList(),
                norm,
                stack.specs());
    }

    /**
     * Equal blocks.
     *
     * @param count N, at least 1
     * @param mixer makes the mixer of each block: {@code source -> mixers.create("multi-head-attention", config, source)}
     * @param config what is around each
     * @param lastNorm whether a norm follows the last block
     * @param source fills {@code layers.0.*}, …, the mixers' under {@link BlockConfig#mixerName()}, and {@code norm.*}
     * @return the stack
     * @throws BadConfigurationException if a mixer does not fit a block, there is no block, or a norm is to follow blocks that have none
     */
    public static TransformerEncoder of(
            int count,
            Function<ParameterSource, SequenceMixer> mixer,
            BlockConfig config,
            boolean lastNorm,
            ParameterSource source) {
        Stack.check(count);
        List<Block> layers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ParameterSource own = source.under(Stack.name(i));
            layers.add(Block.of(mixer.apply(own.under(config.mixerName() + ".")), config, own));
        }
        int width = layers.get(0).spec().inputWidth();
        return of(layers, config.lastNorm(lastNorm, width, source));
    }

    /**
     * Given blocks, alike or not.
     *
     * @param layers at least one, all of one width
     * @param norm what follows the last: a {@link LayerNorm}, an {@link RmsNorm} or nothing
     * @return the stack
     * @throws BadConfigurationException if there is no block, or widths differ
     */
    public static TransformerEncoder of(List<Block> layers, Optional<Layer> norm) {
        return new TransformerEncoder(layers, Objects.requireNonNull(norm, "norm"));
    }

    /**
     * The blocks.
     *
     * @return in order
     */
    public List<Block> layers() {
        return layers;
    }

    /**
     * The norm behind the last block.
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
    public TransformerEncoder withParameters(ParameterSource source) {
        List<Block> others = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            others.add(layers.get(i).withParameters(source.under(Stack.name(i))));
        }
        return new TransformerEncoder(others, norm.map(layer -> layer.withParameters(Stack.ofNorm(source))));
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        stack.forward(in, null, null, out, workspace);
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        spec.check(in, out);
        return stack.record(this, in, null, out, workspace);
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        StackRecording own = recording.require(this, StackRecording.class);
        spec.check(this, recording, own.in(), dOut, gradients);
        stack.backward(own, dOut, gradients, workspace);
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        List<BlockState> states = new ArrayList<>();
        for (Block layer : layers) {
            states.add(layer.newState(batch, capacity).require(BlockState.class));
        }
        return new StackState(spec, List.copyOf(states));
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return StackState.bytes(layers.stream().mapToLong(layer -> layer.stateBytes(batch, capacity)));
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        List<BlockState> states = new ArrayList<>();
        for (Block layer : layers) {
            states.add(layer.loadState(channel).require(BlockState.class));
        }
        return StackState.loaded(spec, states);
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        stack.forward(chunk, null, state.require(StackState.class), out, workspace);
    }
}
