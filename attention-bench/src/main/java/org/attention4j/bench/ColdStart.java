package org.attention4j.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.attention4j.api.Mixers;

/** How long a fresh JVM takes to its first result, and to full speed: multi-head attention over 128 positions. */
public final class ColdStart {
    private static final String WORKLOAD = "multi-head:128";
    private static final long WATCHED_NANOS = 4_000_000_000L;

    /** Full speed: within this factor of the last runs' median. */
    private static final double FULL = 1.1;

    private static final int WINDOW = 15;

    private ColdStart() {}

    /**
     * What was seen.
     *
     * @param firstSeconds from the start of the process to the first result
     * @param firstCpuSeconds the processor time of all its threads until then
     * @param fullSeconds from the start of the process to the first of 15 runs whose median is within 10 % of the last ones'
     * @param milliseconds of a run at full speed
     */
    public record Seen(double firstSeconds, double firstCpuSeconds, double fullSeconds, double milliseconds) {}

    /**
     * Starts a JVM on as many threads as there are processors and watches it for some seconds.
     *
     * @return what was seen
     * @throws IOException if the JVM fails
     */
    public static Seen watch() throws IOException {
        long start = System.nanoTime();
        long[] first = {0};
        List<String> lines = new ArrayList<>();
        FreshJvm.run(ColdStart.class, List.of(), line -> {
            if (first[0] == 0) {
                first[0] = System.nanoTime() - start;
            }
            lines.add(line);
        });
        double firstSeconds = first[0] * 1e-9;
        double[] ends = numbers(lines.get(1));
        return new Seen(
                firstSeconds,
                Double.parseDouble(lines.get(0)),
                firstSeconds + ends[fullSpeed(durations(ends))],
                1e3 * Statistics.median(last(durations(ends))));
    }

    private static double[] numbers(String line) {
        return Arrays.stream(line.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    private static double[] durations(double[] ends) {
        double[] durations = new double[ends.length];
        for (int i = 0; i < ends.length; i++) {
            durations[i] = ends[i] - (i == 0 ? 0 : ends[i - 1]);
        }
        return durations;
    }

    private static double[] last(double[] durations) {
        return Arrays.copyOfRange(durations, durations.length * 3 / 4, durations.length);
    }

    /** The index of the run from which on a window of runs is about as fast as the last quarter. */
    static int fullSpeed(double[] durations) {
        double full = FULL * Statistics.median(last(durations));
        for (int i = 0; i + WINDOW <= durations.length; i++) {
            if (Statistics.median(Arrays.copyOfRange(durations, i, i + WINDOW)) <= full) {
                return i;
            }
        }
        return durations.length - 1;
    }

    /**
     * The other JVM's part: prints the processor time as soon as the first result is there, and then when each further run ended.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        int threads = Runtime.getRuntime().availableProcessors();
        try (Workload workload = new Workloads(Mixers.load()).create(WORKLOAD, threads)) {
            workload.run();
            System.out.println(ProcessHandle.current()
                            .info()
                            .totalCpuDuration()
                            .orElseThrow()
                            .toMillis()
                    * 1e-3);
            long start = System.nanoTime();
            StringBuilder ends = new StringBuilder();
            long now;
            do {
                workload.run();
                now = System.nanoTime() - start;
                ends.append(now * 1e-9).append(' ');
            } while (now < WATCHED_NANOS);
            System.out.println(ends.toString().strip());
        }
    }
}
