package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;

/** What {@code docs/model-authors.md} shows of caches, run. */
class CacheSnippetsTest {
    private static Tensor random(int... extents) {
        return Values.random(7, extents);
    }

    @Test
    void beams() {
        MultiHeadAttention mixer = MultiHeadAttention.of(
                MixerConfig.width(64)
                        .with("heads", 4)
                        .with("causal", true)
                        .with("cache", "paged")
                        .with("cache-type", "int8"),
                Initializer.seeded(42));
        MixerState beams = mixer.newState(3, 1000);
        Sequences prompt = Sequences.of(random(3, 20, 64), 20, 0, 0);
        mixer.step(prompt, beams, Tensor.zeros(3, 20, 64));
        beams.reorder(new int[] {0, 0, 0}); // all three go on from the prompt: no page is copied
        Sequences tokens = Sequences.of(random(3, 1, 64));
        mixer.step(tokens, beams, Tensor.zeros(3, 1, 64));
        beams.reorder(new int[] {2, 0, 2}); // the third beam goes on twice, the second is dropped
        MixerState other = beams.copy(); // shares every page until one of the two writes to it
        assertEquals(21, other.position(1));

        Tensor weights = Tensor.zeros(3, 4, 1, 21);
        mixer.weights(tokens, beams, weights, beams.workspace()); // who looked at whom in the last step
        assertTrue(weights.get(0, 0, 0, 20) > 0);
    }

    @Test
    void theOperator() {
        Tensor keys = random(1, 2, 300, 16);
        Tensor values = random(1, 2, 300, 16);
        Tensor query = random(1, 8, 1, 16);
        Tensor out = Tensor.zeros(1, 8, 1, 16);
        try (Workspace workspace = Workspace.create()) {
            KeyValueCache cache = KeyValueCache.of(1, 2, 16, 16, 4096); // 2 key heads of width 16
            AttentionInputs in = AttentionInputs.of(query, cache); // sees what the cache holds at each call
            cache.append(keys, values, workspace);
            ScaledDotProductAttention.plain().forward(in, out, workspace);

            Tensor expected = Tensor.zeros(1, 8, 1, 16);
            ScaledDotProductAttention.plain().forward(AttentionInputs.of(query, keys, values), expected, workspace);
            assertSame("cache", expected, out);
        }
    }
}
