package org.attention4j.tests.laws;

import java.util.EnumMap;
import java.util.Map;
import org.attention4j.api.Exactness;

/** The largest differences that comparisons let pass during a run, because mixers declare a bound instead of bits. For one run's thread. */
public final class Differences {
    private static final ScopedValue<Differences> OF_RUN = ScopedValue.newInstance();

    private final Map<Exactness.Measure, Double> largest = new EnumMap<>(Exactness.Measure.class);

    /** None yet. */
    public Differences() {}

    /**
     * Runs laws, and remembers what their comparisons let pass on the calling thread.
     *
     * @param laws checks them
     */
    public void during(Runnable laws) {
        ScopedValue.where(OF_RUN, this).run(laws);
    }

    static void letPass(Exactness.Measure measure, double share) {
        if (OF_RUN.isBound()) {
            OF_RUN.get().largest.merge(measure, share, Math::max);
        }
    }

    /**
     * The largest of all.
     *
     * @param measure what a bound is relative to
     * @return relative to that; 0 where all bits were the same
     */
    public double largest(Exactness.Measure measure) {
        return largest.getOrDefault(measure, 0.0);
    }
}
