package org.attention4j.bench;

import java.util.List;
import org.attention4j.api.Workspace;

/**
 * How a race is run.
 *
 * @param workloads names
 * @param threads numbers of threads, one after the other
 * @param pairs turns of each side a row
 * @param turnMillis how long a turn lasts, at least one run
 * @param warmUpMillis how long ours runs before the first turn, so that it is compiled
 */
public record RaceOptions(List<String> workloads, List<Integer> threads, int pairs, int turnMillis, int warmUpMillis) {
    /** Pairs of a race that is to be reported. */
    public static final int PAIRS = 15;

    /** Long enough for thousands of the shortest runs, short enough for both turns of a pair to see one machine. */
    public static final int TURN_MILLIS = 60;

    /** A new path is compiled in about a second. */
    public static final int WARM_UP_MILLIS = 1_500;

    /** Checks and copies. */
    public RaceOptions {
        workloads = List.copyOf(workloads);
        threads = List.copyOf(threads);
        for (int count : threads) {
            if (count < 1 || count > Workspace.MOST_THREADS) {
                throw new IllegalArgumentException(
                        "threads " + count + ": must be from 1 to " + Workspace.MOST_THREADS);
            }
        }
        if (pairs < 1 || turnMillis < 1 || warmUpMillis < 1) {
            throw new IllegalArgumentException("pairs " + pairs + ", turns of " + turnMillis + " ms, warm-up of "
                    + warmUpMillis + " ms: each must be at least 1");
        }
    }
}
