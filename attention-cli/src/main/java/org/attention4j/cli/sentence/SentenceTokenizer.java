package org.attention4j.cli.sentence;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Cuts sentences into the word pieces that a published encoder was trained on, as its {@code tokenizer.json} says.
 *
 * <p>The file's own padding (to 128 pieces, in the case of all-MiniLM-L6-v2) is switched off, since every batch here has
 * true lengths; its own truncation (to 128 as well) is replaced by the limit given, for which a command takes the number
 * of positions that the model has (512). A text that is cut says so: {@link Encoded#truncated}.
 *
 * <p>Safe for any number of threads until it is closed. It works offline, always: DJL, which brings the tokenizer, would
 * otherwise report its use to its authors and fetch a native library where it sees a GPU; it reads the library from its
 * jar and keeps it in the folder {@code attention4j} of the user's cache, unless {@code ENGINE_CACHE_DIR} (environment
 * or system property) names another. Where the user's cache cannot be written to, it is a new temporary folder each time.
 */
public final class SentenceTokenizer implements AutoCloseable {
    private static final String CACHE = "ENGINE_CACHE_DIR";

    private final HuggingFaceTokenizer tokenizer;

    private SentenceTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * One piece of a text. Pieces lie in order and usually apart; where the model takes a character for several (a Korean
     * syllable for its letters), they share it.
     *
     * @param id the row of the embedding table
     * @param text the piece as the vocabulary has it, for example {@code ##ing} inside a word
     * @param special whether the tokenizer added it ({@code [CLS]}, {@code [SEP]})
     * @param word the index of the word it is a piece of, counted from 0, punctuation marks being words; -1 for a
     *     special piece
     * @param start where it begins in the text, in {@code char}s; 0 for a special piece
     * @param end where it ends, exclusive; equal to {@code start} for a special piece
     */
    public record Token(int id, String text, boolean special, int word, int start, int end) {}

    /**
     * A text in pieces.
     *
     * @param text the text
     * @param tokens its pieces, {@code [CLS]} first and {@code [SEP]} last; never fewer than these two
     * @param truncated whether the text had more pieces than the limit, and lost those at its end
     */
    public record Encoded(String text, List<Token> tokens, boolean truncated) {
        /**
         * The rows of the embedding table.
         *
         * @return a new array, one element a token
         */
        public int[] ids() {
            return tokens.stream().mapToInt(Token::id).toArray();
        }
    }

    /**
     * Reads a tokenizer.
     *
     * @param tokenizerJson the text of a {@code tokenizer.json}; read to its end, not closed
     * @param maxTokens the most pieces of a text, the special ones included
     * @return the tokenizer, to be closed by the caller
     * @throws IllegalArgumentException if the limit leaves no room beside the special pieces
     * @throws IOException if the stream fails or the native library cannot be stored
     */
    public static SentenceTokenizer read(InputStream tokenizerJson, int maxTokens) throws IOException {
        if (maxTokens < 3) {
            throw new IllegalArgumentException("maxTokens " + maxTokens + ", must be at least 3: two are special");
        }
        stayOffline();
        return new SentenceTokenizer(HuggingFaceTokenizer.newInstance(
                tokenizerJson,
                Map.of("padding", "false", "truncation", "true", "maxLength", Integer.toString(maxTokens))));
    }

    /** DJL reads these before its first use of the network and of the disk. */
    private static void stayOffline() throws IOException {
        System.setProperty("ai.djl.offline", "true");
        if (System.getenv(CACHE) == null && System.getProperty(CACHE) == null) {
            System.setProperty(CACHE, cacheFolder().toString());
        }
    }

    private static Path cacheFolder() throws IOException {
        String base = System.getenv("XDG_CACHE_HOME");
        Path folder = base == null || base.isBlank()
                ? Path.of(System.getProperty("user.home"), ".cache", "attention4j")
                : Path.of(base, "attention4j");
        try {
            return Files.createDirectories(folder);
        } catch (IOException readOnly) {
            return Files.createTempDirectory("attention4j"); // no fixed name, since others can write there, too
        }
    }

    /**
     * Cuts a text into pieces.
     *
     * @param text any text, also an empty one; a half of a surrogate pair counts as U+FFFD
     * @return the pieces
     */
    public Encoded encode(String text) {
        String valid = withoutLoneSurrogates(text);
        Encoding encoding = tokenizer.encode(valid);
        long[] ids = encoding.getIds();
        CharSpan[] spans = encoding.getCharTokenSpans();
        List<Token> tokens = new ArrayList<>(ids.length);
        int chars = 0; // spans count code points and ascend: walk along
        int codePoints = 0;
        for (int i = 0; i < ids.length; i++) {
            boolean special = encoding.getSpecialTokenMask()[i] != 0;
            int start = 0;
            int end = 0;
            if (!special && spans[i] != null) {
                start = valid.offsetByCodePoints(chars, spans[i].getStart() - codePoints);
                end = valid.offsetByCodePoints(start, spans[i].getEnd() - spans[i].getStart());
                chars = start;
                codePoints = spans[i].getStart();
            }
            int word = special ? -1 : (int) encoding.getWordIds()[i];
            tokens.add(new Token((int) ids[i], encoding.getTokens()[i], special, word, start, end));
        }
        return new Encoded(text, List.copyOf(tokens), encoding.exceedMaxLength());
    }

    private static String withoutLoneSurrogates(String text) {
        StringBuilder valid = new StringBuilder(text);
        for (int i = 0; i < valid.length(); i++) {
            if (Character.isHighSurrogate(valid.charAt(i))
                    && i + 1 < valid.length()
                    && Character.isLowSurrogate(valid.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(valid.charAt(i))) {
                valid.setCharAt(i, '\uFFFD');
            }
        }
        return valid.toString();
    }

    /** Frees the native tokenizer. */
    @Override
    public void close() {
        tokenizer.close();
    }
}
