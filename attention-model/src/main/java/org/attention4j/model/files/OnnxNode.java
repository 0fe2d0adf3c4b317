package org.attention4j.model.files;

import java.util.List;
import java.util.Map;

/**
 * A node of an ONNX graph.
 *
 * @param name the name; may be empty, since ONNX does not demand one
 * @param operator the operator, for example {@code MatMul}
 * @param inputs the names of the values it reads, in order; {@code ""} marks an optional one that is absent
 * @param outputs the names of the values it makes
 * @param attributes its attributes by name
 */
public record OnnxNode(
        String name,
        String operator,
        List<String> inputs,
        List<String> outputs,
        Map<String, OnnxAttribute> attributes) {
    /** Whether an input, counted from 0, is there and not left out. */
    boolean hasInput(int index) {
        return index < inputs.size() && !inputs.get(index).isEmpty();
    }
}
