package org.attention4j.api;

import java.util.Objects;

/**
 * One parameter of a mixer.
 *
 * @param name PyTorch's where PyTorch has the layer
 * @param shape its shape
 * @param initial what a new one holds before training
 */
public record ParameterSpec(String name, Shape shape, InitialValue initial) {
    /** Refuses null. */
    public ParameterSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(shape, "shape");
        Objects.requireNonNull(initial, "initial");
    }
}
