package org.attention4j.cli.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ONNX's recurrent operators with one unit, whose steps can be done by hand. */
class OnnxRecurrentOperatorTest {
    /** The second of two activations takes parameters, and so the first of the lists; what no function takes is left over. */
    private static final String BY_NEED = "\"activation_alpha\": [0.5], \"activation_beta\": [1.0]";

    private static final String LEFT_OVER = "\"activation_alpha\": [0.5, 9.0], \"activation_beta\": [1.0, 9.0]";

    /** Functions that leave everything as it is. */
    private static final String IDENTITY = "\"activations\": [\"Affine\", \"affine\", \"AFFINE\"], "
            + "\"activation_alpha\": [1.0, 1.0, 1.0], \"activation_beta\": [0.0, 0.0, 0.0]";

    @TempDir
    private Path folder = Path.of("");

    private void assertAnswers(
            String operator, String attributes, Map<String, Tensor> inputs, Map<String, Tensor> outputs)
            throws IOException {
        CaseResult result = MadeUpCase.run(folder, operator, "\"attributes\": {" + attributes + "}", inputs, outputs);
        assertEquals(Verdict.PASS, result.verdict(), result.reason());
    }

    private static Tensor of(float[] values, int... extents) {
        return Tensor.of(values, extents);
    }

    private static float tanh(double x) {
        return (float) Math.tanh(x);
    }

    /** Forward tanh x; in reverse ½ (2 x + h) + 1 from h = 4 and 6. */
    @Test
    void eachDirectionHasItsOwnFunctionsInBothLayouts() throws IOException {
        Map<String, Tensor> weights =
                Map.of("W", of(new float[] {1, 2}, 2, 1, 1), "R", of(new float[] {0, 1}, 2, 1, 1));
        for (String parameters : new String[] {BY_NEED, LEFT_OVER}) {
            String attributes =
                    "\"direction\": \"bidirectional\", \"activations\": [\"Tanh\", \"Affine\"], " + parameters;
            Map<String, Tensor> timeFirst = new LinkedHashMap<>(weights);
            timeFirst.put("X", of(new float[] {1, 3, 2, 3}, 2, 2, 1));
            timeFirst.put("initial_h", of(new float[] {7, 7, 4, 6}, 2, 2, 1));
            float[] last = {tanh(2), tanh(3), 4.5f, 7.5f};
            float[] y = {tanh(1), tanh(3), 4.5f, 7.5f, tanh(2), tanh(3), 5, 7};
            assertAnswers("RNN", attributes, timeFirst, Map.of("Y", of(y, 2, 2, 2, 1), "Y_h", of(last, 2, 2, 1)));
            Map<String, Tensor> batchFirst = new LinkedHashMap<>(weights);
            batchFirst.put("X", of(new float[] {1, 2, 3, 3}, 2, 2, 1));
            batchFirst.put("initial_h", of(new float[] {7, 4, 7, 6}, 2, 2, 1));
            float[] lastByBatch = {tanh(2), 4.5f, tanh(3), 7.5f};
            float[] yByBatch = {tanh(1), 4.5f, tanh(2), 5, tanh(3), 7.5f, tanh(3), 7};
            assertAnswers(
                    "RNN",
                    attributes + ", \"layout\": 1",
                    batchFirst,
                    Map.of("Y", of(yByBatch, 2, 2, 2, 1), "Y_h", of(lastByBatch, 2, 2, 1)));
        }
    }

    /** i = 2 + c, o = 3 + ½ c, f = 5, g = 7, from c = 11. */
    @Test
    void gatesAndPeepholesStandInTheOrderOfTheOperator() throws IOException {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put("X", of(new float[] {1}, 1, 1, 1));
        inputs.put("W", of(new float[] {2, 3, 5, 7}, 1, 4, 1));
        inputs.put("R", Tensor.zeros(1, 4, 1));
        inputs.put("initial_c", of(new float[] {11}, 1, 1, 1));
        inputs.put("P", of(new float[] {1, 0.5f, 0}, 1, 3));
        float c = 5 * 11 + 13 * 7;
        float h = (3 + c / 2) * c;
        assertAnswers(
                "LSTM",
                IDENTITY,
                inputs,
                Map.of("Y_h", of(new float[] {h}, 1, 1, 1), "Y_c", of(new float[] {c}, 1, 1, 1)));
        float coupled = (1 - 13) * 11 + 13 * 7;
        assertAnswers(
                "LSTM", IDENTITY + ", \"input_forget\": 1", inputs, Map.of("Y_c", of(new float[] {coupled}, 1, 1, 1)));
        float clipped = 4 * 11 + 4 * 4;
        assertAnswers(
                "LSTM",
                IDENTITY + ", \"clip\": 4.0",
                inputs,
                Map.of("Y_h", of(new float[] {4 * clipped}, 1, 1, 1), "Y_c", of(new float[] {clipped}, 1, 1, 1)));
    }

    /** z = 2, r = 3, n = 5 + 7 r h or, with the bias inside, 5 + r (7 h + 1); h = (1 − z) n + z h from h = 11. */
    @Test
    void theResetGateComesBeforeTheProductOrAfter() throws IOException {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        inputs.put("X", of(new float[] {1}, 1, 1, 1));
        inputs.put("W", of(new float[] {2, 3, 5}, 1, 3, 1));
        inputs.put("R", of(new float[] {0, 0, 7}, 1, 3, 1));
        inputs.put("B", of(new float[] {0, 0, 0, 0, 0, 1}, 1, 6));
        inputs.put("initial_h", of(new float[] {11}, 1, 1, 1));
        float before = -(5 + 7 * 3 * 11 + 1) + 2 * 11;
        float after = -(5 + 3 * (7 * 11 + 1)) + 2 * 11;
        assertAnswers("GRU", IDENTITY, inputs, Map.of("Y_h", of(new float[] {before}, 1, 1, 1)));
        assertAnswers(
                "GRU",
                IDENTITY + ", \"linear_before_reset\": 1",
                inputs,
                Map.of("Y_h", of(new float[] {after}, 1, 1, 1)));
    }
}
