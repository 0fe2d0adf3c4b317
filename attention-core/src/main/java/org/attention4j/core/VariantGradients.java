package org.attention4j.core;

import java.util.Arrays;
import java.util.List;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.kernels.Kernels;

/**
 * What each part of a backward pass, a key head of a sequence, adds to the gradients of a variant's parameters; added up part after part. Of a
 * parameter with a part for each head, that is what its query heads have.
 */
final class VariantGradients {
    private final AttentionVariant variant;
    private final List<ParameterSpec> parameters;
    private final int keyHeads;
    private final int parts;
    /** All numbers, and those that one part adds to. */
    private final int count;

    private final int share;
    /** [parts, share]. */
    private final float[] sums;

    /** Of the parts of a call. */
    VariantGradients(AttentionVariant variant, AttentionCall call, Scratch scratch) {
        this.variant = variant;
        parameters = variant.parameters();
        keyHeads = call.keyValues.heads();
        parts = call.batch * keyHeads;
        count = call.variantParameters.length;
        int own = 0;
        for (ParameterSpec parameter : parameters) {
            own += share(parameter);
        }
        share = own;
        sums = scratch.floats(Memory.length((long) parts * share, "gradients of a variant"));
    }

    /** How many numbers of a parameter a part adds to. */
    private int share(ParameterSpec parameter) {
        int size = (int) parameter.shape().size();
        return variant.ofHeads(parameter) ? size / keyHeads : size;
    }

    /** The first of them among the numbers of the parameter. */
    private int first(ParameterSpec parameter, int part) {
        return variant.ofHeads(parameter) ? part % keyHeads * share(parameter) : 0;
    }

    /** Of all numbers, zeros for those that a part adds to. */
    float[] zeros(int part, Scratch scratch) {
        float[] zeros = scratch.floats(count);
        int at = 0;
        for (ParameterSpec parameter : parameters) {
            int from = at + first(parameter, part);
            Arrays.fill(zeros, from, from + share(parameter), 0f);
            at += (int) parameter.shape().size();
        }
        return zeros;
    }

    /** Keeps what a part has added to its zeros. */
    void keep(int part, float[] added) {
        int at = 0;
        int to = part * share;
        for (ParameterSpec parameter : parameters) {
            System.arraycopy(added, at + first(parameter, part), sums, to, share(parameter));
            at += (int) parameter.shape().size();
            to += share(parameter);
        }
    }

    /** Adds what every part has kept to the gradients that are wanted. */
    void add(Kernels kernels, NamedTensors wanted, Scratch scratch) {
        int at = 0;
        for (ParameterSpec parameter : parameters) {
            if (wanted.contains(parameter.name())) {
                Tensor gradient = wanted.get(parameter.name());
                float[] sum = gradient.readable(scratch);
                for (int part = 0; part < parts; part++) {
                    int to = gradient.offset() + first(parameter, part);
                    kernels.add(sums, part * share + at, sum, to, share(parameter));
                }
                gradient.commit(sum);
            }
            at += share(parameter);
        }
    }
}
