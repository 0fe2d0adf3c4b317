package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.attention4j.api.MixerConfig;

/**
 * The activations of ONNX's recurrent operators: {@code activations} names those of each direction in turn, {@code
 * activation_alpha} and {@code activation_beta} give their parameters.
 *
 * <p>The parameters are consumed in the order of the activations, each by the next one that takes it, as the operators' text says and
 * onnxruntime reads it: {@code [Tanh, HardSigmoid]} with {@code [0.3]} has an α of 0.3 for the second, with {@code [0, 0.3]} one of 0. (ONNX's own
 * evaluator, which knows α for {@code RNN} alone, reads a list of one for each direction by place.)
 */
final class OnnxCellActivations {
    private static final Set<String> HAVE_ALPHA =
            Set.of("affine", "leaky-relu", "thresholded-relu", "scaled-tanh", "hard-sigmoid", "elu");
    private static final Set<String> HAVE_BETA = Set.of("affine", "scaled-tanh", "hard-sigmoid");

    private final List<String> functions = new ArrayList<>();
    private final JsonNode alphas;
    private final JsonNode betas;

    private OnnxCellActivations(ReferenceCase reference) {
        for (JsonNode name : reference.attribute("activations")) {
            functions.add(word(name.asText()));
        }
        alphas = reference.attribute("activation_alpha");
        betas = reference.attribute("activation_beta");
    }

    /** {@code LeakyRelu}, in whatever case: {@code leaky-relu}. */
    private static String word(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return switch (lower) {
            case "leakyrelu" -> "leaky-relu";
            case "thresholdedrelu" -> "thresholded-relu";
            case "scaledtanh" -> "scaled-tanh";
            case "hardsigmoid" -> "hard-sigmoid";
            default -> lower;
        };
    }

    /**
     * A configuration with the activations of one direction.
     *
     * @param config without them
     * @param direction 0 or 1
     * @param options the prefixes of the options, as {@code "gate-"}, in ONNX's order f, g, h
     */
    static MixerConfig apply(ReferenceCase reference, MixerConfig config, int direction, List<String> options) {
        OnnxCellActivations given = new OnnxCellActivations(reference);
        MixerConfig result = config;
        for (int i = 0; i < options.size(); i++) {
            int index = direction * options.size() + i;
            if (index < given.functions.size()) {
                result = given.apply(result, index, options.get(i));
            }
        }
        return result;
    }

    private MixerConfig apply(MixerConfig config, int index, String option) {
        MixerConfig result = config.with(option + "activation", functions.get(index));
        result = withParameter(result, option + "alpha", alphas, index, HAVE_ALPHA);
        return withParameter(result, option + "beta", betas, index, HAVE_BETA);
    }

    private MixerConfig withParameter(
            MixerConfig config, String option, JsonNode values, int index, Set<String> takers) {
        if (!takers.contains(functions.get(index))) {
            return config;
        }
        int at = (int)
                functions.subList(0, index).stream().filter(takers::contains).count();
        return at < values.size() ? config.with(option, values.path(at).asDouble()) : config;
    }
}
