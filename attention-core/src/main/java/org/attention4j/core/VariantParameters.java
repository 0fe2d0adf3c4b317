package org.attention4j.core;

import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionVariant;

/** What a variant brings into a mixer: its parameters, one after another in one array, and what its weights sum to. */
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

    /** Declares the parameters of a variant that so many heads are computed with. */
    static void declare(AttentionVariant variant, int heads, MixerSpec.Builder spec) {
        for (ParameterSpec parameter : variant.parameters()) {
            int[] extents = parameter.shape().extents();
            if (variant.ofHeads(parameter) && (extents.length == 0 || extents[0] != heads)) {
                throw new BadConfigurationException(
                        "variant",
                        parameter.name() + " " + parameter.shape(),
                        "a parameter with a part for each of " + heads + " heads must have an extent of " + heads
                                + " first");
            }
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
}
