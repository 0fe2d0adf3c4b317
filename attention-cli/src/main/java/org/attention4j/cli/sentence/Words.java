package org.attention4j.cli.sentence;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.attention4j.cli.sentence.SentenceTokenizer.Encoded;
import org.attention4j.cli.sentence.SentenceTokenizer.Token;

/**
 * The words of a text, each with the pieces that the model has for it. The tokenizer's marks ({@code [CLS]}, {@code
 * [SEP]}) count as words, since they are attended to as well.
 *
 * <p>Immutable.
 *
 * @param text the text
 * @param list its words in order
 */
public record Words(String text, List<Word> list) {
    /**
     * One word.
     *
     * @param text as it stands in the text; for a mark as the vocabulary has it
     * @param mark whether the tokenizer added it
     * @param start where it begins in the text, in {@code char}s; 0 for a mark
     * @param end where it ends, exclusive; 0 for a mark
     * @param first the index of its first piece
     * @param pieces how many pieces it has
     */
    public record Word(String text, boolean mark, int start, int end, int first, int pieces) {}

    /**
     * Joins pieces to words.
     *
     * @param encoded a text in pieces
     * @return its words
     */
    public static Words of(Encoded encoded) {
        List<Token> tokens = encoded.tokens();
        List<Word> words = new ArrayList<>();
        int first = 0;
        for (int next = 1; next <= tokens.size(); next++) {
            Token token = tokens.get(first);
            if (next < tokens.size()
                    && !token.special()
                    && !tokens.get(next).special()
                    && tokens.get(next).word() == token.word()) {
                continue;
            }
            int start = token.start();
            int end = tokens.get(next - 1).end();
            String text = token.special() ? token.text() : encoded.text().substring(start, end);
            words.add(new Word(text, token.special(), start, end, first, next - first));
            first = next;
        }
        return new Words(encoded.text(), List.copyOf(words));
    }

    /**
     * How many words there are.
     *
     * @return the number, marks included
     */
    public int size() {
        return list.size();
    }

    /**
     * How many words of the text there are.
     *
     * @return the number without marks
     */
    public int ofText() {
        return (int) list.stream().filter(word -> !word.mark()).count();
    }

    /**
     * Finds a word as a person names it: {@code sat}, whatever its case, or {@code sat#2} for its second appearance.
     *
     * @param name the word; a text that has {@code #} in it finds {@code sat#2} literally first
     * @return its index in {@link #list}
     * @throws IllegalArgumentException if there is no such word; the message names those that there are
     */
    public int find(String name) {
        int literal = find(name, 1);
        if (literal >= 0) {
            return literal;
        }
        int hash = name.lastIndexOf('#');
        if (hash > 0 && name.substring(hash + 1).matches("[1-9][0-9]{0,5}")) {
            int numbered = find(name.substring(0, hash), Integer.parseInt(name.substring(hash + 1)));
            if (numbered >= 0) {
                return numbered;
            }
        }
        List<String> there = list.stream()
                .map(word -> Glyphs.printable(word.text()))
                .distinct()
                .toList();
        throw new IllegalArgumentException(
                "the text has no word '" + Glyphs.printable(name) + "'; it has " + String.join(" ", there));
    }

    private int find(String name, int appearance) {
        int left = appearance;
        for (int i = 0; i < list.size(); i++) {
            if (sameCaseAside(list.get(i).text(), name) && --left == 0) {
                return i;
            }
        }
        return -1;
    }

    private static boolean sameCaseAside(String one, String other) {
        return one.toLowerCase(Locale.ROOT).equals(other.toLowerCase(Locale.ROOT));
    }

    /**
     * The name by which {@link #find} finds a word: with its number, where it appears more than once.
     *
     * @param index of the word
     * @return {@code sat} or {@code sat#2}
     */
    public String name(int index) {
        String text = list.get(index).text();
        int before = (int) list.subList(0, index).stream()
                .filter(word -> sameCaseAside(word.text(), text))
                .count();
        return before == 0 ? text : text + "#" + (before + 1);
    }
}
