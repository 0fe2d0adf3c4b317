package org.attention4j.api;

/**
 * What goes wrong with a mixer, its configuration, its inputs, its state or its files. The message has the offending
 * values, and so have the accessors of each kind. Outputs, gradients and states are as they were before the call;
 * after a {@link CancelledException}, which comes in its midst, the states.
 */
public abstract class MixerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A new exception.
     *
     * @param message what is wrong, with the values and what is allowed
     */
    protected MixerException(String message) {
        super(message);
    }

    /**
     * A new exception with a cause.
     *
     * @param message what is wrong, with the values and what is allowed
     * @param cause what led to it
     */
    protected MixerException(String message, Throwable cause) {
        super(message, cause);
    }
}
