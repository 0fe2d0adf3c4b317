package org.attention4j.cli.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Mixers;
import org.attention4j.api.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gates of 1/2, whatever they see, and a Λ for which a is 1/2: h is h/2 + √(3/4) x/2, or x/2 at position 0. */
class RgLruOperatorTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void positionZeroBeginsAnewAndAnotherHasAPast() throws IOException {
        float root = (float) Math.sqrt(0.75);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("input.activations", Tensor.of(new float[] {2, 2, 2, 2}, 1, 4, 1));
        float one = Float.intBitsToFloat(1); // the bytes of the integer 1
        tensors.put("input.position_ids", Tensor.of(new float[] {one, 0, one, 0}, 1, 4));
        for (String gate : new String[] {"input_gate_", "recurrent_gate_"}) {
            tensors.put("param." + gate + "weight", Tensor.zeros(1, 1, 1));
            tensors.put("param." + gate + "bias", Tensor.zeros(1, 1));
        }
        float lambda = (float) Math.log(Math.pow(2, 0.25) - 1);
        tensors.put("param.recurrent_param", Tensor.of(new float[] {lambda}, 1));
        tensors.put("output.output", Tensor.of(new float[] {root, 1, 0.5f + root, 1}, 1, 4, 1));
        tensors.put("output.recurrent_states", Tensor.of(new float[] {1}, 1, 1));
        MadeUpCase.run(folder, "rglru", "\"attributes\": {\"num_attention_heads\": 1}", tensors);
        Path file = folder.resolve("case.safetensors");
        String given = "\"input.position_ids\":{\"dtype\":\"F32\"";
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        String integers = text.replace(given, given.replace("F32", "I32"));
        Files.write(file, integers.getBytes(StandardCharsets.ISO_8859_1));
        CaseResult result =
                Suite.read(folder, Mixers.load()).run(progress -> {}).get(0);
        assertEquals(Verdict.PASS, result.verdict(), result.reason());
    }
}
