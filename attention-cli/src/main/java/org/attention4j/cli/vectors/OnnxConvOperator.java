package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Tensor;

/**
 * ONNX's {@code Conv} over one axis: X {@code [B, C, L]}, W {@code [M, C / group, K]}, B {@code [M]}, with explicit or automatic
 * padding.
 */
final class OnnxConvOperator implements Operator {
    private final Mixers mixers;

    OnnxConvOperator(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public String name() {
        return "Conv";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Tensor x = reference.input("X");
        checkAxes(x);
        NamedTensors parameters = parameters(reference, "W", "B");
        PaddedConvolution convolution = new PaddedConvolution(
                mixers,
                parameters,
                reference.integer("group", 1),
                placing(reference, parameters.get("weight").extent(2), x.extent(2)));
        return Map.of("output.Y", convolution.new Pass(x).out());
    }

    /** Refuses images and what has still more axes than {@code [B, C, L]}. */
    static void checkAxes(Tensor input) throws UnsupportedCaseException {
        int axes = input.shape().rank() - 2;
        if (axes != 1) {
            throw new UnsupportedCaseException(
                    "no place in the library: a sequence has one axis of positions, this input has " + axes);
        }
    }

    /** Inputs as the parameters of a convolution; its bias may be left out. */
    static NamedTensors parameters(ReferenceCase reference, String weight, String bias) {
        NamedTensors parameters = NamedTensors.empty().with("weight", reference.input(weight));
        return reference.hasInput(bias) ? parameters.with("bias", reference.input(bias)) : parameters;
    }

    private static PaddedConvolution.Placing placing(ReferenceCase reference, int kernel, int length)
            throws UnsupportedCaseException {
        int stride = first(reference.attribute("strides"), 1);
        int dilation = first(reference.attribute("dilations"), 1);
        String automatic = reference.text("auto_pad", "NOTSET");
        switch (automatic) {
            case "", "NOTSET" -> {
                JsonNode pads = reference.attribute("pads");
                return new PaddedConvolution.Placing(
                        kernel, first(pads, 0), pads.path(1).asInt(0), stride, dilation);
            }
            case "VALID" -> {
                return new PaddedConvolution.Placing(kernel, 0, 0, stride, dilation);
            }
            case "SAME_UPPER", "SAME_LOWER" -> {
                int outputs = Math.ceilDiv(length, stride);
                int zeros = Math.max(0, (outputs - 1) * stride + dilation * (kernel - 1) + 1 - length);
                int fewer = zeros / 2; // an odd one is added at the end for UPPER, at the beginning for LOWER
                boolean upper = automatic.equals("SAME_UPPER");
                return new PaddedConvolution.Placing(
                        kernel, upper ? fewer : zeros - fewer, upper ? zeros - fewer : fewer, stride, dilation);
            }
            default -> throw new UnsupportedCaseException("auto_pad " + automatic + " is none of ONNX's");
        }
    }

    private static int first(JsonNode list, int otherwise) {
        return list.path(0).asInt(otherwise);
    }
}
