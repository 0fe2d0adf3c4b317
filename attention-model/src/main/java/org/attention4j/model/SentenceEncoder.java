package org.attention4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.attention4j.api.Attentive;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Mixers;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Scratch;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * A sentence encoder as Reimers and Gurevych (2019) make one of BERT (Devlin et al. 2019): token ids to one vector of length 1.
 *
 * <ol>
 *   <li>x = norm(word[id] + type[0] + position[t]).
 *   <li>Each layer is a post-norm {@link Block} of {@code multi-head-attention} and an MLP with GELU (the form with erf).
 *   <li>The mean over the true positions, divided by its Euclidean length (by 10⁻¹² if that is less).
 * </ol>
 *
 * <p>A sentence's vector has the same bits alone and in any batch, on any number of threads. A sentence without tokens is
 * the zero vector.
 *
 * <p>Immutable and safe for any number of threads, each with a workspace of its own.
 */
public final class SentenceEncoder {
    /** Sentences that are encoded at once: enough rows for the products, and still a few megabytes a layer. */
    private static final int BATCH = 32;

    /** As Sentence Transformers' {@code Normalize} has it. */
    private static final double LEAST_LENGTH = 1e-12;

    private final EncoderConfig config;
    private final Embedding words;
    private final Embedding positions;
    private final Embedding types;
    private final LayerNorm norm;
    private final List<Block> blocks = new ArrayList<>();

    private SentenceEncoder(Mixers mixers, EncoderConfig config, ParameterSource source) {
        this.config = config;
        int width = config.width();
        ParameterSource embeddings = source.under("embeddings.");
        words = Embedding.of(config.vocabulary(), width, embeddings.under("word_embeddings."));
        positions = Embedding.of(config.positions(), width, embeddings.under("position_embeddings."));
        types = Embedding.of(config.tokenTypes(), width, embeddings.under("token_type_embeddings."));
        norm = LayerNorm.of(width, config.epsilon(), embeddings.under("LayerNorm."));
        BlockConfig around = new BlockConfig(config.hidden(), Activation.GELU, false, config.epsilon());
        MixerConfig attention = MixerConfig.width(width).with("heads", config.heads());
        for (int i = 0; i < config.layers(); i++) {
            ParameterSource layer = source.under("encoder.layer." + i + ".");
            SequenceMixer mixer = mixers.create("multi-head-attention", attention, BertNames.attention(layer));
            mixer.require(Attentive.class);
            blocks.add(Block.of(mixer, around, BertNames.block(layer)));
        }
    }

    /**
     * An encoder.
     *
     * @param mixers has {@code multi-head-attention}
     * @param config the sizes
     * @param source fills the parameters, under the names of Hugging Face's {@code BertModel}: {@code
     *     embeddings.word_embeddings.weight}, {@code encoder.layer.0.attention.self.query.weight}, …
     * @return the encoder
     * @throws org.attention4j.api.MixerException if there is no such mixer, a size is out of range, or the source lacks a
     *     parameter or has one of another shape
     */
    public static SentenceEncoder of(Mixers mixers, EncoderConfig config, ParameterSource source) {
        return new SentenceEncoder(mixers, Objects.requireNonNull(config, "config"), source);
    }

    /**
     * The sizes.
     *
     * @return the configuration
     */
    public EncoderConfig config() {
        return config;
    }

    /**
     * The layers in order.
     *
     * @return an unmodifiable list
     */
    public List<Block> blocks() {
        return List.copyOf(blocks);
    }

    /**
     * Encodes any number of sentences, with a workspace for this call alone.
     *
     * @param sentences the token ids of each, special tokens included
     * @return {@code [N, D]}, a vector a sentence, in order
     * @throws UnknownTokenException if an id is not in the vocabulary
     * @throws BadShapeException if a sentence has more tokens than there are positions
     */
    public Tensor encode(int[]... sentences) {
        try (Workspace workspace = Workspace.create()) {
            return encode(sentences, workspace);
        }
    }

    /**
     * Encodes any number of sentences, some at a time.
     *
     * @param sentences the token ids of each, special tokens included
     * @param workspace scratch memory and threads
     * @return {@code [N, D]}, a vector a sentence, in order
     * @throws UnknownTokenException if an id is not in the vocabulary
     * @throws BadShapeException if a sentence has more tokens than there are positions
     */
    public Tensor encode(int[][] sentences, Workspace workspace) {
        Tensor vectors = Tensor.zeros(sentences.length, config.width());
        for (int from = 0; from < sentences.length; from += BATCH) {
            int to = Math.min(from + BATCH, sentences.length);
            encode(Tokens.of(Arrays.copyOfRange(sentences, from, to)), vectors.range(from, to), workspace);
        }
        return vectors;
    }

