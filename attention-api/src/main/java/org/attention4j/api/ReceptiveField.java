package org.attention4j.api;

/**
 * Which input positions an output position can depend on: t − {@code left} to t + {@code right}, both included.
 *
 * @param left how far back; at least 0
 * @param right how far ahead; at least 0, and 0 if causal
 */
public record ReceptiveField(int left, int right) {
    /** Refuses a negative extent. */
    public ReceptiveField {
        if (left < 0 || right < 0) {
            throw new BadShapeException("receptive field of " + left + " back and " + right + " ahead");
        }
    }
}
