package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionMask;
import org.attention4j.api.variant.AttentionMasks;
import org.attention4j.api.variant.AttentionVariant;
import org.junit.jupiter.api.Test;

/** What the guide for model authors shows of masks. */
class MaskGuideTest {
    @Test
    void documentsAreAttendedToAlone() {
        int n = 512;
        int[] ids = new int[n];
        for (int i = 256; i < n; i++) {
            ids[i] = 1;
        }
        Tensor q = Values.random(1, 1, 2, n, 4);
        AttentionInputs inputs = AttentionInputs.of(q, Values.random(2, 1, 2, n, 4), Values.random(3, 1, 2, n, 4));
        Tensor out = Tensor.zeros(1, 2, n, 4);
        try (Workspace workspace = Workspace.threads(1)) {
            AttentionMask mask = AttentionMasks.causal(0)
                    .and(AttentionMasks.documents(ids)) // sequences that were joined do not see each other
                    .and((batch, head, query, key) -> head != 0 || query - key < 8);
            ScaledDotProductAttention operator = ScaledDotProductAttention.plain()
                    .withVariant(AttentionVariant.softmax().withMask(mask));
            operator.forward(inputs, out, workspace);
            double skipped = operator.pairs(inputs, workspace).skipped(); // the share of pairs that is not computed
            assertEquals(0.84, skipped, 0.01);
            Tensor first = Tensor.zeros(1, 2, 256, 4);
            operator.forward(AttentionInputs.of(half(q), half(inputs.key()), half(inputs.value())), first, workspace);
            assertSame("the first document alone", first, half(out));
        }
    }

    /** The first half of each head's rows. */
    private static Tensor half(Tensor tensor) {
        Tensor half = Tensor.zeros(1, 2, 256, 4);
        for (int h = 0; h < 2; h++) {
            half.slice(0).slice(h).copyFrom(tensor.slice(0).slice(h).range(0, 256));
        }
        return half;
    }
}
