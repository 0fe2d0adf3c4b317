package org.attention4j.cnn;

import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
import org.attention4j.kernels.Kernels;

/**
 * A convolution ready to run.
 *
 * @param kernels numerics
 * @param reach which inputs the taps read
 * @param taps the weights
 * @param bias {@code [D']}, zeros where there is none
 * @param in D
 * @param out D'
 * @param groups independent parts of the channels
 */
record Filter(Kernels kernels, Reach reach, Taps taps, float[] bias, int in, int out, int groups) {
    /** The work of a pass. */
    long multiplications(Sequences sequences) {
        return (long) sequences.batch() * sequences.time() * (in / groups) * out * reach.kernel();
    }

    static Filter of(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        MixerConfig config = spec.config();
        int kernel = config.get(Convolution.KERNEL);
        int groups = config.get(Convolution.GROUPS);
        int in = spec.inputWidth();
        int out = spec.outputWidth();
        float[] weight = parameters.get("weight").toArray();
        Taps taps = groups == in && groups == out
                ? new DepthwiseTaps(weight, in, kernel)
                : new GroupedTaps(weight, groups, in / groups, out / groups, kernel);
        float[] bias = config.get(Convolution.BIAS) ? parameters.get("bias").toArray() : new float[out];
        Reach reach = Reach.of(kernel, config.get(Convolution.DILATION), config.get(Convolution.CAUSAL));
        return new Filter(kernels, reach, taps, bias, in, out, groups);
    }
}
