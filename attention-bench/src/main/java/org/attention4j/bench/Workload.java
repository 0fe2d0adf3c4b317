package org.attention4j.bench;

import java.util.Map;

/**
 * Something to be timed, ready to run: inputs, packed parameters, outputs and a workspace are there. One thread at a time.
 */
public interface Workload extends AutoCloseable {
    /**
     * What a run costs at least.
     *
     * @param flops operations
     * @param bytes traffic to and from memory; 0 where it does not matter
     */
    record Cost(double flops, double bytes) {
        /** Fewer operations a byte than this, and memory is the limit: a core does some 5 to 10 while it reads one. */
        private static final double BALANCE = 4;

        /**
         * Whether memory is the measure.
         *
         * @return true if it is
         */
        public boolean memoryBound() {
            return bytes > 0 && flops / bytes < BALANCE;
        }
    }

    /**
     * What a run costs at least.
     *
     * @return operations and bytes
     */
    Cost cost();

    /** Runs once. */
    void run();

    /**
     * Runs once from the start and shows what came out.
     *
     * @return copies of the outputs, by the names of the peer script
     */
    Map<String, float[]> compute();

    /** Ends its threads. */
    @Override
    void close();
}
