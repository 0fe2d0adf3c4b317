package org.attention4j.cli.vectors;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.core.MultiHeadAttention;
import org.attention4j.kernels.Activation;
import org.attention4j.model.Block;
import org.attention4j.model.BlockConfig;
import org.attention4j.model.LayerNorm;
import org.attention4j.model.TransformerDecoderLayer;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's {@code nn.TransformerEncoderLayer} (src, src_mask, src_key_padding_mask) and {@code nn.TransformerDecoderLayer} (tgt, memory,
 * and a mask and a padding mask of each). Boolean masks say who is hidden, float ones are added. A mask becomes a variant of the layer's
 * attention, as layers take no masks by the call.
 */
final class TransformerOperator implements Operator {
    private static final String CROSS_ATTENTION = "multihead_attn.";

    private final boolean decoder;

    TransformerOperator(boolean decoder) {
        this.decoder = decoder;
    }

    @Override
    public String name() {
        return decoder ? "transformer_decoder_layer" : "transformer_encoder_layer";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        String own = decoder ? "tgt" : "src";
        Layouts.Batching batching = Layouts.Batching.of(reference);
        Sequences in = Sequences.of(batching.in(reference.input(own)));
        Sequences memory = decoder ? Sequences.of(batching.in(reference.input("memory"))) : null;
        ParameterSource parameters = ParameterSource.of(reference.parameters());
        BlockConfig config = config(reference);
        MultiHeadAttention attention = attention(reference, parameters.under("self_attn."))
                .withVariant(masks(reference, in, in, own).variant(0));
        Differentiable layer;
        if (memory == null) {
            layer = Block.of(attention, config, parameters);
        } else {
            MultiHeadAttention cross = attention(reference, parameters.under(CROSS_ATTENTION))
                    .withVariant(masks(reference, in, memory, "memory").variant(memory.time() - in.time()));
            layer = TransformerDecoderLayer.of(attention, cross, config, parameters);
        }
        return run(reference, layer, in, memory, own, batching);
    }

    private static Map<String, Tensor> run(
            ReferenceCase reference,
            Differentiable layer,
            Sequences in,
            @Nullable Sequences memory,
            String own,
            Layouts.Batching batching) {
        Map<String, Tensor> results = new LinkedHashMap<>();
        Tensor out = Tensor.zeros(in.tensor().shape());
        try (Workspace workspace = Workspace.create()) {
            Recording recording = memory == null
                    ? layer.record(in, out, workspace)
                    : layer.require(Contextual.class).record(in, memory, out, workspace);
            results.put("output.output", batching.out(out));
            if (reference.hasGradients()) {
                Tensor dIn = Tensor.zeros(in.tensor().shape());
                NamedTensors dParameters = layer.parameters().zerosLike();
                Gradients gradients = Gradients.none().withInput(dIn).withParameters(dParameters);
                if (memory != null) {
                    Tensor dMemory = Tensor.zeros(memory.tensor().shape());
                    gradients = gradients.withContext(dMemory);
                }
                layer.backward(recording, batching.in(reference.cotangent("output")), gradients, workspace);
                results.put("grad.input." + own, batching.out(dIn));
                gradients.context().ifPresent(dMemory -> results.put("grad.input.memory", batching.out(dMemory)));
                dParameters.forEach((name, tensor) -> results.put("grad.param." + name, tensor));
            }
        }
        return results;
    }

    private static BlockConfig config(ReferenceCase reference) throws UnsupportedCaseException {
        BlockConfig config = BlockConfig.transformer(reference.integer("dim_feedforward", 2048))
                .withActivation(activation(reference.text("activation", "relu")))
                .withNormFirst(reference.flag("norm_first"))
                .withEpsilon(reference.number("layer_norm_eps", LayerNorm.DEFAULT_EPSILON));
        return hasBias(reference) ? config : config.withoutBias();
    }

    private static Activation activation(String name) throws UnsupportedCaseException {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "relu" -> Activation.RELU;
            case "gelu" -> Activation.GELU;
            case "gelu_tanh" -> Activation.GELU_TANH;
            case "silu" -> Activation.SILU;
            case "tanh" -> Activation.TANH;
            default -> throw new UnsupportedCaseException("activation '" + name + "'");
        };
    }

    /** PyTorch's default is true. */
    private static boolean hasBias(ReferenceCase reference) {
        return reference.flag("bias", true);
    }

    private static MultiHeadAttention attention(ReferenceCase reference, ParameterSource parameters) {
        MixerConfig config = MixerConfig.width(reference.integer("d_model", 0))
                .with(MultiHeadAttention.HEADS, reference.integer("nhead", 1))
                .with(MultiHeadAttention.BIAS, hasBias(reference));
        return MultiHeadAttention.of(config, parameters);
    }

    /** The masks of who sees whom: {@code …_mask [T, S]} or {@code [B·H, T, S]}, and {@code …_key_padding_mask [B, S]}. */
    private static ScoreMasks masks(ReferenceCase reference, Sequences in, Sequences keys, String prefix) {
        int heads = reference.integer("nhead", 1);
        ScoreMasks masks = new ScoreMasks(in.batch(), heads, in.time(), keys.time());
        String mask = prefix + "_mask";
        boolean perHead =
                reference.hasInput(mask) && reference.storedInput(mask).shape().length == 3;
        masks.put(reference, mask, true, perHead ? in.batch() : 1, perHead ? heads : 1, in.time(), keys.time());
        masks.put(reference, prefix + "_key_padding_mask", true, in.batch(), 1, 1, keys.time());
        return masks;
    }
}
