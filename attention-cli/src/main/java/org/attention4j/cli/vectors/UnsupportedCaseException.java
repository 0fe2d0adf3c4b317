package org.attention4j.cli.vectors;

/** A case asks for what the library does not promise. */
final class UnsupportedCaseException extends Exception {
    private static final long serialVersionUID = 1L;

    UnsupportedCaseException(String reason) {
        super(reason);
    }
}
