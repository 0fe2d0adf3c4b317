package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionVariant;

/** What a variant brings into a mixer: its parameters, one after another in one array, their gradients, and what its weights sum to. */
final class VariantParameters {
    private VariantParameters() {}

    /** Whether a weighting replaces the softmax. */
    static boolean replaces(AttentionVariant variant) {
        return variant.weighting().isPresent() || variant.scoreWeighting().isPresent();
    }

    /** Whether a weighting or a score function replaces the product of queries and keys. */
    static boolean replacesScores(AttentionVariant variant) {
        return variant.weighting().isPresent() || variant.scoreFunction().isPresent();
    }

    /** What shown weights sum to. */
    static WeightSum weightSum(AttentionVariant variant, boolean allShown) {
        WeightSum sum = variant.weightSum();
        return sum == WeightSum.ONE && !allShown ? WeightSum.AT_MOST_ONE : sum;
    }

    static void declare(AttentionVariant variant, MixerSpec.Builder spec) {
        for (ParameterSpec parameter : variant.parameters()) {
            spec.parameter(
                    parameter.name(), parameter.initial(), parameter.shape().extents());
        }
    }

    /** Demands that there is a value for every parameter. */
    static void check(AttentionVariant variant, NamedTensors parameters) {
        for (ParameterSpec parameter : variant.parameters()) {
            if (!parameters.contains(parameter.name())) {
                throw new BadConfigurationException(
                        "variant",
                        parameter.name() + " " + parameter.shape(),
                        "there is no such parameter yet; give a source of parameters with the variant");
            }
        }
    }

    /** All numbers. */
    static float[] values(AttentionVariant variant, NamedTensors parameters) {
        long size = 0;
        for (ParameterSpec parameter : variant.parameters()) {
            size += parameter.shape().size();
        }
        float[] values = new float[Memory.length(size, "parameters of a variant")];
        int at = 0;
        for (ParameterSpec parameter : variant.parameters()) {
            float[] own = parameters.get(parameter.name()).toArray();
            System.arraycopy(own, 0, values, at, own.length);
            at += own.length;
        }
        return values;
    }

    /** Makes room for gradients: zeros for each key head of each sequence. */
    static void prepare(BackwardArrays arrays, AttentionCall call, Scratch scratch) {
        int count = call.variantParameters.length;
        int size = Memory.length((long) call.batch * call.keyValues.heads() * count, "gradients of a variant");
        arrays.variantCount = count;
        arrays.dVariant = scratch.floats(size);
        Arrays.fill(arrays.dVariant, 0, size, 0f);
    }

    /** Adds what every part has to the gradients that are wanted, part after part. */
    static void add(
            AttentionVariant variant,
            BackwardArrays arrays,
            AttentionCall call,
            NamedTensors gradients,
            Scratch scratch) {
        int at = 0;
        for (ParameterSpec parameter : variant.parameters()) {
            int size = (int) parameter.shape().size();
            if (gradients.contains(parameter.name())) {
                Tensor gradient = gradients.get(parameter.name());
                float[] sum = gradient.readable(scratch);
                for (int part = 0; part < call.batch * call.keyValues.heads(); part++) {
                    int from = part * arrays.variantCount + at;
                    call.kernels.add(arrays.dVariant, from, sum, gradient.offset(), size);
                }
                gradient.commit(sum);
            }
            at += size;
        }
    }
}
