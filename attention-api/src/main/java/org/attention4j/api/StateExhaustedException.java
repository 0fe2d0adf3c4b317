package org.attention4j.api;

/**
 * A state has no room for the positions of a step, or does not remember as many as a rollback asks for, or is asked for a negative number of
 * them. The state is as it was.
 */
public final class StateExhaustedException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String what;
    private final long needed;
    private final long available;

    /**
     * A new exception.
     *
     * @param what what was asked for
     * @param needed how many positions it needs
     * @param available how many there are
     */
    public StateExhaustedException(String what, long needed, long available) {
        super(
                needed < 0
                        ? what + " of " + needed + " positions; allowed are 0 to " + available
                        : what + " needs " + needed + " positions, the state has " + available);
        this.what = what;
        this.needed = needed;
        this.available = available;
    }

    /**
     * What was asked for.
     *
     * @return the value
     */
    public String what() {
        return what;
    }

    /**
     * How many positions it needs.
     *
     * @return the value
     */
    public long needed() {
        return needed;
    }

    /**
     * How many there are.
     *
     * @return the value
     */
    public long available() {
        return available;
    }
}
