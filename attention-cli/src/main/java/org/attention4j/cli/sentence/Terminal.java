package org.attention4j.cli.sentence;

/**
 * What standard output can do.
 *
 * @param colours whether it understands the 256 colours of xterm
 * @param columns how wide it is; {@link #ENDLESS} for a file or a pipe
 */
public record Terminal(boolean colours, int columns) {
    /** The width of what is no terminal. */
    public static final int ENDLESS = Integer.MAX_VALUE;

    /** A file or a pipe. */
    public static final Terminal NONE = new Terminal(false, ENDLESS);

    private static final String COLOURS = "attention4j.colours";
    private static final String COLUMNS = "attention4j.columns";
    private static final int NARROWEST = 40;

    /**
     * Whether there is a terminal.
     *
     * @return false for a file or a pipe
     */
    public boolean isThere() {
        return columns != ENDLESS;
    }

    /**
     * What the launcher found out: it is asked because the JVM cannot tell.
     *
     * @return the terminal, or {@link #NONE}
     */
    public static Terminal ofLauncher() {
        int columns = Integer.getInteger(COLUMNS, 0);
        return new Terminal(Boolean.getBoolean(COLOURS), columns <= 0 ? ENDLESS : Math.max(NARROWEST, columns));
    }
}
