package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Gradients;
import org.attention4j.api.Mixers;
import org.attention4j.api.Tensor;

/**
 * PyTorch's {@code nn.Conv1d} on input {@code [B, C, L]} or {@code [C, L]}, padded on the left by {@code left_pad} zeros
 * beforehand.
 */
final class ConvolutionOperator implements Operator {
    private final Mixers mixers;

    ConvolutionOperator(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public String name() {
        return "conv1d";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        PaddedConvolution convolution = new PaddedConvolution(
                mixers, reference.parameters(), reference.integer("groups", 1), placing(reference));
        Tensor input = reference.input("input");
        boolean batched = input.shape().rank() == 3;
        PaddedConvolution.Pass pass = convolution.new Pass(batched ? input : asBatch(input));
        Map<String, Tensor> results = new LinkedHashMap<>();
        results.put("output.output", batched ? pass.out() : pass.out().slice(0));
        if (reference.hasGradients()) {
            Tensor dOut = reference.cotangent("output");
            Gradients gradients = pass.backward(batched ? dOut : asBatch(dOut));
            Tensor dIn = gradients.input().orElseThrow();
            results.put("grad.input.input", batched ? dIn : dIn.slice(0));
            gradients.parameters().forEach((name, tensor) -> results.put("grad.param." + name, tensor));
        }
        return results;
    }

    private static Tensor asBatch(Tensor tensor) {
        return tensor.reshape(1, tensor.extent(0), tensor.extent(1));
    }

    private static PaddedConvolution.Placing placing(ReferenceCase reference) throws UnsupportedCaseException {
        String mode = reference.text("padding_mode", "zeros");
        if (!mode.equals("zeros")) {
            throw new UnsupportedCaseException(
                    "padding_mode " + mode + " has no place in the library: what is before a sequence counts as 0");
        }
        int kernel = reference.parameters().get("weight").extent(2);
        int dilation = number(reference, "dilation", 1);
        int left = reference.integer("left_pad", 0);
        if (reference.attribute("padding").asText().equals("same")) {
            PaddedConvolution.Placing same = PaddedConvolution.Placing.same(kernel, dilation);
            return new PaddedConvolution.Placing(kernel, same.before() + left, same.after(), 1, dilation);
        }
        int padding = reference.attribute("padding").asText().equals("valid") ? 0 : number(reference, "padding", 0);
        return new PaddedConvolution.Placing(kernel, padding + left, padding, number(reference, "stride", 1), dilation);
    }

    /** PyTorch takes a number and a list of one. */
    private static int number(ReferenceCase reference, String attribute, int otherwise) {
        JsonNode given = reference.attribute(attribute);
        return given.isArray() ? given.path(0).asInt(otherwise) : given.asInt(otherwise);
    }
}
