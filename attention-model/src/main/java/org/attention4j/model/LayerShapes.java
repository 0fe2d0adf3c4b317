package org.attention4j.model;

import org.attention4j.api.Gradients;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OverlapException;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;

/** Checks what a layer is given, before anything is written. */
final class LayerShapes {
    private LayerShapes() {}

    static void checkForward(Layer layer, Sequences in, Tensor out) {
        check("input", in.tensor(), in, layer.inputWidth());
        check("output", out, in, layer.outputWidth());
        if (out.overlaps(in.tensor())) {
            throw new OverlapException("the output", "the input");
        }
    }

    static void checkBackward(Layer layer, Sequences in, Tensor dOut, Gradients gradients) {
        check("input", in.tensor(), in, layer.inputWidth());
        check("cotangent", dOut, in, layer.outputWidth());
        if (gradients.input().isPresent()) {
            check("gradient of the input", gradients.input().get(), in, layer.inputWidth());
        }
        Parameters.checkGradients(layer.parameterSpecs(), gradients.parameters());
    }

    /** Demands {@code [B, T, width]}. A shape is made only to be shown: calls allocate nothing. */
    static void check(String what, Tensor tensor, Sequences in, int width) {
        if (tensor.shape().rank() != 3
                || tensor.extent(0) != in.batch()
                || tensor.extent(1) != in.time()
                || tensor.extent(2) != width) {
            MixerSpec.check(what, tensor, Shape.of(in.batch(), in.time(), width));
        }
    }
}
