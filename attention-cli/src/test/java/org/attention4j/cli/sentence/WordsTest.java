package org.attention4j.cli.sentence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.cli.sentence.SentenceTokenizer.Encoded;
import org.attention4j.cli.sentence.SentenceTokenizer.Token;
import org.junit.jupiter.api.Test;

class WordsTest {
    /** Words of one piece, with spaces between. */
    private static Words words(String... texts) {
        String text = String.join(" ", texts);
        List<Token> tokens = new ArrayList<>();
        int start = 0;
        for (String word : texts) {
            tokens.add(new Token(7, word, false, tokens.size(), start, start + word.length()));
            start += word.length() + 1;
        }
        return Words.of(new Encoded(text, tokens, false));
    }

    /** İ and i are one letter to {@link String#equalsIgnoreCase}, and two in lower case. */
    @Test
    void everyWordIsFoundByItsName() {
        Words words = words("The", "İ", "the", "i", "I", "sat#2", "sat", "SAT");
        assertEquals("the#2", words.name(2));
        assertEquals("i", words.name(3));
        assertEquals("I#2", words.name(4));
        for (int i = 0; i < 7; i++) {
            assertEquals(i, words.find(words.name(i)), words.name(i));
        }
        assertEquals(5, words.find("sat#2"), "what stands in the text goes before the second of two");
        assertThrows(IllegalArgumentException.class, () -> words.find("the#3"));
    }
}
