package org.attention4j.api;

/** A capability is used that this mixer, as configured, does not have. */
public final class UnsupportedCapabilityException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String mixer;
    private final transient Capability capability;
    private final String reason;

    /**
     * A new exception.
     *
     * @param mixer the mixer's id
     * @param capability what was asked for
     * @param reason why it is refused, with the values that matter
     */
    public UnsupportedCapabilityException(String mixer, Capability capability, String reason) {
        super(mixer + " does not support " + capability.label() + ": " + reason);
        this.mixer = mixer;
        this.capability = capability;
        this.reason = reason;
    }

    /**
     * The mixer's id.
     *
     * @return the value
     */
    public String mixer() {
        return mixer;
    }

    /**
     * What was asked for.
     *
     * @return the value
     */
    public Capability capability() {
        return capability;
    }

    /**
     * Why it is refused, with the values that matter.
     *
     * @return the value
     */
    public String reason() {
        return reason;
    }
}
