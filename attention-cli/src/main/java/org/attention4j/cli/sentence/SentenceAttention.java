package org.attention4j.cli.sentence;

import java.util.Locale;
import java.util.Objects;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.cli.sentence.SentenceTokenizer.Encoded;
import org.attention4j.cli.sentence.Words.Word;

/**
 * Who attends to whom in one text, in every layer and head of a model.
 *
 * <p>The model computes with pieces; people read words. A word that the model has in several pieces is shown as one: what
 * is given to it is the sum over its pieces, what it gives is the mean over its pieces. So rows still sum to 1.
 *
 * <p>Immutable.
 */
public final class SentenceAttention {
    private final String model;
    private final Encoded encoded;
    private final Words words;
    private final int layers;
    private final int heads;
    private final float[] weights;

    /**
     * Puts weights to a text.
     *
     * @param model the model's name
     * @param encoded the text in T pieces
     * @param weights {@code [L, H, T, T]}: of layer, head, query and key; copied
     * @throws ShapeMismatchException if the weights are for another number of pieces
     */
    public SentenceAttention(String model, Encoded encoded, Tensor weights) {
        this.model = Objects.requireNonNull(model, "model");
        this.encoded = encoded;
        this.words = Words.of(encoded);
        this.layers = weights.extent(0);
        this.heads = weights.extent(1);
        int time = encoded.tokens().size();
        Shape expected = Shape.of(layers, heads, time, time);
        if (!weights.shape().equals(expected)) {
            throw new ShapeMismatchException("attention weights", expected, weights.shape());
        }
        this.weights = new float[(int) weights.size()];
        weights.read(0, this.weights, 0, this.weights.length);
    }

    /**
     * The name of the model.
     *
     * @return the name
     */
    public String model() {
        return model;
    }

    /**
     * The text in pieces.
     *
     * @return the pieces
     */
    public Encoded encoded() {
        return encoded;
    }

    /**
     * The text in words.
     *
     * @return the words
     */
    public Words words() {
        return words;
    }

    /**
     * L, the number of layers.
     *
     * @return at least 1
     */
    public int layers() {
        return layers;
    }

    /**
     * H, the number of heads of each layer.
     *
     * @return at least 1
     */
    public int heads() {
        return heads;
    }

    /**
     * The weight of one piece for another.
     *
     * @param layer 0 to L − 1
     * @param head 0 to H − 1
     * @param query index of the piece that attends
     * @param key index of the piece attended to
     * @return 0 to 1
     */
    public float weight(int layer, int head, int query, int key) {
        int time = encoded.tokens().size();
        return weights[((layer * heads + head) * time + query) * time + key];
    }

    /**
     * The weights of words for words, averaged over a choice.
     *
     * @param choice of layers and heads
     * @return {@code [query][key]}, rows sum to 1
     * @throws IllegalArgumentException if the model has no such layer or head
     */
    public float[][] wordWeights(HeadChoice choice) {
        choice.check(layers, heads);
        int[] chosenLayers = choice.layers(layers);
        int[] chosenHeads = choice.heads(heads);
        float[][] mean = new float[words.size()][words.size()];
        for (int query = 0; query < words.size(); query++) {
            for (int key = 0; key < words.size(); key++) {
                double sum = 0;
                for (int layer : chosenLayers) {
                    for (int head : chosenHeads) {
                        sum += wordWeight(
                                layer,
                                head,
                                words.list().get(query),
                                words.list().get(key));
                    }
                }
                mean[query][key] = (float) (sum / ((double) chosenLayers.length * chosenHeads.length));
            }
        }
        return mean;
    }

    private double wordWeight(int layer, int head, Word query, Word key) {
        double sum = 0;
        for (int i = query.first(); i < query.first() + query.pieces(); i++) {
            for (int j = key.first(); j < key.first() + key.pieces(); j++) {
                sum += weight(layer, head, i, j);
            }
        }
        return sum / query.pieces();
    }

    /**
     * A weight in percent, for people.
     *
     * @param weight 0 to 1
     * @return for example {@code 12.3%}
     */
    public static String percent(float weight) {
        return String.format(Locale.ROOT, "%.1f%%", 100 * weight);
    }
}
