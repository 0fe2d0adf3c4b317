package org.attention4j.cli.sentence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.attention4j.cli.sentence.SentenceTokenizer.Encoded;
import org.attention4j.cli.sentence.SentenceTokenizer.Token;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SentenceTokenizerTest {
    private static SentenceTokenizer tokenizer;

    @BeforeAll
    static void open() throws IOException {
        tokenizer = open(512);
    }

    private static SentenceTokenizer open(int maxTokens) throws IOException {
        try (InputStream json =
                SentenceTokenizer.class.getClassLoader().getResourceAsStream("all-minilm-l6-v2-tokenizer.json")) {
            assertNotNull(json, "the published tokenizer is on the module path");
            return SentenceTokenizer.read(json, maxTokens);
        }
    }

    @AfterAll
    static void close() {
        tokenizer.close();
    }

    /** What the pieces cover, special ones left out. */
    private static List<String> covered(Encoded encoded) {
        return encoded.tokens().stream()
                .filter(token -> !token.special())
                .map(token -> encoded.text().substring(token.start(), token.end()))
                .toList();
    }

    @Test
    void aSentenceIsCutAsTheModelWasTrained() {
        Encoded encoded = tokenizer.encode("The cat sat on the mat");
        assertArrayEquals(new int[] {101, 1996, 4937, 2938, 2006, 1996, 13523, 102}, encoded.ids());
        assertEquals(new Token(101, "[CLS]", true, -1, 0, 0), encoded.tokens().get(0));
        assertEquals(new Token(4937, "cat", false, 1, 4, 7), encoded.tokens().get(2));
        assertEquals(new Token(102, "[SEP]", true, -1, 0, 0), encoded.tokens().get(7));
        assertFalse(encoded.truncated());
    }

    @Test
    void piecesOfAWordKnowTheirWord() {
        Encoded encoded = tokenizer.encode("unbelievably, yes");
        assertEquals(
                List.of("[CLS]", "un", "##bel", "##ie", "##va", "##bly", ",", "yes", "[SEP]"),
                encoded.tokens().stream().map(Token::text).toList());
        assertEquals(
                List.of(-1, 0, 0, 0, 0, 0, 1, 2, -1),
                encoded.tokens().stream().map(Token::word).toList());
        assertEquals(List.of("un", "bel", "ie", "va", "bly", ",", "yes"), covered(encoded));
    }

    @Test
    void offsetsCountCharsAlsoBehindSurrogatePairs() {
        assertEquals(List.of("😀", "café", "日", "本"), covered(tokenizer.encode("😀 café 日本")));
    }

    @Test
    void piecesOfOneCharacterShareIt() {
        assertEquals(List.of("매", "매", "트", "트"), covered(tokenizer.encode("매트")));
    }

    @Test
    void halvesOfSurrogatePairsAreNoWords() {
        assertEquals(List.of("x", "😀", "y"), covered(tokenizer.encode("\uD83D x \uDC00 😀 y\uD83D")));
    }

    @Test
    void theEmptyTextHasTheSpecialPiecesAlone() {
        assertArrayEquals(new int[] {101, 102}, tokenizer.encode("").ids());
        assertArrayEquals(new int[] {101, 102}, tokenizer.encode(" \t ").ids());
    }

    @Test
    void aTextIsCutAtTheLimitAndSaysSo() throws IOException {
        Encoded fits = tokenizer.encode("cat ".repeat(510));
        assertEquals(512, fits.ids().length);
        assertFalse(fits.truncated());
        Encoded cut = tokenizer.encode("cat ".repeat(511));
        assertEquals(512, cut.ids().length);
        assertTrue(cut.truncated());
        try (SentenceTokenizer three = open(3)) {
            assertArrayEquals(
                    new int[] {101, 4937, 102}, three.encode("cat sat").ids());
        }
        assertThrows(IllegalArgumentException.class, () -> open(2));
    }

    @Test
    void nothingIsPaddedAndPiecesLieInOrder() throws IOException {
        List<String> sentences = sentences();
        assertEquals(100, sentences.size());
        for (String sentence : sentences) {
            Encoded encoded = tokenizer.encode(sentence);
            List<Token> tokens = encoded.tokens();
            assertTrue(tokens.size() <= 128 && !encoded.truncated(), sentence);
            assertTrue(IntStream.of(encoded.ids()).allMatch(id -> id >= 0 && id < 30522), sentence);
            assertTrue(tokens.get(0).special() && tokens.get(tokens.size() - 1).special(), sentence);
            int start = 0;
            int end = 0;
            int word = -1;
            for (Token token : tokens.subList(1, tokens.size() - 1)) {
                assertTrue(token.start() >= start && token.end() >= end, token + " of " + sentence);
                assertTrue(token.start() < token.end(), token + " of " + sentence);
                assertTrue(token.word() == word || token.word() == word + 1, token + " of " + sentence);
                start = token.start();
                end = token.end();
                word = token.word();
            }
            assertTrue(end <= sentence.length(), sentence);
        }
    }

    @Test
    void threadsMayShareIt() throws IOException {
        List<String> sentences = sentences();
        List<Encoded> alone = sentences.stream().map(tokenizer::encode).toList();
        assertEquals(alone, sentences.parallelStream().map(tokenizer::encode).toList());
    }

    @Test
    void theNativeLibraryIsKeptWhereItWasTold() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(System.getProperty("ENGINE_CACHE_DIR")))) {
            assertEquals(
                    1,
                    files.filter(file -> file.getFileName().toString().contains("tokenizers."))
                            .count());
        }
        assertEquals("true", System.getProperty("ai.djl.offline"));
    }

    private static List<String> sentences() throws IOException {
        try (InputStream in = SentenceTokenizerTest.class.getResourceAsStream("sentences.txt")) {
            assertNotNull(in);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
