package org.attention4j.examples.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.model.Block;
import org.attention4j.model.BlockConfig;
import org.attention4j.model.CrossEntropy;
import org.attention4j.model.Embedding;
import org.attention4j.model.LinearLayer;
import org.attention4j.model.Tokens;

/**
 * A causal language model: embedding → blocks of [norm → mixer → residual → norm → MLP → residual] → logits. Nothing in it
 * knows which mixer it has.
 *
 * @param embedding {@code [B, T]} to {@code [B, T, D]}
 * @param blocks {@code [B, T, D]} to {@code [B, T, D]}
 * @param head {@code [B, T, D]} to {@code [B, T, V]}
 */
public record LanguageModel(Embedding embedding, List<Block> blocks, LinearLayer head) {
    private static final int BLOCKS = 2;

    /**
     * A new model of two blocks.
     *
     * @param vocabulary V
     * @param mixer id of the mixer of both blocks, as the registry knows it
     * @param config D and the mixer's options; it has to be causal
     * @return the model, the same for the same arguments
     */
    public static LanguageModel of(int vocabulary, String mixer, MixerConfig config) {
        Mixers mixers = Mixers.load();
        if (!mixers.spec(mixer, config).causal()) {
            throw new IllegalArgumentException(mixer + " would see the future; is there an option causal=true?");
        }
        ParameterSource source = Initializer.seeded(42);
        List<Block> blocks = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            ParameterSource mine = source.under(block(i));
            blocks.add(Block.of(
                    mixers.create(mixer, config, mine.under("mixer.")), BlockConfig.preNorm(2 * config.width()), mine));
        }
        return new LanguageModel(
                Embedding.of(vocabulary, config.width(), source.under("embedding.")),
                blocks,
                LinearLayer.of(config.width(), vocabulary, true, source.under("head.")));
    }

    /** What the names of a block's parameters begin with. */
    private static String block(int i) {
        return "blocks." + i + ".";
    }

    /**
     * The parameters of all parts.
     *
     * @return copies, for an optimiser
     */
    public NamedTensors parameters() {
        NamedTensors all = NamedTensors.empty().and("embedding.", embedding.parameters());
        for (int i = 0; i < blocks.size(); i++) {
            all = all.and(block(i), blocks.get(i).parameters());
        }
        return all.and("head.", head.parameters());
    }

    /**
     * The same model with other parameters.
     *
     * @param source fills every parameter
     * @return a new model
     */
    public LanguageModel withParameters(ParameterSource source) {
        return new LanguageModel(
                embedding.withParameters(source.under("embedding.")),
                IntStream.range(0, blocks.size())
                        .mapToObj(i -> blocks.get(i).withParameters(source.under(block(i))))
                        .toList(),
                head.withParameters(source.under("head.")));
    }

    /**
     * How badly the model foretells each next token.
     *
     * @param text {@code [B, T]}
     * @param gradients under the names of {@link #parameters}, added to
     * @param workspace scratch memory and threads
     * @return the mean cross-entropy
     */
    public double loss(Tokens text, NamedTensors gradients, Workspace workspace) {
        Sequences x = text.sequences(hidden(text));
        embedding.forward(text, x.tensor(), workspace);
        List<Recording> recordings = new ArrayList<>();
        for (Block block : blocks) {
            Sequences y = text.sequences(hidden(text));
            recordings.add(block.record(x, y.tensor(), workspace));
            x = y;
        }
        Sequences logits = text.sequences(Tensor.zeros(text.batch(), text.time(), embedding.vocabulary()));
        head.forward(x, logits.tensor(), workspace);

        Tensor dLogits = Tensor.zeros(logits.tensor().shape());
        double loss = CrossEntropy.gradient(logits, text.next(), dLogits, workspace);
        Tensor dX = hidden(text);
        head.backward(x, dLogits, wanted(dX, gradients, "head."), workspace);
        for (int i = blocks.size() - 1; i >= 0; i--) {
            Tensor dY = dX;
            dX = hidden(text);
            blocks.get(i).backward(recordings.get(i), dY, wanted(dX, gradients, block(i)), workspace);
        }
        embedding.backward(text, dX, gradients.under("embedding."), workspace);
        return loss;
    }

    private Tensor hidden(Tokens text) {
        return Tensor.zeros(text.batch(), text.time(), embedding.width());
    }

    private static Gradients wanted(Tensor dX, NamedTensors gradients, String part) {
        return Gradients.none().withInput(dX).withParameters(gradients.under(part));
    }

    /**
     * Where a text stands that is still to be written.
     *
     * @param capacity how long it may become
     * @return a state for each block
     */
    public List<MixerState> newStates(int capacity) {
        return blocks.stream().map(block -> block.newState(1, capacity)).toList();
    }

    /**
     * Takes the next tokens, one or many.
     *
     * @param chunk {@code [1, T]}
     * @param states of this model; they advance
     * @return the token that most probably follows
     */
    public int next(Tokens chunk, List<MixerState> states) {
        Workspace workspace = states.getFirst().workspace();
        Sequences x = chunk.sequences(hidden(chunk));
        embedding.forward(chunk, x.tensor(), workspace);
        for (int i = 0; i < blocks.size(); i++) {
            Sequences y = chunk.sequences(hidden(chunk));
            blocks.get(i).step(x, states.get(i), y.tensor());
            x = y;
        }
        Tensor logits = Tensor.zeros(1, chunk.time(), embedding.vocabulary());
        head.forward(x, logits, workspace);
        return IntStream.range(0, embedding.vocabulary())
                .reduce((a, b) -> logits.get(0, chunk.time() - 1, b) > logits.get(0, chunk.time() - 1, a) ? b : a)
                .orElseThrow();
    }
}
