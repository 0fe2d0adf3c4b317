package org.attention4j.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A workload's name in parts.
 *
 * @param text as written: {@code attention-gradient:1024:causal}
 * @param kind what is before the first colon
 * @param sizes the numbers behind it
 * @param causal whether {@code :causal} ends it
 */
record WorkloadName(String text, String kind, List<Integer> sizes, boolean causal) {
    private static final String GRADIENT = "-gradient";
    private static final String STEP = "-step";

    /** How many numbers each kind takes, but for variants. */
    private static final SortedMap<String, Integer> SIZES =
            Collections.unmodifiableSortedMap(new TreeMap<>(Map.ofEntries(
                    Map.entry("attention", 1),
                    Map.entry("attention-gradient", 1),
                    Map.entry("conv", 2),
                    Map.entry("conv-gradient", 2),
                    Map.entry("decode", 1),
                    Map.entry("depthwise", 2),
                    Map.entry("gemm", 3),
                    Map.entry("gru", 2),
                    Map.entry("gru-gradient", 2),
                    Map.entry("gru-step", 1),
                    Map.entry("lstm", 2),
                    Map.entry("lstm-gradient", 2),
                    Map.entry("lstm-step", 1),
                    Map.entry("multi-head", 1),
                    Map.entry("rnn", 2),
                    Map.entry("rnn-gradient", 2),
                    Map.entry("rnn-step", 1))));

    static WorkloadName parse(String text) {
        List<String> parts = new ArrayList<>(Arrays.asList(text.split(":", -1)));
        String kind = parts.remove(0);
        boolean causal = !parts.isEmpty() && parts.get(parts.size() - 1).equals("causal");
        if (causal) {
            parts.remove(parts.size() - 1);
        }
        List<Integer> sizes = new ArrayList<>();
        for (String part : parts) {
            if (!part.matches("[1-9][0-9]{0,8}")) {
                throw new IllegalArgumentException(
                        "workload '" + text + "': '" + part + "' must be a number from 1 to 999999999");
            }
            sizes.add(Integer.valueOf(part));
        }
        WorkloadName name = new WorkloadName(text, kind, List.copyOf(sizes), causal);
        int expected = name.expectedSizes();
        if (expected != sizes.size() || causal && !name.base().equals("attention")) {
            throw new IllegalArgumentException("workload '" + text + "': " + kind + " takes " + expected + " numbers"
                    + (name.base().equals("attention") ? " and perhaps :causal" : ""));
        }
        if (name.sequences() && name.size(0) % name.size(1) != 0) {
            throw new IllegalArgumentException("workload '" + text + "': " + name.size(0)
                    + " positions are no whole number of sequences of " + name.size(1));
        }
        return name;
    }

    int size(int index) {
        return sizes.get(index);
    }

    boolean variant() {
        return kind.startsWith(VariantWorkload.PREFIX);
    }

    /** Whether the positions are those of several sequences. */
    boolean sequences() {
        return variant() && kind.endsWith(VariantWorkload.SEQUENCES);
    }

    boolean gradient() {
        return kind.endsWith(GRADIENT);
    }

    boolean step() {
        return kind.endsWith(STEP);
    }

    /** The kind without {@code -gradient} and {@code -step}. */
    String base() {
        String ending = gradient() ? GRADIENT : step() ? STEP : "";
        return kind.substring(0, kind.length() - ending.length());
    }

    private int expectedSizes() {
        int sizes = variant() ? VariantWorkload.sizes(kind) : SIZES.getOrDefault(kind, 0);
        if (sizes == 0) {
            List<String> kinds = new ArrayList<>(SIZES.keySet());
            kinds.addAll(VariantWorkload.kinds());
            throw new IllegalArgumentException(
                    "workload '" + text + "': there is no kind '" + kind + "'; there are " + kinds);
        }
        return sizes;
    }
}
