package org.attention4j.core;

import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of an attention with projections, and where its parameters are.
 *
 * @param heads H
 * @param keyHeads K, of keys and values; it divides H
 * @param keyWidth E, of one head
 * @param valueWidth E′, of one head
 * @param inWidth D, what queries are projected from
 * @param keyInWidth C, what keys are projected from
 * @param valueInWidth what values are projected from
 * @param packed whether the three input projections are one parameter
 * @param bias whether projections have a bias
 * @param valueProjection whether values are projected; else each head takes its numbers of what values come from
 * @param outProjection whether heads are mixed by an output projection
 * @param biasKeyValue whether a learned key and value are added to every sequence
 * @param zeroAttention whether a key and value of zeros are added to every sequence
 * @param norm of queries and keys
 * @param gates of each head's output: none, 1, or one for each of its numbers
 * @param clip at which projected queries, keys and values are cut off; 0 if they are not
 * @param growth of queries with their position
 */
record AttentionForm(
        int heads,
        int keyHeads,
        int keyWidth,
        int valueWidth,
        int inWidth,
        int keyInWidth,
        int valueInWidth,
        boolean packed,
        boolean bias,
        boolean valueProjection,
        boolean outProjection,
        boolean biasKeyValue,
        boolean zeroAttention,
        HeadNorm.Form norm,
        int gates,
        float clip,
        QueryGrowth growth) {
    static final String IN_WEIGHT = "in_proj_weight";
    static final String QUERY_WEIGHT = "q_proj_weight";
    static final String KEY_WEIGHT = "k_proj_weight";
    static final String VALUE_WEIGHT = "v_proj_weight";
    static final String IN_BIAS = "in_proj_bias";
    static final String BIAS_KEY = "bias_k";
    static final String BIAS_VALUE = "bias_v";
    static final String OUT_WEIGHT = "out_proj.weight";
    static final String OUT_BIAS = "out_proj.bias";

    /** One head without output projection, norms, gate and added keys, of an input and contexts of one width. */
    static AttentionForm oneHead(int keyWidth, int valueWidth, int width, boolean bias) {
        return new AttentionForm(
                1,
                1,
                keyWidth,
                valueWidth,
                width,
                width,
                width,
                false,
                bias,
                true,
                false,
                false,
                false,
                HeadNorm.Form.NONE,
                0,
                0,
                QueryGrowth.NONE);
    }

    /** What a projection makes. */
    enum Part {
        QUERY,
        KEY,
        VALUE
    }

    /** Queries of all heads. */
    int queriesWidth() {
        return heads * keyWidth;
    }

    /** Keys of all key heads. */
    int keysWidth() {
        return keyHeads * keyWidth;
    }

    /** Values of all key heads. */
    int valuesWidth() {
        return keyHeads * valueWidth;
    }

    /** Outputs of the value projection, if there is one. */
    private int projectedValues() {
        return valueProjection ? valuesWidth() : 0;
    }

    /** D'. */
    int outputWidth() {
        return outProjection ? inWidth : headsWidth();
    }

    /** Outputs of all heads. */
    int headsWidth() {
        return heads * valueWidth;
    }

    KeyShape keyShape() {
        return new KeyShape(keyHeads, keyWidth, valueWidth);
    }

    int extraKeys() {
        return (biasKeyValue ? 1 : 0) + (zeroAttention ? 1 : 0);
    }

    /** Name of the weight of an input projection. */
    String weightName(Part part) {
        if (packed) {
            return IN_WEIGHT;
        }
        return switch (part) {
            case QUERY -> QUERY_WEIGHT;
            case KEY -> KEY_WEIGHT;
            case VALUE -> VALUE_WEIGHT;
        };
    }

    /** First row of an input projection in {@code in_proj_bias}, and in the weight where packed. */
    int firstRow(Part part) {
        return switch (part) {
            case QUERY -> 0;
            case KEY -> queriesWidth();
            case VALUE -> queriesWidth() + keysWidth();
        };
    }

    int inputs(Part part) {
        return switch (part) {
            case QUERY -> inWidth;
            case KEY -> keyInWidth;
            case VALUE -> valueInWidth;
        };
    }

    int outputs(Part part) {
        return switch (part) {
            case QUERY -> queriesWidth();
            case KEY -> keysWidth();
            case VALUE -> valuesWidth();
        };
    }

    /** First element of an input projection in its weight. */
    int weightOffset(Part part) {
        return packed ? firstRow(part) * inWidth : 0;
    }

    /** The layer of an input projection, if there is one. */
    @Nullable
    Linear projection(Part part, NamedTensors parameters) {
        if (part == Part.VALUE && !valueProjection) {
            return null;
        }
        String name = bias ? IN_BIAS : null;
        int at = weightOffset(part);
        return layer(parameters, weightName(part), at, name, firstRow(part), outputs(part), inputs(part));
    }

    /** The output projection, if there is one. */
    @Nullable
    Linear outLayer(NamedTensors parameters) {
        if (!outProjection) {
            return null;
        }
        return layer(parameters, OUT_WEIGHT, 0, bias ? OUT_BIAS : null, 0, inWidth, headsWidth());
    }

    /** A layer whose weight and bias, if it has one, begin somewhere in parameters. */
    static Linear layer(
            NamedTensors parameters, String weight, int weightAt, @Nullable String bias, int biasAt, int out, int in) {
        Tensor w = parameters.get(weight);
        if (bias == null) {
            return Linear.of(w.array(), w.offset() + weightAt, out, in);
        }
        Tensor b = parameters.get(bias);
        return Linear.of(w.array(), w.offset() + weightAt, b.array(), b.offset() + biasAt, out, in);
    }

    /** Declares the parameters in PyTorch's order, with its initial values. */
    void declare(MixerSpec.Builder spec) {
        int rows = queriesWidth() + keysWidth() + projectedValues();
        if (packed) {
            spec.parameter(IN_WEIGHT, InitialValue.xavier(inWidth, rows), rows, inWidth);
        } else {
            for (Part part : Part.values()) {
                if (part != Part.VALUE || valueProjection) {
                    InitialValue initial = InitialValue.xavier(inputs(part), outputs(part));
                    spec.parameter(weightName(part), initial, outputs(part), inputs(part));
                }
            }
        }
        if (bias) {
            spec.parameter(IN_BIAS, InitialValue.zeros(), rows);
        }
        if (biasKeyValue) {
            // PyTorch draws these from a normal distribution; this uniform one has the same variance, 1 / D
            spec.parameter(BIAS_KEY, InitialValue.xavier(keysWidth(), keysWidth()), 1, 1, keysWidth());
            spec.parameter(BIAS_VALUE, InitialValue.xavier(valuesWidth(), valuesWidth()), 1, 1, valuesWidth());
        }
        if (outProjection) {
            InitialValue uniform = InitialValue.uniform(1 / Math.sqrt(headsWidth()));
            spec.parameter(OUT_WEIGHT, uniform, inWidth, headsWidth());
            if (bias) {
                spec.parameter(OUT_BIAS, InitialValue.zeros(), inWidth);
            }
        }
        boolean joint = norm.joint();
        HeadNorm.declare(norm.kind(), joint ? queriesWidth() : keyWidth, joint ? keysWidth() : keyWidth, spec);
        HeadGate.declare(this, spec);
    }
}
