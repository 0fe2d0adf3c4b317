package org.attention4j.cli.vectors;

import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;

/**
 * A convolution with strides and any padding, as files of other libraries have it, on input {@code [B, C, L]}. A mixer gives one
 * output for each position; so zeros are added to the input where they are missing, and of the outputs those between two
 * strides are left out. Gradients go the same way back, with 0 for the outputs that were left out.
 */
final class PaddedConvolution {
    /** A case is a file's: what it pads a few numbers with is no more than this. */
    private static final int MOST_PADDING = 1 << 16;

    /**
     * Where the taps are put.
     *
     * @param kernel K
     * @param before zeros before the first position
     * @param after zeros behind the last one
     * @param stride positions from one output to the next
     * @param dilation positions from one tap to the next
     */
    record Placing(int kernel, int before, int after, int stride, int dilation) {
        Placing {
            if (kernel < 1 || stride < 1 || dilation < 1 || (long) dilation * kernel > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("kernel " + kernel + ", stride " + stride + ", dilation " + dilation
                        + "; each must be at least 1, and dilation times kernel below 2^31");
            }
            if (before < 0 || before > MOST_PADDING || after < 0 || after > MOST_PADDING) {
                throw new IllegalArgumentException(
                        "padding " + before + " and " + after + "; each must be in 0 to " + MOST_PADDING);
            }
        }

        /** How far it is from the first tap to the last. */
        int reach() {
            return dilation * (kernel - 1);
        }

        /** As many outputs as positions, half of the reach before each: PyTorch's {@code padding="same"}. */
        static Placing same(int kernel, int dilation) {
            int reach = new Placing(kernel, 0, 0, 1, dilation).reach();
            return new Placing(kernel, reach / 2, reach - reach / 2, 1, dilation);
        }

        boolean isSame() {
            return equals(same(kernel, dilation));
        }

        int outputs(int length) {
            return Math.max(0, Math.floorDiv(length + before + after - reach() - 1, stride) + 1);
        }
    }

    private final Placing placing;
    private final Differentiable mixer;
    private final int added; // zeros in front of what the mixer sees
    private final int left; // outputs of the mixer before the first that is wanted

    /**
     * Makes the mixer.
     *
     * @param mixers has {@code convolution}
     * @param parameters {@code weight [D', D / groups, K]} and, if there is one, {@code bias [D']}
     * @param groups independent parts of the channels
     * @param placing of the taps
     * @throws UnsupportedCaseException if the mixer's options do not reach so far
     */
    PaddedConvolution(Mixers mixers, NamedTensors parameters, int groups, Placing placing)
            throws UnsupportedCaseException {
        this.placing = placing;
        Tensor weight = parameters.get("weight");
        boolean centred = placing.isSame();
        added = centred ? 0 : Math.max(0, placing.before() - placing.reach());
        left = centred ? 0 : Math.max(0, placing.reach() - placing.before());
        long width = (long) groups * weight.extent(1);
        if (width != (int) width) {
            throw new IllegalArgumentException(groups + " groups of " + weight.extent(1) + " channels");
        }
        MixerConfig config = MixerConfig.width((int) width)
                .with("output-width", weight.extent(0))
                .with("kernel", placing.kernel())
                .with("dilation", placing.dilation())
                .with("groups", groups)
                .with("bias", parameters.contains("bias"))
                .with("causal", !centred);
        mixer = Operator.mixer(mixers, "convolution", config, parameters).require(Differentiable.class);
    }

    /** One pass, kept for its gradient. */
    final class Pass {
        private final Sequences in;
        private final Recording recording;
        private final int length;
        private final Tensor out;

        /**
         * Convolves.
         *
         * @param x {@code [B, C, L]}
         */
        Pass(Tensor x) {
            length = x.extent(2);
            int behind = placing.isSame() ? 0 : placing.after();
            Tensor padded = Tensor.zeros(x.extent(0), x.extent(1), added + length + behind);
            copy(x, 0, 1, padded, added, 1, length);
            in = Sequences.of(Layouts.swapInner(padded));
            Tensor all = Tensor.zeros(mixer.spec().outputShape(in));
            recording = mixer.record(in, all);
            out = Tensor.zeros(x.extent(0), all.extent(2), placing.outputs(length));
            copy(Layouts.swapInner(all), left, placing.stride(), out, 0, 1, out.extent(2));
        }

        /** {@code [B, C', L']}. */
        Tensor out() {
            return out;
        }

        /**
         * Gradients of all parameters, and as input that of {@code x}.
         *
         * @param dOut {@code [B, C', L']}
         */
        Gradients backward(Tensor dOut) {
            MixerSpec.check("the output's cotangent", dOut, out.shape());
            Tensor all = Tensor.zeros(dOut.extent(0), dOut.extent(1), in.time());
            copy(dOut, 0, 1, all, left, placing.stride(), dOut.extent(2));
            Gradients gradients = Gradients.zeros(mixer.spec(), in);
            mixer.backward(recording, Layouts.swapInner(all), gradients);
            Tensor dPadded = Layouts.swapInner(gradients.input().orElseThrow());
            Tensor dX = Tensor.zeros(dPadded.extent(0), dPadded.extent(1), length);
            copy(dPadded, added, 1, dX, 0, 1, length);
            return gradients.withInput(dX);
        }
    }

    /** Copies some positions of each row of {@code [B, C, L]}. */
    private static void copy(Tensor from, int first, int step, Tensor to, int toFirst, int toStep, int count) {
        float[] values = from.toArray();
        int rows = from.extent(0) * from.extent(1);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < count; i++) {
                float value = values[row * from.extent(2) + first + i * step];
                to.array()[to.offset() + row * to.extent(2) + toFirst + i * toStep] = value;
            }
        }
    }
}
