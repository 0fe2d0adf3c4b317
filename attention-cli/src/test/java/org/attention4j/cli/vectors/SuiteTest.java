package org.attention4j.cli.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Tensor;
import org.attention4j.model.files.Safetensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Suites made up here, of attention over one key, whose output is the value whatever the query. */
class SuiteTest {
    private static final String TOLERANCE = ", \"atol\": 1e-7, \"rtol\": 1e-6";

    @TempDir
    private Path folder = Path.of("");

    private static Map<String, Tensor> oneKey(float answer) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("input.query", Tensor.of(new float[] {1, 2}, 1, 1, 1, 2));
        tensors.put("input.key", Tensor.of(new float[] {3, 4}, 1, 1, 1, 2));
        tensors.put("input.value", Tensor.of(new float[] {5}, 1, 1, 1, 1));
        tensors.put("output.output@f32", Tensor.of(new float[] {answer}, 1, 1, 1, 1));
        return tensors;
    }

    private CaseResult run(String operator, Map<String, Tensor> tensors, String more) throws IOException {
        Safetensors.write(folder.resolve("case.safetensors"), NamedTensors.of(tensors), Map.of());
        String inputs = String.join(
                ", ",
                tensors.keySet().stream()
                        .filter(name -> name.startsWith("input."))
                        .map(name -> '"' + name.substring("input.".length()) + '"')
                        .toList());
        return runLine("{\"name\": \"a\", \"op\": \"" + operator + "\", \"file\": \"case.safetensors\", \"inputs\": ["
                + inputs + "]" + more + "}");
    }

    private CaseResult runLine(String line) throws IOException {
        Files.writeString(folder.resolve("cases.jsonl"), line + "\n");
        List<CaseResult> told = new ArrayList<>();
        List<CaseResult> results = Suite.read(folder, Mixers.load()).run(told::add);
        assertEquals(results, told);
        return results.get(0);
    }

    private static void assertVerdict(Verdict verdict, String reason, CaseResult result) {
        assertEquals(verdict, result.verdict(), result.reason());
        assertTrue(result.reason().contains(reason), result.reason());
    }

    @Test
    void theGuideNamesEveryOperator() throws IOException {
        List<String> named = Files.readString(Path.of("..", "docs", "auditors.md"))
                .lines()
                .dropWhile(line -> !line.startsWith("What `op` may be"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("#"))
                .flatMap(line -> Pattern.compile("`(\\w+)`").matcher(line).results())
                .map(match -> match.group(1))
                .sorted()
                .toList();
        assertEquals(Suite.operators(Mixers.load()).keySet().stream().sorted().toList(), named);
    }

    @Test
    void rightAnswersPass() throws IOException {
        CaseResult result = run("sdpa", oneKey(5), TOLERANCE);

        assertVerdict(Verdict.PASS, "", result);
        assertEquals(0, result.error());
    }

    /** Axes before T and E: none, one of heads, or more than two; a mask broadcasts from its own. */
    @Test
    void queriesMayHaveAnyNumberOfAxes() throws IOException {
        float[] sums = {4, 4, 4, 4, 6, 6, 6, 6};
        for (int[] before : new int[][] {{}, {1}, {1, 1, 1}}) {
            assertVerdict(Verdict.PASS, "", run("sdpa", masked(new float[] {5}, before), TOLERANCE));
        }
        assertVerdict(
                Verdict.PASS, "", run("sdpa", masked(new float[] {5, 5, 5, 5, 5, 5, 5, 5}, 2, 1, 2, 2), TOLERANCE));
        assertVerdict(
                Verdict.FAIL, "output.output is 5.0 at element 0", run("sdpa", masked(sums, 2, 1, 2, 2), TOLERANCE));
    }

    /** Values 5 and 7, of which the mask hides the second. */
    private static Map<String, Tensor> masked(float[] answers, int... before) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("input.query", zeros(before, 1, 3));
        tensors.put("input.key", zeros(before, 2, 3));
        tensors.put("input.value", zeros(before, 2, 1));
        float[] values = tensors.get("input.value").array();
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 2 == 0 ? 5 : 7;
        }
        int[] mask = before.clone();
        Arrays.fill(mask, 0, Math.min(1, mask.length), 1);
        tensors.put("input.attn_mask", zeros(mask, 1, 2));
        float[] hidden = tensors.get("input.attn_mask").array();
        for (int i = 1; i < hidden.length; i += 2) {
            hidden[i] = Float.NEGATIVE_INFINITY;
        }
        Tensor output = zeros(before, 1, 1);
        System.arraycopy(answers, 0, output.array(), 0, answers.length);
        tensors.put("output.output", output);
        return tensors;
    }

    private static Tensor zeros(int[] before, int rows, int columns) {
        int[] extents = Arrays.copyOf(before, before.length + 2);
        extents[before.length] = rows;
        extents[before.length + 1] = columns;
        return Tensor.zeros(extents);
    }

    @Test
    void wrongAnswersFailWithBothValues() throws IOException {
        CaseResult result = run("sdpa", oneKey(5.1f), TOLERANCE);

        assertVerdict(Verdict.FAIL, "output.output is 5.0 at element 0, the reference 5.09999", result);
        assertEquals(0.1, result.error(), 1e-6);
    }

    /** Where nothing is allowed, too, the error that is told is the largest. */
    @Test
    void theLargestErrorIsToldWhereNoneIsAllowed() throws IOException {
        Map<String, Tensor> tensors = oneKey(5);
        tensors.put("input.value", Tensor.of(new float[] {5, 6}, 1, 1, 1, 2));
        tensors.put("output.output@f32", Tensor.of(new float[] {5, 6.5f}, 1, 1, 1, 2));

        CaseResult result = run("sdpa", tensors, ", \"atol\": 0, \"rtol\": 0");

        assertVerdict(Verdict.FAIL, "output.output is 6.0 at element 1", result);
        assertEquals(0.5, result.error());
    }

    @Test
    void attributesOfAnotherTypeAreToldAndNotLeftOut() throws IOException {
        String[][] wrong = {
            {"scale", "\"E^-0.5\"", "a number"},
            {"is_causal", "\"yes\"", "a truth value"},
            {"is_causal", "0.5", "a truth value"}
        };
        for (String[] one : wrong) {
            String attributes = ", \"attributes\": {\"" + one[0] + "\": " + one[1] + "}";
            assertVerdict(
                    Verdict.FAIL,
                    "attribute " + one[0] + " is " + one[1] + ", not " + one[2],
                    run("sdpa", oneKey(5), TOLERANCE + attributes));
        }
        String none = ", \"attributes\": {\"scale\": null, \"is_causal\": 1}";
        assertVerdict(Verdict.PASS, "", run("sdpa", oneKey(5), TOLERANCE + none));
        assertVerdict(
                Verdict.FAIL,
                "attribute axis is 1.5, not an integer",
                run("Softmax", Map.of("input.input", Tensor.zeros(1)), ", \"attributes\": {\"axis\": 1.5}"));
        assertVerdict(
                Verdict.FAIL,
                "attribute approximate is 1, not a text",
                run("Gelu", Map.of("input.X", Tensor.zeros(1)), ", \"attributes\": {\"approximate\": 1}"));
    }

    /** A kernel of more taps than the mixer's option takes. */
    @Test
    void whatNoOptionReachesIsUnsupported() throws IOException {
        Map<String, Tensor> inputs = Map.of(
                "input.input", Tensor.zeros(1, 1, 1),
                "input.weight", Tensor.zeros(1, 1, 4097),
                "input.X", Tensor.zeros(1, 1, 1),
                "input.W", Tensor.zeros(1, 1, 4097),
                "param.weight", Tensor.zeros(1, 1, 4097));
        for (String operator : List.of("CausalConvWithState", "Conv", "conv1d")) {
            assertVerdict(Verdict.UNSUPPORTED, "convolution: option 'kernel'", run(operator, inputs, TOLERANCE));
        }
        String negative = ", \"attributes\": {\"input_size\": 1, \"hidden_size\": -1}";
        assertVerdict(
                Verdict.UNSUPPORTED,
                "gru: option 'hidden'",
                run("gru", Map.of("input.input", Tensor.zeros(1, 1, 1)), TOLERANCE + negative));
    }

    @Test
    void whatOnnxDoesNotHaveIsUnsupported() throws IOException {
        Map<String, Tensor> cell = Map.of(
                "input.X", Tensor.zeros(1, 1, 1), "input.W", Tensor.zeros(1, 1, 1), "input.R", Tensor.zeros(1, 1, 1));
        String sideways = ", \"attributes\": {\"direction\": \"sideways\"}";
        assertVerdict(Verdict.UNSUPPORTED, "direction sideways", run("RNN", cell, sideways));
        Map<String, Tensor> cache =
                Map.of("input.past_cache", Tensor.zeros(1, 2, 1), "input.update", Tensor.zeros(1, 1, 1));
        assertVerdict(
                Verdict.UNSUPPORTED,
                "mode spiral",
                run("TensorScatter", cache, ", \"attributes\": {\"mode\": \"spiral\"}"));
    }

    @Test
    void aCacheOfIntegersIsUnsupported() throws IOException {
        Map<String, Tensor> cache = Map.of(
                "input.past_cache", Tensor.zeros(1, 2, 1),
                "input.update", Tensor.zeros(1, 1, 1),
                "output.present_cache", Tensor.zeros(1, 2, 1));
        assertVerdict(Verdict.PASS, "", run("TensorScatter", cache, TOLERANCE));
        assertVerdict(
                Verdict.UNSUPPORTED,
                "a cache of I32",
                runStored("TensorScatter", cache, "", "\"dtype\":\"F32\"", "\"dtype\":\"I32\""));
    }

    /** Position 1 is turned by an angle of 1, position 0 is not. */
    @Test
    void headsMayStandBehindTheTime() throws IOException {
        float sin = (float) Math.sin(1);
        float cos = (float) Math.cos(1);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("input.input", Tensor.of(new float[] {1, 0, 2, 0, 3, 0, 4, 0}, 1, 2, 2, 2));
        tensors.put("cotangent.output", Tensor.of(new float[] {1, 0, 2, 0, 3, 0, 4, 0}, 1, 2, 2, 2));
        tensors.put("input.position_ids", Tensor.of(new float[] {0, Float.intBitsToFloat(1)}, 1, 2));
        float[] behind = {1, 0, 2, 0, 3 * cos, 3 * sin, 4 * cos, 4 * sin};
        float[] back = {1, 0, 2, 0, 3 * cos, -3 * sin, 4 * cos, -4 * sin};
        tensors.put("output.output", Tensor.of(behind, 1, 2, 2, 2));
        tensors.put("grad.input.input", Tensor.of(back, 1, 2, 2, 2));
        assertVerdict(Verdict.PASS, "", rotated("(B, L, H, D)", 1, tensors));
        assertVerdict(Verdict.FAIL, "grad.input.input is", rotated("(B, H, L, D)", 1, tensors));
        assertVerdict(Verdict.UNSUPPORTED, "the layout (L, B, H, D)", rotated("(L, B, H, D)", 1, tensors));
        assertVerdict(Verdict.UNSUPPORTED, "position_scaling 0.5", rotated("(B, L, H, D)", 0.5, tensors));
    }

    /** Positions are stored as integers. */
    private CaseResult rotated(String layout, double scaling, Map<String, Tensor> tensors) throws IOException {
        String attributes = ", \"attributes\": {\"style\": \"half_split\", \"layout\": \"" + layout
                + "\", \"position_scaling\": " + scaling + "}";
        return runStored(
                "rotary",
                tensors,
                attributes,
                "input.position_ids\":{\"dtype\":\"F32",
                "input.position_ids\":{\"dtype\":\"I32");
    }

    /** A case in whose file something stands in another way. */
    private CaseResult runStored(
            String operator, Map<String, Tensor> tensors, String attributes, String from, String to)
            throws IOException {
        run(operator, tensors, TOLERANCE + attributes);
        Path file = folder.resolve("case.safetensors");
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertTrue(text.contains(from), text);
        int longer = to.length() - from.length();
        ByteBuffer bytes = ByteBuffer.wrap(text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1));
        bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(0, bytes.getLong(0) + longer);
        Files.write(file, bytes.array());
        return runLine(Files.readString(folder.resolve("cases.jsonl")));
    }

    @Test
    void aResultThatIsNotComputedFails() throws IOException {
        Map<String, Tensor> tensors = oneKey(5);
        tensors.put("output.other@f32", Tensor.zeros(1));

        assertVerdict(Verdict.FAIL, "output.other was not computed", run("sdpa", tensors, TOLERANCE));
    }

    @Test
    void aCaseWithoutResultsFails() throws IOException {
        Map<String, Tensor> tensors = oneKey(5);
        tensors.remove("output.output@f32");

        assertVerdict(Verdict.FAIL, "no result to compare with", run("sdpa", tensors, TOLERANCE));
    }

    @Test
    void anotherShapeFails() throws IOException {
        Map<String, Tensor> tensors = oneKey(5);
        tensors.put("output.output@f32", Tensor.of(new float[] {5}, 1));

        assertVerdict(Verdict.FAIL, "has shape [1, 1, 1, 1], the reference [1]", run("sdpa", tensors, TOLERANCE));
    }

    @Test
    void aCaseWithoutToleranceFails() throws IOException {
        assertVerdict(Verdict.FAIL, "no tolerance", run("sdpa", oneKey(5), ""));
    }

    @Test
    void whereTheReferenceAnswersNaNWePromiseANumber() throws IOException {
        assertVerdict(Verdict.UNSUPPORTED, "answers NaN", run("sdpa", oneKey(Float.NaN), TOLERANCE));
    }

    @Test
    void aNaNThatIsReadMustStayNaN() throws IOException {
        Map<String, Tensor> tensors = oneKey(Float.NaN);
        tensors.put("input.value", Tensor.of(new float[] {Float.NaN}, 1, 1, 1, 1));
        assertVerdict(Verdict.PASS, "", run("sdpa", tensors, TOLERANCE));

        tensors.put("output.output@f32", Tensor.of(new float[] {5}, 1, 1, 1, 1));
        assertVerdict(Verdict.FAIL, "is NaN", run("sdpa", tensors, TOLERANCE));
    }

    /** Of queries and keys of zeros the outputs are means; the mask is not read where {@code is_causal} stands for it. */
    @Test
    void aMaskThatStandsBesideIsCausalMayHideOrBeAdded() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("input.query", Tensor.of(new float[] {3, 5, 4, 8}, 1, 4, 1));
        tensors.put("input.attn_mask", Tensor.zeros(2, 2)); // as many bytes as 4 × 4 truth values
        tensors.put("param.in_proj_weight", Tensor.of(new float[] {0, 0, 1}, 3, 1));
        tensors.put("param.out_proj.weight", Tensor.of(new float[] {1}, 1, 1));
        tensors.put("output.attn_output", Tensor.of(new float[] {3, 4, 4, 5}, 1, 4, 1));
        tensors.put("cotangent.attn_output", Tensor.of(new float[] {1, 1, 1, 1}, 1, 4, 1));
        tensors.put("grad.input.query", Tensor.of(new float[] {25 / 12f, 13 / 12f, 7 / 12f, 3 / 12f}, 1, 4, 1));
        String given = "\"input.attn_mask\":{\"dtype\":\"F32\",\"shape\":[2,2]";
        String truths = "\"input.attn_mask\":{\"dtype\":\"BOOL\",\"shape\":[4,4]";
        String attributes = ", \"attributes\": {\"embed_dim\": 1, \"num_heads\": 1, \"batch_first\": true,"
                + " \"is_causal\": true, \"need_weights\": false}";
        assertVerdict(Verdict.PASS, "", runStored("multihead_attention", tensors, attributes, given, truths));
    }

    /** Scores of zeros, in which a slope of 2 makes −2 and 0: the cap comes behind. */
    @Test
    void modificationsAreAppliedInTheirOrder() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : List.of("input.query", "input.key")) {
            tensors.put(name, Tensor.zeros(1, 1, 2, 1));
        }
        tensors.put("input.value", Tensor.of(new float[] {1, 0}, 1, 1, 2, 1));
        tensors.put("input.slopes", Tensor.of(new float[] {2}, 1));
        double first = Math.exp(0.5 * Math.tanh(2 / 0.5)); // of query 0 key 1 has +2, of query 1 key 0 has −2
        double second = Math.exp(0.5 * Math.tanh(-2 / 0.5));
        tensors.put(
                "output.output",
                Tensor.of(new float[] {(float) (1 / (1 + first)), (float) (second / (1 + second))}, 1, 1, 2, 1));
        String attributes = ", \"attributes\": {\"mods\": [\"alibi\", \"softcap\"], \"softcap\": 0.5,"
                + " \"alibi\": \"score += slope[h] * (k_pos - q_pos)\"}";
        assertVerdict(Verdict.PASS, "", run("score_mod", tensors, TOLERANCE + attributes));
    }

    /** A rule in words: {@code allowed} has its answers. */
    @Test
    void aMaskByARuleThatIsNotKnownIsReadWhereItIsGiven() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : List.of("input.query", "input.key")) {
            tensors.put(name, Tensor.zeros(1, 1, 2, 1));
        }
        tensors.put("input.value", Tensor.of(new float[] {1, 0}, 1, 1, 2, 1));
        tensors.put("input.allowed", Tensor.of(new float[] {Float.intBitsToFloat(0x01010001)}, 1)); // yes, no; yes, yes
        tensors.put("output.output", Tensor.of(new float[] {1, 0.5f}, 1, 1, 2, 1));
        String given = "\"input.allowed\":{\"dtype\":\"F32\",\"shape\":[1]";
        String truths = "\"input.allowed\":{\"dtype\":\"BOOL\",\"shape\":[1,1,2,2]";
        String attributes = ", \"attributes\": {\"mods\": [\"star\"], \"star_rule\": \"as stars see\"}";
        assertVerdict(Verdict.PASS, "", runStored("score_mod", tensors, attributes, given, truths));
        String score = ", \"attributes\": {\"mods\": [\"star\"], \"star\": 2}";
        assertVerdict(Verdict.UNSUPPORTED, "modification star", runStored("score_mod", tensors, score, given, truths));
    }

    @Test
    void aRowInWhichAGraphHidesAllIsZero() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : List.of("input.Q", "input.K", "input.V")) {
            tensors.put(name, Tensor.of(new float[] {1, 2}, 1, 1, 2, 1));
        }
        tensors.put("output.Y", Tensor.zeros(1, 1, 2, 1));
        String graph =
                "{\"graph\": {\"inputs\": [\"s\"], \"outputs\": [\"y\"], \"initializers\": {\"c\": {\"dtype\": \"F32\","
                        + " \"shape\": [], \"data\": [\"%s\"]}}, \"nodes\": [{\"op\": \"Add\", \"inputs\": [\"s\", \"c\"],"
                        + " \"outputs\": [\"y\"]}]}}";
        String attributes = ", \"attributes\": {\"score_mod\": " + graph.formatted("-Infinity") + ", \"prob_mod\": "
                + graph.formatted("0") + "}";
        assertVerdict(Verdict.PASS, "", run("FlexAttention", tensors, TOLERANCE + attributes));

        String notANumber = attributes.replace("\"-Infinity\"", "\"NaN\"");
        tensors.put("output.Y", Tensor.of(new float[] {Float.NaN, Float.NaN}, 1, 1, 2, 1));
        assertVerdict(Verdict.PASS, "", run("FlexAttention", tensors, TOLERANCE + notANumber));
    }

    @Test
    void unknownOperatorsAreUnsupported() throws IOException {
        assertVerdict(Verdict.UNSUPPORTED, "no operator fft", run("fft", oneKey(5), TOLERANCE));
    }

    @Test
    void filesThatAreNotThereOrOutsideFail() throws IOException {
        assertVerdict(Verdict.FAIL, "no file", runLine("{\"name\": \"a\", \"op\": \"sdpa\", \"file\": \"nonesuch\"}"));
        assertVerdict(
                Verdict.FAIL,
                "outside the suite",
                runLine("{\"name\": \"a\", \"op\": \"sdpa\", \"file\": \"../secret\"}"));
    }

    @Test
    void listsThatAreNoListsAreRefused() throws IOException {
        assertThrows(NoSuchFileException.class, () -> Suite.read(folder.resolve("nonesuch"), Mixers.load()));
        Files.writeString(folder.resolve("cases.jsonl"), "\n[1]\n");
        assertThrows(CorruptFileException.class, () -> Suite.read(folder, Mixers.load()));
        Files.write(folder.resolve("cases.jsonl"), new byte[] {'{', (byte) 0xFF, '}'});
        CorruptFileException refused =
                assertThrows(CorruptFileException.class, () -> Suite.read(folder, Mixers.load()));
        assertTrue(refused.getMessage().contains("not in UTF-8"), refused.getMessage());
        String line = "{\"name\": \"a\", \"op\": \"sdpa\", \"file\": \"x\"}";
        for (String broken :
                List.of("{\"name\": ", line + line, line.replace("op", "name"), " ".repeat(16 << 20) + line)) {
            Files.writeString(folder.resolve("cases.jsonl"), broken);
            assertThrows(CorruptFileException.class, () -> Suite.read(folder, Mixers.load()));
        }
    }

    /** A case whose tensors do not fit each other fails alone, and tells what does not fit. */
    @Test
    void aCaseThatIsNoneFailsAlone() throws IOException {
        Map<String, Tensor> unfit = new LinkedHashMap<>();
        for (String name : List.of("input.Q", "input.K", "input.V", "output.Y")) {
            unfit.put(name, Tensor.zeros(1, 2, 4, 8));
        }
        unfit.put("input.attn_mask", Tensor.zeros(3, 5));
        assertVerdict(
                Verdict.FAIL,
                "a mask [1, 1, 3, 5] does not broadcast to [1, 2, 4, 4]",
                run("Attention", unfit, TOLERANCE));
        unfit.remove("input.attn_mask");
        Map<String, Tensor> cell = Map.of("input.X", Tensor.zeros(1, 1, 1), "input.R", Tensor.zeros(1, 1, 1));
        assertVerdict(Verdict.FAIL, "'input.W'", run("RNN", cell, TOLERANCE));
        Map<String, Tensor> cache =
                Map.of("input.past_cache", Tensor.zeros(1, 4, 2), "input.update", Tensor.zeros(1, 1, 3));
        assertVerdict(Verdict.FAIL, "update must have shape [1, 1, 2]", run("TensorScatter", cache, TOLERANCE));
        String graph =
                ", \"attributes\": {\"score_mod\": {\"graph\": {\"inputs\": [\"s\"], \"outputs\": [\"y\"], \"initializers\":"
                        + " {\"b\": {\"shape\": [2, 9], \"data\": [1]}}, \"nodes\": [{\"op\": \"Add\", \"inputs\": [\"s\", \"b\"],"
                        + " \"outputs\": [\"y\"]}]}}}";
        assertVerdict(Verdict.FAIL, "do not fit each other", run("FlexAttention", unfit, TOLERANCE + graph));
    }

    /** What the numbers of a file say is checked before anything is read or made by it. */
    @Test
    void sizesThatDoNotFitAreToldWithTheirValues() throws IOException {
        Tensor one = Tensor.zeros(1, 1, 1);
        Tensor heads = Tensor.zeros(1, 1, 1, 1);
        String attributes = TOLERANCE + ", \"attributes\": ";
        assertVerdict(
                Verdict.FAIL,
                "Scale [5] does not broadcast to [2, 4]",
                run("LayerNormalization", Map.of("input.X", Tensor.zeros(2, 4), "input.Scale", Tensor.zeros(5)), ""));
        assertVerdict(
                Verdict.FAIL,
                "B must have shape [4]",
                run("SwiGLU", Map.of("input.A", Tensor.zeros(4), "input.B", Tensor.zeros(3)), ""));
        assertVerdict(
                Verdict.FAIL,
                "input.write_indices F32[2] has 2 elements, expected 1",
                run(
                        "TensorScatter",
                        Map.of("input.past_cache", one, "input.update", one, "input.write_indices", Tensor.zeros(2)),
                        ""));
        assertVerdict(
                Verdict.FAIL,
                "past_key must have shape [1, 1, 1, 1]",
                run(
                        "Attention",
                        Map.of(
                                "input.Q",
                                heads,
                                "input.K",
                                heads,
                                "input.V",
                                heads,
                                "input.past_key",
                                Tensor.zeros(1, 2, 1, 1)),
                        ""));
        Map<String, Tensor> convolution = Map.of("input.X", one, "input.W", one);
        assertVerdict(Verdict.FAIL, "stride 0", run("Conv", convolution, attributes + "{\"strides\": [0]}"));
        assertVerdict(
                Verdict.FAIL,
                "padding 2147483647 and 0; each must be in 0 to 65536",
                run("Conv", convolution, attributes + "{\"pads\": [2147483647, 0]}"));
        assertVerdict(
                Verdict.FAIL,
                "dimension 2 of [1, 1], which has 2",
                run("Conv", Map.of("input.X", one, "input.W", Tensor.zeros(1, 1)), ""));
        assertVerdict(
                Verdict.FAIL,
                "input.X F32[0, 2097152] has no elements: its other dimensions may be 1048576 together",
                run("Softmax", Map.of("input.X", Tensor.zeros(0, 1 << 21)), ""));
        String graph =
                "{\"score_mod\": {\"graph\": {\"inputs\": [\"s\"], \"outputs\": [\"y\"], \"nodes\": [{\"op\": \"Add\","
                        + " \"inputs\": [\"s\"], \"outputs\": [\"y\"]}]}}}";
        assertVerdict(
                Verdict.FAIL,
                "a graph with Add of 1 inputs",
                run("FlexAttention", Map.of("input.Q", heads, "input.K", heads, "input.V", heads), attributes + graph));
    }
}
