package org.attention4j.cli.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the definitions of ONNX's operators say and the reference files do not show. */
class OnnxOperatorsTest {
    @TempDir
    private Path folder = Path.of("");

    private void assertAnswers(
            Verdict verdict, String operator, String more, Map<String, Tensor> inputs, Map<String, Tensor> outputs)
            throws IOException {
        CaseResult result = MadeUpCase.run(folder, operator, more, inputs, outputs);
        assertEquals(verdict, result.verdict(), result.reason());
    }

    private static Tensor of(float[] values, int... extents) {
        return Tensor.of(values, extents);
    }

    @Test
    void softmaxBeforeOpset13TakesAllAxesFromItsOwnOn() throws IOException {
        Map<String, Tensor> in = Map.of("input", Tensor.zeros(1, 2, 4));
        float[] eighths = {.125f, .125f, .125f, .125f, .125f, .125f, .125f, .125f};
        float[] quarters = {.25f, .25f, .25f, .25f, .25f, .25f, .25f, .25f};
        float[] halves = {.5f, .5f, .5f, .5f, .5f, .5f, .5f, .5f};
        assertAnswers(Verdict.PASS, "Softmax", "\"opset\": 11", in, Map.of("output", of(eighths, 1, 2, 4)));
        assertAnswers(Verdict.PASS, "Softmax", "\"opset\": 13", in, Map.of("output", of(quarters, 1, 2, 4)));
        assertAnswers(
                Verdict.PASS,
                "Softmax",
                "\"opset\": 13, \"attributes\": {\"axis\": -2}",
                in,
                Map.of("output", of(halves, 1, 2, 4)));
        assertAnswers(
                Verdict.UNSUPPORTED,
                "Softmax",
                "\"opset\": 13, \"attributes\": {\"axis\": 3}",
                in,
                Map.of("output", of(halves, 1, 2, 4)));
    }

    @Test
    void scaleAndBiasBroadcastAlsoFromAxesThatAreNotNormalised() throws IOException {
        Tensor x = of(new float[] {-1, 1, -1, 1}, 2, 2);
        String exact = "\"opset\": 17, \"attributes\": {\"epsilon\": 0}";
        assertAnswers(
                Verdict.PASS,
                "LayerNormalization",
                exact,
                new LinkedHashMap<>(Map.of("X", x, "Scale", of(new float[] {2, 3}, 2, 1), "B", of(new float[] {1}, 1))),
                Map.of(
                        "Y", of(new float[] {-1, 3, -2, 4}, 2, 2),
                        "Mean", Tensor.zeros(2, 1),
                        "InvStdDev", of(new float[] {1, 1}, 2, 1)));
        assertAnswers(
                Verdict.PASS,
                "LayerNormalization",
                exact,
                Map.of("X", x, "Scale", of(new float[] {2}, 1)),
                Map.of("Y", of(new float[] {-2, 2, -2, 2}, 2, 2)));
        assertAnswers(
                Verdict.PASS,
                "RMSNormalization",
                exact,
                Map.of("X", of(new float[] {-2, 2, 3, 3}, 2, 2), "scale", of(new float[] {2, 3}, 2, 1)),
                Map.of("Y", of(new float[] {-2, 2, 3, 3}, 2, 2)));
    }

    @Test
    void alphaIsInsideTheSigmoid() throws IOException {
        Map<String, Tensor> a = Map.of("X", of(new float[] {2}, 1));
        float swish = (float) (2 / (1 + Math.exp(-6)));
        String three = "\"attributes\": {\"alpha\": 3}";
        assertAnswers(Verdict.PASS, "Swish", three, a, Map.of("Y", of(new float[] {swish}, 1)));
        assertAnswers(
                Verdict.PASS,
                "SwiGLU",
                three,
                Map.of("A", of(new float[] {2}, 1), "B", of(new float[] {-5}, 1)),
                Map.of("Y", of(new float[] {-5 * swish}, 1)));
        assertAnswers(
                Verdict.UNSUPPORTED,
                "Gelu",
                "\"attributes\": {\"approximate\": \"sigmoid\"}",
                a,
                Map.of("Y", of(new float[] {2}, 1)));
    }
}
