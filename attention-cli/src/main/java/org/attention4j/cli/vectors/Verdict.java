package org.attention4j.cli.vectors;

/** The outcome of a case. */
public enum Verdict {
    /** Every result is within its tolerance. */
    PASS,
    /** A result is missing, has the wrong shape or is out of tolerance. */
    FAIL,
    /** The case asks for what the library does not promise. */
    UNSUPPORTED
}
