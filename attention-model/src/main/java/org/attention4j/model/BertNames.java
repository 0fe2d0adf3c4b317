package org.attention4j.model;

import java.util.List;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;

/**
 * Finds the parameters of one layer's block and attention under the names that Hugging Face's {@code BertModel} gives them:
 * the three input projections are one here, query before key before value.
 */
final class BertNames {
    private static final List<String> INPUTS = List.of("query", "key", "value");

    private BertNames() {}

    /** Of a block: {@code linear1.*}, {@code linear2.*}, {@code norm1.*}, {@code norm2.*}. */
    static ParameterSource block(ParameterSource layer) {
        return (parameter, target) -> {
            String name = parameter
                    .name()
                    .replace("linear1.", "intermediate.dense.")
                    .replace("linear2.", "output.dense.")
                    .replace("norm1.", "attention.output.LayerNorm.")
                    .replace("norm2.", "output.LayerNorm.");
            layer.fill(new ParameterSpec(name, parameter.shape(), parameter.initial()), target);
        };
    }

    /** Of its attention: {@code in_proj_weight}, {@code in_proj_bias}, {@code out_proj.*}. */
    static ParameterSource attention(ParameterSource layer) {
        return (parameter, target) -> {
            switch (parameter.name()) {
                case "in_proj_weight" -> joined(layer, "weight", parameter, target);
                case "in_proj_bias" -> joined(layer, "bias", parameter, target);
                default -> {
                    String name = parameter.name().replace("out_proj.", "attention.output.dense.");
                    layer.fill(new ParameterSpec(name, parameter.shape(), parameter.initial()), target);
                }
            }
        };
    }

    private static void joined(ParameterSource layer, String name, ParameterSpec parameter, Tensor target) {
        int[] extents = parameter.shape().extents();
        extents[0] /= INPUTS.size();
        Shape shape = Shape.of(extents);
        for (int i = 0; i < INPUTS.size(); i++) {
            String part = "attention.self." + INPUTS.get(i) + "." + name;
            layer.fill(
                    new ParameterSpec(part, shape, parameter.initial()),
                    target.range(i * extents[0], (i + 1) * extents[0]));
        }
    }
}
