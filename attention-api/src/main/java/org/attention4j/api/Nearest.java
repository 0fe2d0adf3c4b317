package org.attention4j.api;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the known name that a misspelt one most probably meant. */
final class Nearest {
    private Nearest() {}

    /** {@code " (did you mean 'lstm'?)"}, {@code " (the nearest is 'lstm')"} where it is far; nothing if none is known. */
    static String suggestion(String name, Collection<String> known) {
        String lower = name.toLowerCase(Locale.ROOT);
        return known.stream()
                .sorted()
                .min(Comparator.comparingInt(candidate -> distance(lower, candidate)))
                .map(best -> {
                    boolean near = distance(lower, best) <= Math.max(2, Math.max(name.length(), best.length()) / 2);
                    return near ? " (did you mean '" + best + "'?)" : " (the nearest is '" + best + "')";
                })
                .orElse("");
    }

    static List<String> sorted(Collection<String> names) {
        return names.stream().sorted().toList();
    }

    /** Levenshtein distance, one row at a time. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
