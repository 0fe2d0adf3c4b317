package org.attention4j.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A row of the report: a workload on a number of threads.
 *
 * @param workload its name
 * @param threads how many
 * @param ours our timings; absent if the workload is not there yet
 * @param theirs PyTorch's; absent if it did not run
 * @param share what part of the machine's best our median is
 * @param disturbed whether something else had the machine while the row was run, so that it says little
 * @param note why something is absent or doubtful; may be empty
 */
public record Row(
        String workload,
        int threads,
        Optional<Side> ours,
        Optional<Race.Result> theirs,
        Optional<Share> share,
        boolean disturbed,
        String note) {
    /**
     * One side's timings.
     *
     * @param median milliseconds of a run, the median of the turns' medians
     * @param best milliseconds of the fastest run
     */
    public record Side(double median, double best) {}

    /**
     * A speed, and what part of the machine's best it is.
     *
     * @param memory whether memory is the measure: GB/s; else GFLOP/s
     * @param speed ours, at the median
     * @param limit of the machine, measured in the same run
     */
    public record Share(boolean memory, double speed, double limit) {
        /**
         * The part.
         *
         * @return 1 for all
         */
        public double part() {
            return speed / limit;
        }

        static Share of(Workload.Cost cost, double milliseconds, double limit) {
            double work = cost.memoryBound() ? cost.bytes() : cost.flops();
            return new Share(cost.memoryBound(), work / milliseconds * 1e-6, limit);
        }
    }

    /**
     * Our speed over PyTorch's.
     *
     * @return the median of the pairs' ratios; absent if either did not run
     */
    public OptionalDouble ratio() {
        return theirs.isPresent() ? OptionalDouble.of(theirs.get().ratio()) : OptionalDouble.empty();
    }
}
