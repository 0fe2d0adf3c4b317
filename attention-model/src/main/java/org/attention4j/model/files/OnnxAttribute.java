package org.attention4j.model.files;

import java.util.List;

/**
 * The value of an attribute of an ONNX node. Attributes that hold graphs, types or sparse tensors, several texts or several tensors, are not kept.
 */
public sealed interface OnnxAttribute {
    /**
     * One integer or several.
     *
     * @param values the integers; one for an attribute of ONNX's type INT
     */
    record Integers(List<Long> values) implements OnnxAttribute {}

    /**
     * One floating-point number or several.
     *
     * @param values the numbers; one for an attribute of ONNX's type FLOAT
     */
    record Floats(List<Float> values) implements OnnxAttribute {}

    /**
     * One text.
     *
     * @param value the text
     */
    record Text(String value) implements OnnxAttribute {}

    /**
     * One tensor: what a Constant node answers.
     *
     * @param value the tensor
     */
    record Tensor(StoredTensor value) implements OnnxAttribute {}
}
