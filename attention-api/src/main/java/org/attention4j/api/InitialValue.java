package org.attention4j.api;

/** How the elements of a new parameter are drawn. */
public sealed interface InitialValue {
    /**
     * Every element the same.
     *
     * @param value the value
     */
    record Constant(float value) implements InitialValue {}

    /**
     * Uniform in [−bound, bound).
     *
     * @param bound at least 0
     */
    record Uniform(float bound) implements InitialValue {
        /** Refuses a bound that is none. */
        public Uniform {
            if (!(bound >= 0 && bound < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("bound " + bound + " of an initial value is not in [0, ∞)");
            }
        }
    }

    /**
     * Uniform in [from, to).
     *
     * @param from at most {@code to}
     * @param to finite
     */
    record Between(float from, float to) implements InitialValue {
        /** Refuses bounds that are none. */
        public Between {
            if (!(from <= to && Float.isFinite(from) && Float.isFinite(to))) {
                throw new IllegalArgumentException("an initial value is not between " + from + " and " + to
                        + ": both finite, the first at most the second");
            }
        }
    }

    /**
     * All zeros, as biases start.
     *
     * @return the value
     */
    static InitialValue zeros() {
        return new Constant(0);
    }

    /**
     * All ones, as the gains of normalisations start.
     *
     * @return the value
     */
    static InitialValue ones() {
        return new Constant(1);
    }

    /**
     * Uniform in [−bound, bound).
     *
     * @param bound at least 0
     * @return the value
     */
    static InitialValue uniform(double bound) {
        return new Uniform((float) bound);
    }

    /**
     * Uniform in [from, to), as factors and decays start that are not centred on 0.
     *
     * @param from at most {@code to}
     * @param to finite
     * @return the value
     */
    static InitialValue between(double from, double to) {
        return new Between((float) from, (float) to);
    }

    /**
     * Uniform with bound √(6 / (fanIn + fanOut)) (Glorot and Bengio 2010, equation 16).
     *
     * @param fanIn inputs of each unit
     * @param fanOut units that read each input
     * @return the value
     */
    static InitialValue xavier(long fanIn, long fanOut) {
        return uniform(Math.sqrt(6.0 / (fanIn + fanOut)));
    }
}
