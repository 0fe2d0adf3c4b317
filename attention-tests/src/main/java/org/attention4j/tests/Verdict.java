package org.attention4j.tests;

/** What became of a law that concerns a mixer. */
public enum Verdict {
    /** It held in every case. */
    PASS,
    /** It was broken. */
    FAIL,
    /** The mixer does not declare the capability that the law needs, and refuses it as the contract says. */
    REFUSED,
    /** It was broken, as a waiver with a written reason says. */
    WAIVED,
    /** It concerns the mixer, but in this run there was nothing to check it on, as the note says: neither a pass nor a failure. */
    UNCHECKED
}
