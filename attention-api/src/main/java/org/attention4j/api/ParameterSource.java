package org.attention4j.api;

import java.util.Objects;

/** Where the parameters of a new mixer come from: a seed, tensors at hand, a file. */
@FunctionalInterface
public interface ParameterSource {
    /**
     * Fills one parameter. A mixer asks once for each parameter of its specification, in order.
     *
     * @param parameter which
     * @param target of the parameter's shape, zeros; every element is to be written
     * @throws MixerException if the source has no such parameter, or one of another shape
     */
    void fill(ParameterSpec parameter, Tensor target);

    /**
     * The given tensors.
     *
     * @param tensors by parameter name; copied when a mixer is made
     * @return a source that refuses a missing name or another shape
     */
    static ParameterSource of(NamedTensors tensors) {
        Objects.requireNonNull(tensors, "tensors");
        return (parameter, target) -> {
            Tensor given = tensors.get(parameter.name());
            if (!given.shape().equals(parameter.shape())) {
                throw new ShapeMismatchException(
                        "parameter '" + parameter.name() + "'", parameter.shape(), given.shape());
            }
            target.copyFrom(given);
        };
    }

    /**
     * This source for the parameters whose names have a prefix, as {@code state_dict} files have them.
     *
     * @param prefix put before the name: {@code "encoder.layer.0.attention."}
     * @return a source of the names without it
     */
    default ParameterSource under(String prefix) {
        return (parameter, target) ->
                fill(new ParameterSpec(prefix + parameter.name(), parameter.shape(), parameter.initial()), target);
    }
}
