package org.attention4j.api;

/**
 * A call was given up because its thread was interrupted. The thread's interrupt flag is still set. Outputs and gradients
 * hold some of the results and are to be thrown away; states, parameters and the mixer are as they were before the call, and
 * the workspace serves the next one.
 */
public final class CancelledException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String thread;

    /**
     * A new exception.
     *
     * @param thread name of the thread that was interrupted
     */
    public CancelledException(String thread) {
        super("cancelled: the calling thread '" + thread + "' is interrupted; clear its interrupt flag and call again");
        this.thread = thread;
    }

    /**
     * The thread that was interrupted.
     *
     * @return its name
     */
    public String thread() {
        return thread;
    }
}
