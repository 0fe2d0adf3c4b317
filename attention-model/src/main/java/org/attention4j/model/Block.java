package org.attention4j.model;

import org.attention4j.api.Attentive;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * A mixer and an MLP with norms and residual sums: the block of which models are stacked (Vaswani et al. 2017), PyTorch's
 * {@code nn.TransformerEncoderLayer} around any mixer.
 *
 * <ul>
 *   <li>Pre-norm: s = x + mixer(norm1(x)); y = s + mlp(norm2(s)).
 *   <li>Post-norm: s = norm1(x + mixer(x)); y = norm2(s + mlp(s)).
 *   <li>{@link Arrangement} has the others.
 * </ul>
 *
 * <p>A block is itself a mixer {@code [B, T, D]} to {@code [B, T, D]}: it is incremental, differentiable and attentive if
 * the mixer inside is, and so refuses what that refuses. Its state is the mixer's; its attention weights are the mixer's.
 *
 * <p>Parameters are named as in PyTorch's {@code TransformerEncoderLayer}: {@code linear1.*}, {@code linear2.*}, {@code
 * norm1.*}, {@code norm2.*}, and {@code post_norm1.*}, {@code post_norm2.*} in a sandwich; the mixer's come first under {@link BlockConfig#mixerName()}: with {@link BlockConfig#transformer} {@code
 * self_attn.*}, as in PyTorch's {@code state_dict}.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class Block extends MixerFrame {
    private final BlockConfig config;
    private final Sublayers sublayers;

    private Block(SequenceMixer mixer, BlockConfig config, Sublayers sublayers) {
        super(mixer, BlockSpec.of(mixer.spec(), config, sublayers.specs()));
        this.config = config;
        this.sublayers = sublayers;
    }

    /**
     * A block around a mixer.
     *
     * @param mixer any whose output is as wide as its input
     * @param config what is around it
     * @param source fills {@code linear1.*}, {@code linear2.*}, {@code norm1.*} and {@code norm2.*}, …; the mixer has its own
     * @return the block
     * @throws BadConfigurationException if the mixer's output has another width than its input, or a size is out of range
     */
    public static Block of(SequenceMixer mixer, BlockConfig config, ParameterSource source) {
        int width = mixer.spec().inputWidth();
        Part mixing = new Part.Mixing(mixer, config.mixerName() + ".");
        Part feeding = new Part.Applying(config.mlp(width, source), "");
        return new Block(mixer, config, Sublayers.of(config, width, source, mixing, feeding));
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
    public NamedTensors parameters() {
        return sublayers.parameters();
    }

    @Override
    public Block withParameters(ParameterSource source) {
        Sublayers others = sublayers.withParameters(source);
        return new Block(((Part.Mixing) others.get(0).part()).mixer(), config, others);
    }

    @Override
    void run(Sequences in, @Nullable BlockState state, Tensor out, Workspace workspace) {
        sublayers.forward(in, null, state, out, workspace);
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        spec.check(in, out);
        return sublayers.record(this, in, null, out, workspace);
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        BlockRecording own = recording.require(this, BlockRecording.class);
        spec.check(this, recording, own.in(), dOut, gradients);
        sublayers.backward(own, dOut, gradients, workspace);
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
            sublayers.get(0).norm().forward(in, normal.tensor(), workspace);
            attentive.weights(normal, weights, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    Sublayers sublayers() {
        return sublayers;
    }
}
