package org.attention4j.core;

import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.kernels.Linear;

/**
 * The sizes of a latent attention, and where its parameters are.
 *
 * @param heads H
 * @param keyWidth E, of a head's queries and keys without the rotary part
 * @param valueWidth E′, of a head's values
 * @param rotaryWidth R, of the rotary part
 * @param latent L, of the latent of keys and values
 * @param queryLatent of queries, or 0 where they are projected at once
 * @param width D, of inputs and outputs
 * @param epsilon of the norms
 */
record LatentForm(
        int heads,
        int keyWidth,
        int valueWidth,
        int rotaryWidth,
        int latent,
        int queryLatent,
        int width,
        float epsilon) {
    static final String QUERY = "q_proj.weight";
    static final String QUERY_DOWN = "q_a_proj.weight";
    static final String QUERY_NORM = "q_a_layernorm";
    static final String QUERY_UP = "q_b_proj.weight";
    static final String DOWN = "kv_a_proj_with_mqa.weight";
    static final String NORM = "kv_a_layernorm";
    static final String UP = "kv_b_proj.weight";
    static final String OUT = "o_proj.weight";
    /** Of layers without a bias. */
    static final String NO_BIAS = "";

    /** What is kept of a position: L + R. */
    int rowWidth() {
        return latent + rotaryWidth;
    }

    /** Its rows are the keys; values are not kept beside them. */
    KeyShape keyShape() {
        return new KeyShape(1, rowWidth(), 0);
    }

    /** Of a head's query: E + R. */
    int queryWidth() {
        return keyWidth + rotaryWidth;
    }

    /** Name of the projection that queries come from. */
    String queryName() {
        return queryLatent == 0 ? QUERY : QUERY_UP;
    }

    /** What queries are projected from. */
    int queryIn() {
        return queryLatent == 0 ? width : queryLatent;
    }

    /** Where a head's map from the latent to its keys begins. */
    int keyUp(int head) {
        return head * (keyWidth + valueWidth) * latent;
    }

    /** Where a head's map from the latent to its values begins. */
    int valueUp(int head) {
        return keyUp(head) + keyWidth * latent;
    }

    /** A layer without a bias. */
    static Linear layer(NamedTensors parameters, String name, int offset, int out, int in) {
        return AttentionForm.layer(parameters, name, offset, null, 0, out, in);
    }

    void declare(MixerSpec.Builder spec) {
        if (queryLatent > 0) {
            weight(spec, QUERY_DOWN, queryLatent, width);
            HeadNorm.declare(QUERY_NORM, queryLatent, spec);
        }
        weight(spec, queryName(), heads * queryWidth(), queryIn());
        weight(spec, DOWN, rowWidth(), width);
        HeadNorm.declare(NORM, latent, spec);
        weight(spec, UP, heads * (keyWidth + valueWidth), latent);
        weight(spec, OUT, width, heads * valueWidth);
    }

    private static void weight(MixerSpec.Builder spec, String name, int out, int in) {
        spec.parameter(name, InitialValue.xavier(in, out), out, in);
    }
}
