package org.attention4j.cli.sentence;

import java.util.function.IntUnaryOperator;

/** How text looks on a terminal. */
final class Glyphs {
    private Glyphs() {}

    /** The text with every control character, which could command the terminal, replaced. */
    static String printable(String text) {
        IntUnaryOperator safe = point -> {
            int type = Character.getType(point);
            boolean space = point == '\n' || point == '\r' || point == '\t';
            boolean control = Character.isISOControl(point)
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || isDirection(point);
            return space ? ' ' : control ? 0xFFFD : point;
        };
        return text.codePoints()
                .map(safe)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    /** Marks that turn the direction of what follows, also of other cells. */
    private static boolean isDirection(int point) {
        return point >= 0x202A && point <= 0x202E || point >= 0x2066 && point <= 0x2069;
    }

    /** The columns that a text takes: two for a wide character, none for one that joins the one before. */
    static int width(String text) {
        return text.codePoints().map(Glyphs::width).sum();
    }

    private static int width(int point) {
        int type = Character.getType(point);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        boolean wide = Character.isEmojiPresentation(point)
                || point >= 0x1100 && point <= 0x115F // Hangul
                || point >= 0x2E80 && point <= 0xA4CF // Chinese, Japanese, Yi
                || point >= 0xAC00 && point <= 0xD7A3 // Hangul
                || point >= 0xF900 && point <= 0xFAFF // compatible ideographs
                || point >= 0xFE30 && point <= 0xFE6F // compatible forms
                || point >= 0xFF00 && point <= 0xFF60 // full-width forms
                || point >= 0xFFE0 && point <= 0xFFE6
                || point >= 0x20000 && point <= 0x3FFFD; // rare ideographs
        return wide ? 2 : 1;
    }

    /** The text, cut if it is too wide (and then ending in …), in so many columns; spaces are on the right. */
    static String left(String text, int columns) {
        String cut = cut(text, columns);
        return cut + " ".repeat(columns - width(cut));
    }

    /** As {@link #left}, with spaces on the left. */
    static String right(String text, int columns) {
        String cut = cut(text, columns);
        return " ".repeat(columns - width(cut)) + cut;
    }

    private static String cut(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        StringBuilder cut = new StringBuilder();
        int used = 1;
        for (int point : text.codePoints().toArray()) {
            used += width(point);
            if (used > columns) {
                break;
            }
            cut.appendCodePoint(point);
        }
        return cut.append('…').toString();
    }
}
