package org.attention4j.bench;

import java.io.IOException;
import java.util.List;

/** PyTorch's side does not answer, or answers nonsense. */
public final class PeerException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient List<String> errors;

    PeerException(String message, List<String> errors) {
        super(message);
        this.errors = List.copyOf(errors);
    }

    /**
     * What it wrote to standard error last.
     *
     * @return lines
     */
    public List<String> errors() {
        return errors == null ? List.of() : errors;
    }
}
