package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.jspecify.annotations.Nullable;

/** Where a backward pass reads its cotangents and adds its gradients. */
final class BackwardArrays {
    /** dL/dout, not read at padding. */
    final HeadRows dOut = new HeadRows();
    /** dL/dweights [B, H, T, S + extra keys], where there is one. */
    float @Nullable [] dWeights;

    int dWeightsOffset;

    /** Gradients; the starts of an absent one are not looked at. */
    @Nullable
    HeadRows dQuery;

    @Nullable
    HeadRows dKey;

    @Nullable
    HeadRows dValue;

    float @Nullable [] dBias;
    int dBiasOffset;

    /** dL/dsink of each sequence and head [B, H], where it is wanted. */
    float @Nullable [] dSinks;

    /** Gradients of what heads have learned about positions, in each sequence [B, H, learned], where they are wanted. */
    float @Nullable [] dPositions;

    /** Gradients of a variant's parameters, where it has some. */
    @Nullable
    VariantGradients variant;

    /** dL/dweight of a query and a stored key, 0 where there is no cotangent of weights. */
    float dWeight(AttentionCall c, int b, int h, int i, int key) {
        if (dWeights == null) {
            return 0;
        }
        int column = key < c.extraKeys ? c.keyTime + key : key - c.extraKeys;
        return dWeights[dWeightsOffset + c.rowAt(b, h, i) * (c.keyTime + c.extraKeys) + column];
    }

    /** Reads the cotangent of the weights, if there is one. */
    void dWeights(@Nullable Tensor cotangent, Scratch scratch) {
        dWeights = cotangent == null ? null : cotangent.readable(scratch);
        dWeightsOffset = cotangent == null ? 0 : cotangent.offset();
    }

    /** Adds to the gradient of the bias, if it is wanted; what is returned is to be committed. */
    float[] dBias(@Nullable Tensor gradient, Scratch scratch) {
        if (gradient == null) {
            return new float[0];
        }
        float[] sum = gradient.readable(scratch);
        dBias = sum;
        dBiasOffset = gradient.offset();
        return sum;
    }

    /** Makes room for what the rules of scores have learned, where its gradients are wanted. */
    void wantRules(NamedTensors wanted, AttentionCall call, Scratch scratch) {
        dSinks = partial(wanted, ScoreOptions.SINKS, call, 1, scratch);
        dPositions = partial(wanted, ScoreOptions.BUCKET_WEIGHT, call, call.scores.learned(), scratch);
    }

    /** Zeros [B, H, count] where the gradient of a parameter is wanted. */
    private static float @Nullable [] partial(
            NamedTensors wanted, String name, AttentionCall call, int count, Scratch scratch) {
        if (!wanted.contains(name)) {
            return null;
        }
        int size = call.batch * call.heads * count;
        float[] zeros = scratch.floats(size);
        Arrays.fill(zeros, 0, size, 0f);
        return zeros;
    }

    /** Adds what each sequence and head has to the gradients that {@link #wantRules} found wanted, sequence after sequence. */
    void addRules(NamedTensors wanted, AttentionCall call, Scratch scratch) {
        if (dSinks != null) {
            addPartial(wanted.get(ScoreOptions.SINKS), dSinks, call, 1, scratch);
        }
        if (dPositions != null) {
            addPartial(wanted.get(ScoreOptions.BUCKET_WEIGHT), dPositions, call, call.scores.learned(), scratch);
        }
    }

    /** Adds the gradients of the sinks to those that the caller has, sequence after sequence. */
    void addSinks(Tensor gradient, AttentionCall call, Scratch scratch) {
        addPartial(gradient, Objects.requireNonNull(dSinks), call, 1, scratch);
    }

    /** Adds what each sequence and head [B, H, count] has to a gradient [count, H], sequence after sequence. */
    static void addPartial(Tensor gradient, float[] partial, AttentionCall call, int count, Scratch scratch) {
        float[] sum = gradient.readable(scratch);
        for (int i = 0; i < call.batch * call.heads * count; i++) {
            int h = i / count % call.heads;
            sum[gradient.offset() + i % count * call.heads + h] += partial[i];
        }
        gradient.commit(sum);
    }
}
