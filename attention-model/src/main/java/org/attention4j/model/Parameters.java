package org.attention4j.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnknownTensorException;

/** What layers have in common: filling their parameters, naming them inside a larger part, and checking gradients of them. */
final class Parameters {
    private Parameters() {}

    /** New tensors on the heap, at offset 0 of arrays of their own. */
    static NamedTensors filled(List<ParameterSpec> specs, ParameterSource source) {
        Objects.requireNonNull(source, "parameters");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec spec : specs) {
            Tensor tensor = Tensor.zeros(spec.shape());
            source.fill(spec, tensor);
            tensors.put(spec.name(), tensor);
        }
        return NamedTensors.of(tensors);
    }

    /** Specifications of parameters inside a larger part. */
    static List<ParameterSpec> under(String prefix, List<ParameterSpec> specs) {
        return specs.stream()
                .map(spec -> new ParameterSpec(prefix + spec.name(), spec.shape(), spec.initial()))
                .toList();
    }

    /** Demands that every gradient is of one of these parameters, and of its shape. */
    static void checkGradients(List<ParameterSpec> specs, NamedTensors gradients) {
        Map<String, Shape> known = new LinkedHashMap<>();
        specs.forEach(spec -> known.put(spec.name(), spec.shape()));
        gradients.forEach((name, tensor) -> {
            Shape shape = known.get(name);
            if (shape == null) {
                throw new UnknownTensorException(name, known.keySet());
            }
            MixerSpec.check("gradient of '" + name + "'", tensor, shape);
        });
    }
}
