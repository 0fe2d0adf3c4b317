package org.attention4j.cli.sentence;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.attention4j.cli.sentence.Words.Word;

/** Attention as text: a table of all words, or a list for one word. On a terminal that can, the table is shaded. */
public final class AttentionText {
    private static final String RESET = "\u001B[0m";

    /** From little to much, on backgrounds dark enough for white: xterm's colours between navy blue and orange. */
    private static final int[] SHADES = {236, 17, 18, 54, 90, 126, 161, 166};

    private static final float[] STEPS = {0.01f, 0.03f, 0.06f, 0.1f, 0.15f, 0.25f, 0.4f, 0.6f};

    private static final int WIDEST_LABEL = 16;
    private static final int WIDEST_CELL = 10;
    private static final int LONGEST_BAR = 40;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

    private final Terminal terminal;
    private final PrintWriter out;

    /**
     * A printer.
     *
     * @param terminal what the output can do
     * @param out takes the text
     */
    public AttentionText(Terminal terminal, PrintWriter out) {
        this.terminal = terminal;
        this.out = out;
    }

    /**
     * Prints the weights of all words for all words: a row for each word that attends, a column for each attended to.
     * What is too wide for the terminal goes on below.
     *
     * @param attention of a text
     * @param choice what to average
     */
    public void table(SentenceAttention attention, HeadChoice choice) {
        float[][] weights = attention.wordWeights(choice);
        List<String> names = attention.words().list().stream()
                .map(word -> Glyphs.printable(word.text()))
                .toList();
        int label = Math.min(
                WIDEST_LABEL, names.stream().mapToInt(Glyphs::width).max().orElse(0));
        int[] widths = names.stream()
                .mapToInt(name -> Math.max(cell(1).length(), Math.min(WIDEST_CELL, Glyphs.width(name))))
                .toArray();
        out.println(heading(attention, choice) + "; a row for each word that attends, in percent");
        int from = 0;
        while (from < widths.length) {
            int to = from;
            long used = label;
            do {
                used += widths[to++] + 1;
            } while (to < widths.length && used + widths[to] + 1 <= terminal.columns());
            out.println();
            panel(names, weights, label, widths, from, to);
            from = to;
        }
    }

    private void panel(List<String> names, float[][] weights, int label, int[] widths, int from, int to) {
        StringBuilder head = new StringBuilder(" ".repeat(label));
        for (int key = from; key < to; key++) {
            head.append(' ').append(Glyphs.right(names.get(key), widths[key]));
        }
        out.println(head);
        for (int query = 0; query < weights.length; query++) {
            StringBuilder row = new StringBuilder(Glyphs.left(names.get(query), label));
            for (int key = from; key < to; key++) {
                float weight = weights[query][key];
                String cell = Glyphs.right(cell(weight), widths[key]);
                row.append(terminal.colours() ? shaded(" " + cell, weight) : " " + cell);
            }
            out.println(row);
        }
    }

    /** Whole percents on a terminal, where columns are scarce. */
    private String cell(float weight) {
        if (!terminal.isThere()) {
            return SentenceAttention.percent(weight);
        }
        int percent = Math.round(100 * weight);
        return percent == 0 ? "·" : percent + "%";
    }

    private static String shaded(String cell, float weight) {
        int shade = -1;
        while (shade + 1 < STEPS.length && weight >= STEPS[shade + 1]) {
            shade++;
        }
        return shade < 0
                ? "\u001B[2m" + cell + RESET
                : "\u001B[38;5;" + (shade == 0 ? 250 : 231) + ";48;5;" + SHADES[shade] + "m" + cell + RESET;
    }

    /**
     * Prints what one word attends to, most first.
     *
     * @param attention of a text
     * @param choice what to average
     * @param query index of the word
     */
    public void bars(SentenceAttention attention, HeadChoice choice, int query) {
        float[] weights = attention.wordWeights(choice)[query];
        Words words = attention.words();
        List<Word> list = words.list();
        List<Integer> order = IntStream.range(0, weights.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(key -> -weights[key])
                        .thenComparing(key -> key))
                .toList();
        int label = IntStream.range(0, list.size())
                .map(key -> Glyphs.width(Glyphs.printable(words.name(key))))
                .map(width -> Math.min(width, 2 * WIDEST_LABEL))
                .max()
                .orElse(0);
        out.println(heading(attention, choice) + "; what '" + Glyphs.printable(words.name(query)) + "' attends to");
        out.println();
        float most = weights[order.get(0)];
        for (int key : order) {
            out.println((Glyphs.left(Glyphs.printable(words.name(key)), label) + " "
                            + Glyphs.right(SentenceAttention.percent(weights[key]), 6) + bar(weights[key] / most))
                    .stripTrailing());
        }
    }

    private String bar(float part) {
        if (!terminal.isThere()) {
            return "";
        }
        int eighths = Math.round(part * LONGEST_BAR * 8);
        String bar =
                "█".repeat(eighths / 8) + (eighths % 8 == 0 ? "" : EIGHTHS.substring(eighths % 8, eighths % 8 + 1));
        return "  " + (terminal.colours() ? "\u001B[38;5;208m" + bar + RESET : bar);
    }

    private static String heading(SentenceAttention attention, HeadChoice choice) {
        return attention.model() + ", " + choice.describe(attention.layers(), attention.heads());
    }
}
