package org.attention4j.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Times workloads, alone or in turn with PyTorch: A B A B … in pairs, because a shared machine changes its speed from minute to
 * minute. A turn begins with a run that does not count. A row's ratio is the median of its pairs' ratios of turn medians.
 *
 * <p>Steps: 1. both sides compute every workload on the same numbers and must agree; 2. for each row, ours runs until it is compiled;
 * 3. the pairs are run, and the machine's multiply-adds are probed before each; 4. a row during which the machine was slow, or either
 * side unsteady, is run once more, and marked as disturbed if it still was.
 */
public final class Race {
    /** Probes below this part of the best of the run say that something else had the machine. */
    private static final double QUIET = 0.8;

    /** A median so many times the best says so, too. */
    private static final double STEADY = 1.5;

    private static final int ATTEMPTS = 2;

    /** Between turns: threads that spin for their next work have gone to sleep by then. */
    private static final int PAUSE_MILLIS = 5;

    private final Workloads workloads;
    private final RaceOptions options;
    private final Machine machine;
    private final Consumer<String> progress;

    /**
     * PyTorch's part of a row.
     *
     * @param times its timings
     * @param ratio our speed over its, the median of the pairs
     * @param lowerQuartile of the pairs' ratios
     * @param upperQuartile of the pairs' ratios
     * @param pairs how many
     */
    public record Result(Row.Side times, double ratio, double lowerQuartile, double upperQuartile, int pairs) {
        /**
         * The interquartile range of the ratios.
         *
         * @return the difference of the quartiles
         */
        public double spread() {
            return upperQuartile - lowerQuartile;
        }
    }

    /** Medians and least of the turns of both sides. */
    private record Turns(double[] ours, double[] theirs, double oursBest, double theirsBest, double probe) {}

    /**
     * A race that has not begun.
     *
     * @param workloads makes our side
     * @param options what is run, and how long
     * @param machine probes; the best it has seen is the limit for shares
     * @param progress is told what is done next: a check of each workload and number of threads, if there is a peer, then
     *     each row
     */
    public Race(Workloads workloads, RaceOptions options, Machine machine, Consumer<String> progress) {
        this.workloads = workloads;
        this.options = options;
        this.machine = machine;
        this.progress = progress;
    }

