package org.attention4j.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.attention4j.kernels.Kernels;

/**
 * Looks for kernels that run an order of magnitude below their usual share of the machine's peak: then the compiler gave up, and
 * vectors are objects. Whether it does can depend on what was compiled before, so the kernels run in several orders, each in a
 * JVM of its own.
 */
public final class Canary {
    private static final String OTHER_WIDTHS = "after vectors of other widths";

    /** As listed, the other way round, as listed but not first in the program, and at random with these numbers as seeds. */
    private static final List<String> ORDERS = List.of("listed", "reversed", OTHER_WIDTHS, "1", "2");

    private static final double ORDER_OF_MAGNITUDE = 0.1;
    private static final long WARM_UP_NANOS = 200_000_000;
    private static final long TURN_NANOS = 10_000_000;
    private static final int TURNS = 3;

    /** How long a kernel may stay slow: on a busy machine the compiler, too, waits for its turn. */
    private static final long PATIENCE_NANOS = 6_000_000_000L;

    private Canary() {}

    /**
     * A kernel in one order.
     *
     * @param order which
     * @param kernel which
     * @param share of the machine's peak that it reached
     * @param usual share
     */
    public record Sighting(String order, String kernel, double share, double usual) {
        /**
         * Whether it is far too slow.
         *
         * @return true if the canary has died
         */
        public boolean dead() {
            return !(share >= ORDER_OF_MAGNITUDE * usual);
        }

        /** With the kernel's name and how slow it is. */
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s runs at %.4f %% of the machine's peak, usually at %.4f %% (order of execution: %s)",
                    kernel,
                    100 * share,
                    100 * usual,
                    order);
        }
    }

    /**
     * The orders of execution.
     *
     * @return their names
     */
    public static List<String> orders() {
        return ORDERS;
    }

    /**
     * Runs all kernels in a JVM of their own.
     *
     * @param order one of {@link #orders}
     * @return what was seen
     * @throws IOException if the JVM fails
     */
    public static List<Sighting> watch(String order) throws IOException {
        List<Sighting> seen = new ArrayList<>();
        FreshJvm.run(Canary.class, List.of(order), line -> {
            String[] parts = line.split("\t");
            seen.add(new Sighting(order, parts[0], Double.parseDouble(parts[1]), Double.parseDouble(parts[2])));
        });
        return seen;
    }

    /**
     * The other JVM's part: prints a line for each kernel.
     *
     * @param arguments the order
     */
    public static void main(String[] arguments) {
        String order = arguments[0];
        List<KernelCase> cases = new ArrayList<>(KernelCases.of(Kernels.preferred()));
        if (order.equals("reversed")) {
            Collections.reverse(cases);
        } else if (order.equals(OTHER_WIDTHS)) {
            OtherWidths.run();
        } else if (!order.equals("listed")) {
            Collections.shuffle(cases, new Random(Long.parseLong(order)));
        }
        Machine machine = new Machine();
        for (KernelCase kernel : cases) {
            System.out.println(kernel.name() + "\t" + share(kernel, machine) + "\t" + kernel.usual());
        }
    }

    /** Of the machine's peak, the best of a few turns; of many more while it is far below the usual. */
    private static double share(KernelCase kernel, Machine machine) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        double share;
        do {
            run(kernel, WARM_UP_NANOS);
            double best = 0;
            for (int i = 0; i < TURNS; i++) {
                best = Math.max(best, run(kernel, TURN_NANOS));
            }
            machine.probe(1);
            share = kernel.work() * best * 1e-9 / machine.peak(1);
        } while (!(share >= ORDER_OF_MAGNITUDE * kernel.usual()) && System.nanoTime() < end);
        return share;
    }

    /** Runs a second. */
    private static double run(KernelCase kernel, long nanos) {
        long start = System.nanoTime();
        long runs = 0;
        long now;
        do {
            for (int i = 0; i < 8; i++) {
                kernel.run().run();
            }
            runs += 8;
            now = System.nanoTime();
        } while (now - start < nanos);
        return runs / ((now - start) * 1e-9);
    }
}
