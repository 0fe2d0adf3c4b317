package org.attention4j.api;

/** A file or stream is not what it claims to be. */
public final class CorruptFileException extends MixerException {
    private static final long serialVersionUID = 1L;

    private final String source;
    private final long offset;
    private final String problem;

    /**
     * A new exception.
     *
     * @param source the file
     * @param offset the byte at which it goes wrong
     * @param problem what is wrong there, with the values
     */
    public CorruptFileException(String source, long offset, String problem) {
        super(source + ": " + problem + " (at byte " + offset + ")");
        this.source = source;
        this.offset = offset;
        this.problem = problem;
    }

    /**
     * The file.
     *
     * @return the value
     */
    public String source() {
        return source;
    }

    /**
     * The byte at which it goes wrong.
     *
     * @return the value
     */
    public long offset() {
        return offset;
    }

    /**
     * What is wrong there, with the values.
     *
     * @return the value
     */
    public String problem() {
        return problem;
    }
}
