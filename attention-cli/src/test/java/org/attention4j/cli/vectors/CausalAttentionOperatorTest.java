package org.attention4j.cli.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sinks and forget gates over scores of 0, so that weights are fractions that a reader can check. */
class CausalAttentionOperatorTest {
    private static final float LOG_HALF = (float) Math.log(0.5);

    @TempDir
    private Path folder = Path.of("");

    /** One sequence and one head of keys, all queries and keys 0. */
    private static Map<String, Tensor> zeroScores(int heads, float... values) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("input.q", Tensor.zeros(1, values.length, heads, 1));
        tensors.put("input.k", Tensor.zeros(1, values.length, 1, 1));
        tensors.put("input.v", Tensor.of(values, 1, values.length, 1, 1));
        return tensors;
    }

    private void assertPasses(String operator, String attributes, Map<String, Tensor> tensors) throws IOException {
        CaseResult result =
                MadeUpCase.run(folder, operator, "\"attributes\": {\"scale\": \"D^-0.5\"" + attributes + "}", tensors);
        assertEquals(Verdict.PASS, result.verdict(), result.reason());
    }

    private static Tensor ones(int... extents) {
        Tensor ones = Tensor.zeros(extents);
        Arrays.fill(ones.array(), 1);
        return ones;
    }

    @Test
    void aSinkIsInTheDenominatorAlone() throws IOException {
        Map<String, Tensor> tensors = zeroScores(1, 6, 0);
        tensors.put("input.sink_bias", Tensor.zeros(1));
        tensors.put("cotangent.o", ones(1, 2, 1, 1));
        tensors.put("output.o", Tensor.of(new float[] {3, 2}, 1, 2, 1, 1));
        tensors.put("grad.input.v", Tensor.of(new float[] {1 / 2f + 1 / 3f, 1 / 3f}, 1, 2, 1, 1));
        tensors.put("grad.input.sink_bias", Tensor.of(new float[] {-3 / 2f - 2 / 3f}, 1));
        assertPasses("attn_sink", "", tensors);
    }

    @Test
    void aWindowHoldsTheLastPositionsAndEachHeadHasItsSink() throws IOException {
        Map<String, Tensor> tensors = zeroScores(2, 8, 4);
        tensors.put("input.sink_bias", Tensor.of(new float[] {0, (float) Math.log(3)}, 2));
        tensors.put("output.o", Tensor.of(new float[] {4, 2, 2, 1}, 1, 2, 2, 1));
        assertPasses("attn_sink", ", \"window_size\": 1", tensors);
    }

    @Test
    void aForgetGateIsInAllScoresThatPassIt() throws IOException {
        Map<String, Tensor> tensors = zeroScores(1, 7, 0, 0);
        tensors.put("input.g", Tensor.of(new float[] {-9, LOG_HALF, LOG_HALF}, 1, 3, 1));
        tensors.put("cotangent.o", ones(1, 3, 1, 1));
        tensors.put("output.o", Tensor.of(new float[] {7, 7 / 3f, 1}, 1, 3, 1, 1));
        tensors.put("grad.input.g", Tensor.of(new float[] {0, 14 / 9f + 6 / 7f, 4 / 7f}, 1, 3, 1));
        assertPasses("forgetting_attn", "", tensors);
    }

    @Test
    void anotherScaleIsANumberOrTold() throws IOException {
        Map<String, Tensor> tensors = zeroScores(1, 7);
        tensors.put("output.o", Tensor.of(new float[] {7}, 1, 1, 1, 1));
        String given = "\"attributes\": {\"scale\": ";
        CaseResult number = MadeUpCase.run(folder, "attn_sink", given + "0.5}", tensors);
        assertEquals(Verdict.PASS, number.verdict(), number.reason());
        CaseResult text = MadeUpCase.run(folder, "attn_sink", given + "\"D^-1\"}", tensors);
        assertEquals(Verdict.UNSUPPORTED, text.verdict());
        assertTrue(text.reason().contains("D^-1"), text.reason());
    }
}