    /**
     * Encodes one batch.
     *
     * @param tokens {@code [B, T]} with true lengths
     * @param out {@code [B, D]}, overwritten with a vector a sentence
     * @param workspace scratch memory and threads
     * @throws UnknownTokenException if an id is not in the vocabulary, before anything is written
     * @throws BadShapeException if a sentence has more tokens than there are positions, before anything is written
     * @throws org.attention4j.api.ShapeMismatchException if the output's shape does not fit, before anything is written
     */
    public void encode(Tokens tokens, Tensor out, Workspace workspace) {
        check(tokens);
        MixerSpec.check("output", out, Shape.of(tokens.batch(), config.width()));
        int mark = workspace.begin();
        try {
            Sequences hidden = hidden(tokens, workspace);
            Scratch scratch = workspace.scratch();
            Pooling pooling = scratch.object(Pooling.class, Pooling::new);
            pooling.hidden = hidden;
            pooling.x = hidden.tensor().readable(scratch);
            pooling.y = out.writable(scratch);
            pooling.yOffset = out.offset();
            workspace.run(tokens.batch(), pooling);
            out.commit(pooling.y);
        } finally {
            workspace.end(mark);
        }
    }

    /**
     * Who attends to whom in one sentence, in every layer and head.
     *
     * @param sentence the token ids, special tokens included
     * @param workspace scratch memory and threads
     * @return {@code [L, H, T, T]}: of layer, head, query and key
     * @throws UnknownTokenException if an id is not in the vocabulary
     * @throws BadShapeException if the sentence has more tokens than there are positions
     */
    public Tensor weights(int[] sentence, Workspace workspace) {
        Tokens tokens = Tokens.of(sentence);
        check(tokens);
        int time = sentence.length;
        Tensor weights = Tensor.zeros(config.layers(), config.heads(), time, time);
        int mark = workspace.begin();
        try {
            Sequences x = like(tokens, workspace);
            Sequences y = like(tokens, workspace);
            embed(tokens, y, x, workspace);
            for (int layer = 0; layer < blocks.size(); layer++) {
                Tensor one = weights.slice(layer).reshape(1, config.heads(), time, time);
                blocks.get(layer).weights(x, one, workspace);
                blocks.get(layer).forward(x, y.tensor(), workspace);
                Sequences swapped = x;
                x = y;
                y = swapped;
            }
            return weights;
        } finally {
            workspace.end(mark);
        }
    }

    private void check(Tokens tokens) {
        for (int b = 0; b < tokens.batch(); b++) {
            if (tokens.length(b) > config.positions()) {
                throw new BadShapeException("sentence " + b + " has " + tokens.length(b) + " tokens; the encoder has "
                        + config.positions() + " positions");
            }
        }
        tokens.check(config.vocabulary());
    }

    private Sequences like(Tokens tokens, Workspace workspace) {
        return Intermediate.like(tokens.extents(), config.width(), workspace.scratch());
    }

    private void embed(Tokens tokens, Sequences sum, Sequences out, Workspace workspace) {
        words.forward(tokens, sum.tensor(), workspace);
        types.add(tokens.filled(0), sum.tensor(), workspace);
        positions.add(tokens.positions(), sum.tensor(), workspace);
        norm.forward(sum, out.tensor(), workspace);
    }

    /** The last layer's outputs, in scratch memory. */
    private Sequences hidden(Tokens tokens, Workspace workspace) {
        Sequences x = like(tokens, workspace);
        Sequences y = like(tokens, workspace);
        embed(tokens, y, x, workspace);
        for (Block block : blocks) {
            block.forward(x, y.tensor(), workspace);
            Sequences swapped = x;
            x = y;
            y = swapped;
        }
        return x;
    }

    /** One sentence a part: the sum over its positions in order, scaled. */
    private static final class Pooling implements Workspace.Task {
        private final Kernels kernels = Kernels.preferred();
        private Sequences hidden = Sequences.of(Tensor.zeros(0, 0, 0));
        private float[] x = {};
        private float[] y = {};
        private int yOffset;

        @Override
        public void run(int index, Scratch scratch) {
            int width = hidden.width();
            int length = hidden.length(index);
            int to = yOffset + index * width;
            Arrays.fill(y, to, to + width, 0f);
            int from = hidden.tensor().offset() + index * hidden.time() * width;
            for (int t = 0; t < length; t++) {
                kernels.add(x, from + t * width, y, to, width);
            }
            kernels.scale(y, to, width, 1f / Math.max(1, length));
            double norm = Math.sqrt(kernels.dot(y, to, y, to, width));
            kernels.scale(y, to, width, (float) (1 / Math.max(norm, LEAST_LENGTH)));
        }
    }
}
