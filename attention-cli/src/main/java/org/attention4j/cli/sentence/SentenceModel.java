package org.attention4j.cli.sentence;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.net.URL;
import java.net.URLConnection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.attention4j.api.Mixers;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.cli.sentence.SentenceTokenizer.Encoded;
import org.attention4j.model.SentenceEncoder;
import org.attention4j.model.bert.BertWeights;
import org.attention4j.model.files.OnnxFile;
import org.jspecify.annotations.Nullable;

/**
 * The published sentence encoder all-MiniLM-L6-v2: its tokenizer and its weights, from a jar on the module path, around
 * the {@code multi-head-attention} that the registry gives.
 *
 * <p>Not safe for more than one thread at a time; it uses all processors itself.
 */
public final class SentenceModel implements AutoCloseable {
    private static final String NAME = "all-MiniLM-L6-v2";
    private static final String WEIGHTS = "all-minilm-l6-v2.onnx";
    private static final String TOKENIZER = "all-minilm-l6-v2-tokenizer.json";

    /** Of the positions that the weights have. The tokenizer, which is loaded beside them, must know it before. */
    private static final int POSITIONS = 512;

    /** From the model's config.json; no shape tells. */
    private static final int HEADS = 12;

    private final SentenceTokenizer tokenizer;
    private final SentenceEncoder encoder;
    private final Workspace workspace = Workspace.create();

    private SentenceModel(SentenceTokenizer tokenizer, SentenceEncoder encoder) {
        this.tokenizer = tokenizer;
        this.encoder = encoder;
    }

    /**
     * Loads the model.
     *
     * @param mixers has {@code multi-head-attention}
     * @return the model, to be closed by the caller
     * @throws IOException if the model is not on the module path or cannot be read
     * @throws org.attention4j.api.MixerException if the mixer is missing, or the weights do not fit
     */
    public static SentenceModel load(Mixers mixers) throws IOException {
        FutureTask<SentenceTokenizer> tokenizer = new FutureTask<>(SentenceModel::tokenizer);
        Thread beside = new Thread(tokenizer, "tokenizer");
        beside.setDaemon(true);
        beside.start();
        SentenceEncoder encoder = encoder(mixers);
        return new SentenceModel(result(tokenizer), encoder);
    }

    private static SentenceTokenizer tokenizer() throws IOException {
        try (InputStream json = open(TOKENIZER).getInputStream()) {
            return SentenceTokenizer.read(json, POSITIONS);
        } catch (RuntimeException malformed) { // the native tokenizer's own
            throw new IOException(TOKENIZER + ": " + malformed.getMessage(), malformed);
        }
    }

    private static SentenceEncoder encoder(Mixers mixers) throws IOException {
        URLConnection resource = open(WEIGHTS);
        byte[] bytes;
        try (InputStream in = resource.getInputStream()) {
            int length = resource.getContentLength();
            bytes = length < 0 ? in.readAllBytes() : in.readNBytes(length);
        }
        try (OnnxFile file = OnnxFile.of(WEIGHTS, MemorySegment.ofArray(bytes))) {
            BertWeights weights = BertWeights.from(file);
            if (weights.positions() != POSITIONS) {
                throw new IOException(WEIGHTS + " has " + weights.positions() + " positions, not " + POSITIONS
                        + ": it is another model");
            }
            return SentenceEncoder.of(mixers, weights.config(HEADS), ParameterSource.of(weights.tensors()));
        }
    }

    private static URLConnection open(String name) throws IOException {
        URL resource = SentenceModel.class.getClassLoader().getResource(name);
        if (resource == null) {
            throw new FileNotFoundException("the model's " + name + " is not on the module path");
        }
        return resource.openConnection();
    }

    private static SentenceTokenizer result(FutureTask<SentenceTokenizer> task) throws IOException {
        try {
            return task.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while loading the tokenizer");
        } catch (ExecutionException failed) {
            @Nullable Throwable cause = failed.getCause();
            if (cause instanceof IOException failure) {
                throw failure;
            }
            throw new IOException("the tokenizer could not be loaded: " + cause, cause);
        }
    }

    /**
     * The most pieces of a text.
     *
     * @return the number of positions
     */
    public int positions() {
        return encoder.config().positions();
    }

    /**
     * Cuts a text into pieces; longer ones than {@link #positions} are truncated and say so.
     *
     * @param text any text
     * @return its pieces
     */
    public Encoded tokenize(String text) {
        return tokenizer.encode(text);
    }

    /**
     * Computes who attends to whom.
     *
     * @param text in pieces
     * @return the weights of every layer and head
     */
    public SentenceAttention attend(Encoded text) {
        return new SentenceAttention(NAME, text, encoder.weights(text.ids(), workspace));
    }

    /**
     * Embeds texts. The bits of an embedding do not depend on the other texts.
     *
     * @param texts in pieces
     * @return an embedding of length 1 for each, in order
     */
    public float[][] embed(List<Encoded> texts) {
        int[][] ids = texts.stream().map(Encoded::ids).toArray(int[][]::new);
        Tensor vectors = encoder.encode(ids, workspace);
        int width = encoder.config().width();
        float[][] embeddings = new float[ids.length][width];
        for (int i = 0; i < ids.length; i++) {
            vectors.read((long) i * width, embeddings[i], 0, width);
        }
        return embeddings;
    }

    /** Ends threads and frees the tokenizer. */
    @Override
    public void close() {
        workspace.close();
        tokenizer.close();
    }
}
