package org.attention4j.model.bert;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnknownTensorException;
import org.attention4j.model.EncoderConfig;
import org.attention4j.model.files.OnnxFile;
import org.attention4j.model.files.OnnxParameters;
import org.attention4j.model.files.StoredTensor;

/**
 * The parameters of a BERT encoder, under the names that the state dictionary of Hugging Face's {@code BertModel} gives
 * them, without its pooler:
 *
 * <pre>
 * embeddings.word_embeddings.weight                       [vocabulary, D]
 * embeddings.position_embeddings.weight                   [positions, D]
 * embeddings.token_type_embeddings.weight                 [token types, D]
 * embeddings.LayerNorm.{weight, bias}                     [D]
 * encoder.layer.N.attention.self.{query, key, value}.weight [D, D], .bias [D]
 * encoder.layer.N.attention.output.dense.weight           [D, D], .bias [D]
 * encoder.layer.N.attention.output.LayerNorm.{weight, bias} [D]
 * encoder.layer.N.intermediate.dense.weight               [M, D], .bias [M]
 * encoder.layer.N.output.dense.weight                     [D, M], .bias [D]
 * encoder.layer.N.output.LayerNorm.{weight, bias}         [D]
 * </pre>
 *
 * with D the width and M the inner width of the feed-forward network. Linear weights are {@code [out, in]}, as PyTorch
 * has them. The number of heads is not in them: no shape depends on it.
 *
 * <p>The record is immutable; the tensors are the caller's to read.
 *
 * @param tensors all parameters, in the order above
 * @param vocabulary the number of word pieces
 * @param positions the number of positions, hence the longest sequence
 * @param width D
 * @param inner M
 * @param layers the number of layers
 * @param normEpsilon what is added to the variance in every layer norm
 */
public record BertWeights(
        NamedTensors tensors, int vocabulary, int positions, int width, int inner, int layers, float normEpsilon) {

    /**
     * Reads them from an ONNX file that PyTorch exported.
     *
     * <p>Biases, norms and embeddings kept their names. The linear weights did not: the exporter folded PyTorch's
     * transposition into them, so that they are anonymous and stored {@code [in, out]}. They are found by the product
     * that uses them, whose node is named after the module
     * ({@code /encoder/layer.0/attention/self/query/MatMul}), and are transposed back here.
     *
     * @param file the file
     * @return the weights, copied out of the file
     * @throws UnknownTensorException if an embedding, a norm or a bias is missing
     * @throws IllegalArgumentException if a node or a dimension is missing, or epsilon is not one number: the file is of another model or
     *     exporter
     * @throws ShapeMismatchException if the shapes do not belong together
     */
    public static BertWeights from(OnnxFile file) {
        return new Reading(file).weights();
    }

    /**
     * The sizes that a {@link org.attention4j.model.SentenceEncoder} is made with.
     *
     * @param heads of each layer, which the weights do not tell: 12 in all-MiniLM-L6-v2
     * @return the configuration
     */
    public EncoderConfig config(int heads) {
        int types = tensors.get("embeddings.token_type_embeddings.weight").extent(0);
        return new EncoderConfig(vocabulary, positions, types, width, layers, heads, inner, normEpsilon);
    }

    /** One pass over the file. */
    private static final class Reading {
        private final OnnxFile file;
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();

        Reading(OnnxFile file) {
            this.file = file;
        }

        BertWeights weights() {
            int vocabulary = rows("embeddings.word_embeddings.weight", 2);
            int positions = rows("embeddings.position_embeddings.weight", 2);
            int types = rows("embeddings.token_type_embeddings.weight", 2);
            int width = rows("embeddings.LayerNorm.weight", 1);
            int inner = rows("encoder.layer.0.intermediate.dense.bias", 1);
            named("embeddings.word_embeddings.weight", vocabulary, width);
            named("embeddings.position_embeddings.weight", positions, width);
            named("embeddings.token_type_embeddings.weight", types, width);
            norm("embeddings", width);
            int layers = 0;
            while (file.initializers().containsKey(layer(layers) + ".attention.self.query.bias")) {
                layer(layer(layers), width, inner);
                layers++;
            }
            return new BertWeights(NamedTensors.of(tensors), vocabulary, positions, width, inner, layers, epsilon());
        }

        /** An anonymous constant of the node that adds it to the variance. */
        private float epsilon() {
            StoredTensor stored = file.weightOf("/embeddings/LayerNorm/Add").tensor();
            if (stored.elements() != 1) {
                throw new IllegalArgumentException(
                        file.source() + ": the epsilon of the norms is " + stored + ", expected one number");
            }
            return stored.floats()[0];
        }

        private static String layer(int index) {
            return "encoder.layer." + index;
        }

        private void layer(String layer, int width, int inner) {
            linear(layer, "attention.self.query", width, width);
            linear(layer, "attention.self.key", width, width);
            linear(layer, "attention.self.value", width, width);
            linear(layer, "attention.output.dense", width, width);
            norm(layer + ".attention.output", width);
            linear(layer, "intermediate.dense", inner, width);
            linear(layer, "output.dense", width, inner);
            norm(layer + ".output", width);
        }

        private int rows(String name, int rank) {
            long[] shape = file.initializer(name).shape();
            if (shape.length != rank || shape[0] > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(file.source() + ": tensor '" + name + "' has shape "
                        + Arrays.toString(shape) + ", expected " + rank + (rank == 1 ? " dimension" : " dimensions"));
            }
            return (int) shape[0];
        }

        private void norm(String module, int width) {
            named(module + ".LayerNorm.weight", width);
            named(module + ".LayerNorm.bias", width);
        }

        private void named(String name, int... extents) {
            put(name, file.initializer(name).tensor(), Shape.of(extents));
        }

        private void linear(String layer, String module, int out, int in) {
            // In node names '/' separates modules, but not a list (layer.0) from its index.
            String node =
                    "/encoder/" + layer.substring("encoder.".length()) + "/" + module.replace('.', '/') + "/MatMul";
            Tensor weight = OnnxParameters.linear(file, node).get("weight");
            put(layer + "." + module + ".weight", weight, Shape.of(out, in));
            named(layer + "." + module + ".bias", out);
        }

        private void put(String name, Tensor tensor, Shape expected) {
            if (!tensor.shape().equals(expected)) {
                throw new ShapeMismatchException(name, expected, tensor.shape());
            }
            tensors.put(name, tensor);
        }
    }
}
