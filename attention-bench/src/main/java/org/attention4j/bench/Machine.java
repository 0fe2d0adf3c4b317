package org.attention4j.bench;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What the machine can do at most, measured here and now: float32 multiply-adds, and reading memory. Shares of a race's rows
 * are shares of the best that was seen in the same run.
 */
public final class Machine {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /**
     * Independent chains of multiply-adds: two units of four cycles of latency need 8. More than 14 would not fit the 16
     * registers of AVX2 beside the two factors.
     */
    private static final int CHAINS = 10;

    private static final int ROUNDS = 500_000;
    private static final int TRIES = 8;
    private static final long READ_NANOS = 200_000_000;

    private final Map<Integer, Double> peaks = new ConcurrentHashMap<>();
    private final Map<String, Double> reads = new ConcurrentHashMap<>();
    private final float[] starts = new float[CHAINS * SPECIES.length()];
    private final float[] sink = new float[1024];

    /** Measures nothing yet, but has the probe compiled. */
    public Machine() {
        for (int i = 0; i < starts.length; i++) {
            starts[i] = 1 + i * 0x1p-10f; // all different, or the compiler makes one chain of them
        }
        for (int i = 0; i < 30; i++) {
            sink[0] = chains(starts, ROUNDS, 0.5f, 0.75f);
        }
        float[] memory = new float[4096];
        for (int i = 0; i < 20_000; i++) {
            sink[0] += sum(memory, 0, memory.length);
        }
    }

    /**
     * Measures multiply-adds, for some milliseconds. The best of the pieces counts for the {@link #peak}.
     *
     * @param threads how many at once
     * @return GFLOP/s of all pieces: what a program gets now, beside whatever else is running
     */
    public double probe(int threads) {
        double best = Double.MAX_VALUE;
        double all = 0;
        for (int i = 0; i < TRIES; i++) {
            double seconds = Together.seconds(threads, thread -> sink[thread] = chains(starts, ROUNDS, 0.5f, 0.75f));
            best = Math.min(best, seconds);
            all += seconds;
        }
        double flops = 2.0 * ROUNDS * starts.length * threads;
        peaks.merge(threads, flops / best * 1e-9, Math::max);
        return TRIES * flops / all * 1e-9;
    }

    /**
     * The best that {@link #probe} has seen.
     *
     * @param threads how many at once
     * @return GFLOP/s
     */
    public double peak(int threads) {
        if (!peaks.containsKey(threads)) {
            probe(threads);
        }
        return peaks.get(threads);
    }

    /** x ← x · factor + term in chains that converge to a small number and never meet. */
    private static float chains(float[] starts, int rounds, float factor, float term) {
        int lanes = SPECIES.length();
        FloatVector f = FloatVector.broadcast(SPECIES, factor);
        FloatVector t = FloatVector.broadcast(SPECIES, term);
        FloatVector x0 = FloatVector.fromArray(SPECIES, starts, 0);
        FloatVector x1 = FloatVector.fromArray(SPECIES, starts, lanes);
        FloatVector x2 = FloatVector.fromArray(SPECIES, starts, 2 * lanes);
        FloatVector x3 = FloatVector.fromArray(SPECIES, starts, 3 * lanes);
        FloatVector x4 = FloatVector.fromArray(SPECIES, starts, 4 * lanes);
        FloatVector x5 = FloatVector.fromArray(SPECIES, starts, 5 * lanes);
        FloatVector x6 = FloatVector.fromArray(SPECIES, starts, 6 * lanes);
        FloatVector x7 = FloatVector.fromArray(SPECIES, starts, 7 * lanes);
        FloatVector x8 = FloatVector.fromArray(SPECIES, starts, 8 * lanes);
        FloatVector x9 = FloatVector.fromArray(SPECIES, starts, 9 * lanes);
        for (int i = 0; i < rounds; i++) {
            x0 = x0.fma(f, t);
            x1 = x1.fma(f, t);
            x2 = x2.fma(f, t);
            x3 = x3.fma(f, t);
            x4 = x4.fma(f, t);
            x5 = x5.fma(f, t);
            x6 = x6.fma(f, t);
            x7 = x7.fma(f, t);
            x8 = x8.fma(f, t);
            x9 = x9.fma(f, t);
        }
        FloatVector low = x0.add(x1).add(x2.add(x3)).add(x4);
        return low.add(x5.add(x6)).add(x7.add(x8)).add(x9).reduceLanes(VectorOperators.ADD);
    }

    /**
     * Measures reading an amount of memory again and again.
     *
     * @param bytes how much; what fits a cache is read from there
     * @param threads how many at once, each its part
     * @return GB/s, the best that was seen for this amount
     */
    public double read(double bytes, int threads) {
        return reads.merge((long) bytes + "/" + threads, measureRead((long) bytes, threads), Math::max);
    }

    private double measureRead(long bytes, int threads) {
        int lanes = SPECIES.length();
        int block = 8 * lanes;
        int each = (int) Math.max(block, bytes / 4 / threads / block * block);
        float[] memory = new float[Math.multiplyExact(each, threads)];
        int repeats = Math.max(1, (int) (4_000_000L / memory.length));
        double best = Double.MAX_VALUE;
        long end = System.nanoTime() + READ_NANOS;
        do {
            double seconds = Together.seconds(threads, thread -> {
                for (int i = 0; i < repeats; i++) {
                    sink[thread] += sum(memory, thread * each, each);
                }
            });
            best = Math.min(best, seconds);
        } while (System.nanoTime() < end);
        return 4.0 * memory.length * repeats / best * 1e-9;
    }

    private static float sum(float[] x, int offset, int n) {
        int lanes = SPECIES.length();
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = s0;
        FloatVector s2 = s0;
        FloatVector s3 = s0;
        FloatVector s4 = s0;
        FloatVector s5 = s0;
        FloatVector s6 = s0;
        FloatVector s7 = s0;
        for (int i = 0; i < n; i += 8 * lanes) {
            int at = offset + i;
            s0 = s0.add(FloatVector.fromArray(SPECIES, x, at));
            s1 = s1.add(FloatVector.fromArray(SPECIES, x, at + lanes));
            s2 = s2.add(FloatVector.fromArray(SPECIES, x, at + 2 * lanes));
            s3 = s3.add(FloatVector.fromArray(SPECIES, x, at + 3 * lanes));
            s4 = s4.add(FloatVector.fromArray(SPECIES, x, at + 4 * lanes));
            s5 = s5.add(FloatVector.fromArray(SPECIES, x, at + 5 * lanes));
            s6 = s6.add(FloatVector.fromArray(SPECIES, x, at + 6 * lanes));
            s7 = s7.add(FloatVector.fromArray(SPECIES, x, at + 7 * lanes));
        }
        return s0.add(s1).add(s2.add(s3)).add(s4.add(s5).add(s6.add(s7))).reduceLanes(VectorOperators.ADD);
    }
}
