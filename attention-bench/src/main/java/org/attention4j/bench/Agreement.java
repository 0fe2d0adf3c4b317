package org.attention4j.bench;

import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Whether two sides computed the same numbers. */
final class Agreement {
    /**
     * Of the largest element of a sample, and of a norm: sums of some thousand terms in float32 in another order differ by about a tenth of
     * this.
     */
    static final double TOLERANCE = 1e-4;

    private static final int SAMPLE = 1024;

    private Agreement() {}

    /**
     * The first difference.
     *
     * @param ours outputs by name
     * @param theirs summaries by name
     * @return where and how much; empty if they agree
     */
    static Optional<String> difference(Map<String, float[]> ours, Map<String, Peer.Summary> theirs) {
        if (!ours.keySet().equals(theirs.keySet())) {
            return Optional.of("ours has the outputs " + new TreeSet<>(ours.keySet()) + ", PyTorch "
                    + new TreeSet<>(theirs.keySet()));
        }
        return new TreeSet<>(ours.keySet())
                .stream()
                        .map(name -> difference(name, ours.get(name), theirs.get(name)))
                        .flatMap(Optional::stream)
                        .findFirst();
    }

    private static Optional<String> difference(String name, float[] ours, Peer.Summary theirs) {
        if (ours.length != theirs.size() || theirs.sample().length != Math.min(SAMPLE, ours.length)) {
            return Optional.of("output " + name + " has " + ours.length + " elements, PyTorch's " + theirs.size()
                    + " and a sample of " + theirs.sample().length);
        }
        double largest = 0;
        for (float value : theirs.sample()) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int j = 0; j < theirs.sample().length; j++) {
            int index = Numbers.sampleIndex(j, ours.length);
            double difference = Math.abs((double) ours[index] - theirs.sample()[j]);
            if (!(difference <= TOLERANCE * largest)) {
                return Optional.of("output " + name + "[" + index + "] is " + ours[index] + ", PyTorch's "
                        + theirs.sample()[j] + ", of " + largest + " at most");
            }
        }
        double norm = norm(ours);
        return Math.abs(norm - theirs.norm()) <= TOLERANCE * theirs.norm()
                ? Optional.empty()
                : Optional.of("output " + name + " has the norm " + norm + ", PyTorch's " + theirs.norm());
    }

    static double norm(float[] values) {
        double squares = 0;
        for (float value : values) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }
}