    /**
     * Runs ours alone.
     *
     * @return a row for each workload and number of threads
     */
    public List<Row> alone() {
        try {
            return rows(null);
        } catch (PeerException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Runs both in turn.
     *
     * @param checker knows the request {@code check}; the project's own script
     * @param peer is timed; may be the same
     * @return a row for each workload and number of threads
     * @throws PeerException if a peer does not answer as it should
     * @throws DisagreementException if the two sides do not compute the same numbers
     */
    public List<Row> against(Peer checker, Peer peer) throws PeerException {
        for (int threads : options.threads()) {
            for (String name : options.workloads()) {
                progress.accept("check " + name);
                if (workloads.missing(name).isEmpty()) {
                    check(name, threads, checker);
                }
            }
        }
        return rows(peer);
    }

    private void check(String name, int threads, Peer checker) throws PeerException {
        Map<String, Peer.Summary> theirs = checker.check(name, threads);
        try (Workload ours = workloads.create(name, threads)) {
            Optional<String> difference = Agreement.difference(ours.compute(), theirs);
            if (difference.isPresent()) {
                throw new DisagreementException(name, threads, difference.get());
            }
        }
    }

    private List<Row> rows(@Nullable Peer peer) throws PeerException {
        List<Row> rows = new ArrayList<>();
        for (int threads : options.threads()) {
            machine.probe(threads);
            for (String name : options.workloads()) {
                progress.accept(name);
                Optional<String> missing = workloads.missing(name);
                rows.add(
                        missing.isPresent()
                                ? new Row(
                                        name,
                                        threads,
                                        Optional.empty(),
                                        Optional.empty(),
                                        Optional.empty(),
                                        false,
                                        missing.get())
                                : row(name, threads, peer));
            }
        }
        return rows;
    }

    private Row row(String name, int threads, @Nullable Peer peer) throws PeerException {
        try (Workload ours = workloads.create(name, threads)) {
            warmUp(ours);
            if (peer != null) {
                peer.time(name, threads, options.turnMillis());
            }
            Turns turns = turns(ours, name, threads, peer);
            for (int i = 1; i < ATTEMPTS && !disturbance(turns, threads).isEmpty(); i++) {
                turns = turns(ours, name, threads, peer);
            }
            String disturbance = disturbance(turns, threads);
            Row.Side side = new Row.Side(Statistics.median(turns.ours), turns.oursBest);
            Workload.Cost cost = ours.cost();
            double limit = cost.memoryBound() ? machine.read(cost.bytes(), threads) : machine.peak(threads);
            return new Row(
                    name,
                    threads,
                    Optional.of(side),
                    peer == null ? Optional.empty() : Optional.of(result(turns)),
                    Optional.of(Row.Share.of(cost, side.median(), limit)),
                    !disturbance.isEmpty(),
                    disturbance);
        }
    }

    /** What was wrong with the machine; empty if nothing. */
    private String disturbance(Turns turns, int threads) {
        double part = turns.probe / machine.peak(threads);
        if (!(part >= QUIET)) {
            return String.format(Locale.ROOT, "disturbed: the machine was at %.0f %% of its best", 100 * part);
        }
        return steady(turns.ours, turns.oursBest) && steady(turns.theirs, turns.theirsBest)
                ? ""
                : "disturbed: the median is far above the best";
    }

    private static boolean steady(double[] medians, double best) {
        return medians.length == 0 || Statistics.median(medians) <= STEADY * best;
    }

    private void warmUp(Workload workload) {
        long end = System.nanoTime() + options.warmUpMillis() * 1_000_000L;
        do {
            workload.run();
        } while (System.nanoTime() < end);
    }

    private Turns turns(Workload workload, String name, int threads, @Nullable Peer peer) throws PeerException {
        double[] ours = new double[options.pairs()];
        double[] theirs = new double[peer == null ? 0 : options.pairs()];
        double[] probes = new double[options.pairs()];
        double oursBest = Double.MAX_VALUE;
        double theirsBest = Double.MAX_VALUE;
        for (int i = 0; i < ours.length; i++) {
            pause();
            probes[i] = machine.probe(threads);
            double[] times = time(workload, options.turnMillis());
            ours[i] = Statistics.median(times);
            oursBest = Math.min(oursBest, Statistics.least(times));
            if (peer != null) {
                pause();
                double[] answer = peer.time(name, threads, options.turnMillis());
                theirs[i] = Statistics.median(answer);
                theirsBest = Math.min(theirsBest, Statistics.least(answer));
            }
        }
        return new Turns(ours, theirs, oursBest, theirsBest, Statistics.median(probes));
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in the race", interrupted);
        }
    }

    /** As the peer script times: one run that does not count, then runs until the time is over. */
    static double[] time(Workload workload, int milliseconds) {
        workload.run();
        double[] times = new double[64];
        int count = 0;
        long end = System.nanoTime() + milliseconds * 1_000_000L;
        do {
            if (count == times.length) {
                times = Arrays.copyOf(times, 2 * count);
            }
            long before = System.nanoTime();
            workload.run();
            times[count++] = (System.nanoTime() - before) * 1e-6;
        } while (System.nanoTime() < end);
        return Arrays.copyOf(times, count);
    }

    private static Result result(Turns turns) {
        double[] ratios = new double[turns.ours.length];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = turns.theirs[i] / turns.ours[i];
        }
        return new Result(
                new Row.Side(Statistics.median(turns.theirs), turns.theirsBest),
                Statistics.median(ratios),
                Statistics.quantile(ratios, 0.25),
                Statistics.quantile(ratios, 0.75),
                ratios.length);
    }

    /**
     * The geometric mean of the ratios.
     *
     * @param rows of the race
     * @param threads those rows alone
     * @return NaN if no row has a ratio
     */
    public static double geometricMean(List<Row> rows, int threads) {
        return Statistics.geometricMean(
                raced(rows, threads).map(row -> row.ratio().orElseThrow()).toList());
    }

    /**
     * What the geometric mean is over.
     *
     * @param rows of the race
     * @param threads those rows alone
     * @return how many rows have a ratio, and how many of them were disturbed, in words
     */
    public static String basis(List<Row> rows, int threads) {
        long disturbed = raced(rows, threads).filter(Row::disturbed).count();
        return raced(rows, threads).count() + " rows" + (disturbed == 0 ? "" : ", " + disturbed + " of them disturbed");
    }

    private static Stream<Row> raced(List<Row> rows, int threads) {
        return rows.stream()
                .filter(row -> row.threads() == threads && row.ratio().isPresent());
    }
}
