package org.attention4j.cli.vectors;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Mixers;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;

/**
 * PyTorch's {@code nn.Conv1d} on input {@code [B, C, L]}, padded on the left by {@code left_pad} zeros beforehand.
 *
 * <p>{@code padding="same"} is the centred convolution. Otherwise the case is a causal convolution of which the first {@code
 * dilation·(kernel − 1) − left_pad} outputs, that would reach back further than the padding, are left out.
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
        boolean same = reference.attribute("padding").asText().equals("same");
        int dropped = dropped(reference, same);
        Differentiable convolution = mixer(reference, same);
        Sequences in = Sequences.of(Layouts.swapInner(reference.input("input")));
        Tensor out = Tensor.zeros(convolution.spec().outputShape(in));
        Recording recording = convolution.record(in, out);
        Map<String, Tensor> results = new LinkedHashMap<>();
        results.put("output.output", dropFirst(Layouts.swapInner(out), dropped));
        if (reference.hasGradients()) {
            Gradients gradients = Gradients.zeros(convolution.spec(), in);
            Tensor dOut = Layouts.swapInner(addFirst(reference.cotangent("output"), dropped));
            convolution.backward(recording, dOut, gradients);
            gradients.input().ifPresent(dIn -> results.put("grad.input.input", Layouts.swapInner(dIn)));
            gradients.parameters().forEach((name, tensor) -> results.put("grad.param." + name, tensor));
        }
        return results;
    }

    private static int dropped(ReferenceCase reference, boolean same) throws UnsupportedCaseException {
        int padding = reference.integer("padding", 0);
        int stride = reference.integer("stride", 1);
        int reach = reference.integer("dilation", 1) * (reference.integer("kernel_size", 1) - 1);
        int dropped = reach - reference.integer("left_pad", 0);
        if (stride != 1) {
            throw new UnsupportedCaseException("stride " + stride + ": a mixer gives one output for each position");
        }
        if (!same && (padding != 0 || dropped < 0)) {
            throw new UnsupportedCaseException("padding " + padding + " with " + reference.integer("left_pad", 0)
                    + " zeros on the left: more outputs than positions");
        }
        return same ? 0 : dropped;
    }

    private Differentiable mixer(ReferenceCase reference, boolean same) throws UnsupportedCaseException {
        MixerConfig config = MixerConfig.width(reference.integer("in_channels", 0))
                .with("output-width", reference.integer("out_channels", 0))
                .with("kernel", reference.integer("kernel_size", 0))
                .with("dilation", reference.integer("dilation", 1))
                .with("groups", reference.integer("groups", 1))
                .with("bias", reference.flag("bias"))
                .with("causal", !same);
        try {
            mixers.spec("convolution", config);
        } catch (BadConfigurationException refused) {
            throw new UnsupportedCaseException("convolution: " + refused.getMessage());
        }
        return mixers.create("convolution", config, ParameterSource.of(reference.parameters()))
                .require(Differentiable.class);
    }

    /** {@code [B, C, L]} without its first positions. */
    private static Tensor dropFirst(Tensor tensor, int count) {
        int kept = Math.max(0, tensor.extent(2) - count);
        Tensor shorter = Tensor.zeros(tensor.extent(0), tensor.extent(1), kept);
        copyRows(tensor, tensor.extent(2) - kept, shorter, 0, kept);
        return shorter;
    }

    /** {@code [B, C, L]} with zeros before its first position. */
    private static Tensor addFirst(Tensor tensor, int count) {
        Tensor longer = Tensor.zeros(tensor.extent(0), tensor.extent(1), tensor.extent(2) + count);
        copyRows(tensor, 0, longer, count, tensor.extent(2));
        return longer;
    }

    private static void copyRows(Tensor from, int fromFirst, Tensor to, int toFirst, int count) {
        int rows = from.extent(0) * from.extent(1);
        for (int row = 0; row < rows; row++) {
            from.read(
                    (long) row * from.extent(2) + fromFirst,
                    to.array(),
                    to.offset() + row * to.extent(2) + toFirst,
                    count);
        }
    }
}
