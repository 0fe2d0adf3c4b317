package org.attention4j.cli.vectors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Tensor;
import org.attention4j.model.files.Safetensors;

/** A suite of one case that a test makes up. */
final class MadeUpCase {
    private MadeUpCase() {}

    /**
     * Runs it with tolerances of 10⁻⁶.
     *
     * @param folder takes its files
     * @param more members of its JSON object: {@code "opset": 11, "attributes": …}
     */
    static CaseResult run(
            Path folder, String operator, String more, Map<String, Tensor> inputs, Map<String, Tensor> outputs)
            throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        inputs.forEach((name, tensor) -> tensors.put("input." + name, tensor));
        outputs.forEach((name, tensor) -> tensors.put("output." + name, tensor));
        return run(folder, operator, more, tensors);
    }

    /**
     * Runs it with tolerances of 10⁻⁶.
     *
     * @param tensors under their full names, as {@code grad.input.key}
     */
    static CaseResult run(Path folder, String operator, String more, Map<String, Tensor> tensors) throws IOException {
        Safetensors.write(folder.resolve("case.safetensors"), NamedTensors.of(tensors), Map.of());
        String names = tensors.keySet().stream()
                .filter(name -> name.startsWith("input."))
                .map(name -> '"' + name.substring("input.".length()) + '"')
                .collect(Collectors.joining(", "));
        Files.writeString(
                folder.resolve("cases.jsonl"),
                "{\"name\": \"a\", \"op\": \"" + operator + "\", \"file\": \"case.safetensors\", \"inputs\": [" + names
                        + "], \"atol\": 1e-6, \"rtol\": 1e-6, " + more + "}");
        return Suite.read(folder, Mixers.load()).run(progress -> {}).get(0);
    }
}
