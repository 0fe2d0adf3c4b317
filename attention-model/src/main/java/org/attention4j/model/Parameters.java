package org.attention4j.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.OverlapException;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnknownTensorException;

/** What layers have in common at the door: filling parameters, checking shapes. */
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

    /** The specification of a parameter inside a larger part. */
    static ParameterSpec under(String prefix, ParameterSpec spec) {
        return new ParameterSpec(prefix + spec.name(), spec.shape(), spec.initial());
    }

    static void checkForward(Layer layer, Sequences in, Tensor out) {
        checkLike("input", in.tensor(), in, layer.inputWidth());
        checkLike("output", out, in, layer.outputWidth());
        if (out.overlaps(in.tensor())) {
            throw new OverlapException("the output", "the input");
        }
    }

    static void checkBackward(Layer layer, Sequences in, Tensor dOut, Gradients gradients) {
        checkLike("input", in.tensor(), in, layer.inputWidth());
        checkLike("cotangent", dOut, in, layer.outputWidth());
        if (gradients.input().isPresent()) {
            checkLike("gradient of the input", gradients.input().get(), in, layer.inputWidth());
        }
        checkGradients(layer.parameterSpecs(), gradients.parameters());
    }

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

    /** Compares without making a shape, unless it is to be shown. */
    private static void checkLike(String what, Tensor tensor, Sequences in, int width) {
        if (tensor.shape().rank() != 3
                || tensor.extent(0) != in.batch()
                || tensor.extent(1) != in.time()
                || tensor.extent(2) != width) {
            MixerSpec.check(what, tensor, Shape.of(in.batch(), in.time(), width));
        }
    }
}
