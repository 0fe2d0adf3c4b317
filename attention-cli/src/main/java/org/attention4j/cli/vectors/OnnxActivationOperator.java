package org.attention4j.cli.vectors;

import java.util.Map;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * ONNX's {@code Gelu} (with erf or tanh), {@code Swish}, x · sigmoid(α x), and {@code SwiGLU}, the Swish of the gate A times B.
 */
final class OnnxActivationOperator implements Operator {
    private final String name;

    OnnxActivationOperator(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Tensor x = reference.input(name.equals("SwiGLU") ? "A" : "X");
        float[] y = name.equals("Gelu") ? gelu(reference, x) : swish(reference, x);
        if (name.equals("SwiGLU")) {
            Tensor factor = reference.input("B");
            MixerSpec.check("B", factor, x.shape());
            Kernels.preferred().multiplyElementwise(y, 0, factor.toArray(), 0, y, 0, y.length);
        }
        return Map.of("output.Y", Tensor.of(y, x.shape().extents()));
    }

    private static float[] gelu(ReferenceCase reference, Tensor x) throws UnsupportedCaseException {
        String approximate = reference.text("approximate", "none");
        float[] y = x.toArray();
        switch (approximate) {
            case "", "none" -> Kernels.preferred().apply(Activation.GELU, y, 0, y, 0, y.length);
            case "tanh" -> Kernels.preferred().apply(Activation.GELU_TANH, y, 0, y, 0, y.length);
            default ->
                throw new UnsupportedCaseException("Gelu: approximate '" + approximate + "' is not none or tanh");
        }
        return y;
    }

    private static float[] swish(ReferenceCase reference, Tensor x) {
        float alpha = (float) reference.number("alpha", 1);
        Kernels kernels = Kernels.preferred();
        float[] y = x.toArray();
        if (alpha == 1) {
            kernels.apply(Activation.SILU, y, 0, y, 0, y.length);
        } else {
            kernels.scale(y, 0, y.length, alpha);
            kernels.apply(Activation.SIGMOID, y, 0, y, 0, y.length);
            kernels.multiplyElementwise(x.toArray(), 0, y, 0, y, 0, y.length);
        }
        return y;
    }
}
