package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Tensor;
import org.attention4j.model.files.ElementType;
import org.attention4j.model.files.Safetensors;
import org.attention4j.model.files.StoredTensor;

/** One reference case: a line of {@code cases.jsonl} and its file of tensors. */
final class ReferenceCase implements AutoCloseable {
    /** One rounding to 11 bits is 2⁻¹¹ of a number, and two libraries may round apart. */
    private static final double F16_RTOL = 2e-3;

    private static final double F16_ATOL = 1e-4;
    /** As ONNX's own runner has it. */
    private static final double BF16_RTOL = 0x1p-6;

    private static final int MOST_OF_NONE = 1 << 20;

    private final JsonNode description;
    private final Safetensors file;

    private ReferenceCase(JsonNode description, Safetensors file) {
        this.description = description;
        this.file = file;
    }

    /** Opens the file that a line names; it must lie in the suite's directory. */
    static ReferenceCase open(Path directory, JsonNode description) throws IOException {
        Path suite = directory.toAbsolutePath().normalize();
        Path file = suite.resolve(description.path("file").asText()).normalize();
        if (!file.startsWith(suite)) {
            throw new CorruptFileException(
                    directory.resolve("cases.jsonl").toString(),
                    0,
                    "file '" + description.path("file").asText() + "' lies outside the suite");
        }
        Safetensors opened = Safetensors.open(file);
        try {
            opened.tensors().forEach(tensor -> requireBounded(file, tensor));
        } catch (CorruptFileException unbounded) {
            opened.close();
            throw unbounded;
        }
        return new ReferenceCase(description, opened);
    }

    /** What is made of a tensor has some of its dimensions: where one is 0, the file's size does not bound the others. */
    private static void requireBounded(Path file, StoredTensor tensor) {
        long others = 1;
        for (long extent : tensor.shape()) {
            others *= Math.max(1, extent);
            if (tensor.elements() == 0 && others > MOST_OF_NONE) {
                throw new CorruptFileException(
                        file.toString(),
                        0,
                        "tensor " + tensor + " has no elements: its other dimensions may be " + MOST_OF_NONE
                                + " together");
            }
        }
    }

    String name() {
        return description.path("name").asText();
    }

    String operator() {
        return description.path("op").asText();
    }

    /** An attribute; its default where the case does not give it; a missing node where there is neither. */
    JsonNode attribute(String name) {
        JsonNode given = description.path("attributes").path(name);
        return given.isMissingNode() ? description.path("attribute_defaults").path(name) : given;
    }

    /** The version of ONNX's operators that the case asks for; 0 where it says none. */
    int opset() {
        return description.path("opset").asInt(0);
    }

    /** A truth value, or an integer that is not 0; false where there is none. */
    boolean flag(String attribute) {
        return flag(attribute, false);
    }

    boolean flag(String attribute, boolean otherwise) {
        JsonNode given = attribute(attribute);
        require(attribute, given, given.isBoolean() || given.isInt(), "a truth value");
        return given.isInt() ? given.asInt() != 0 : given.asBoolean(otherwise);
    }

    int integer(String attribute, int otherwise) {
        JsonNode given = attribute(attribute);
        require(attribute, given, given.isInt(), "an integer");
        return given.asInt(otherwise);
    }

    double number(String attribute, double otherwise) {
        JsonNode given = attribute(attribute);
        require(attribute, given, given.isNumber(), "a number");
        return given.asDouble(otherwise);
    }

    String text(String attribute, String otherwise) {
        JsonNode given = attribute(attribute);
        require(attribute, given, given.isTextual(), "a text");
        return given.asText(otherwise);
    }

    /** An attribute may be left out or null; else it is of its type. */
    private static void require(String attribute, JsonNode given, boolean ofType, String type) {
        if (!ofType && !given.isMissingNode() && !given.isNull()) {
            throw new IllegalArgumentException("attribute " + attribute + " is " + given + ", not " + type);
        }
    }

    /** The names of the inputs that are given. */
    List<String> inputNames() {
        List<String> names = new ArrayList<>();
        for (JsonNode input : description.path("inputs")) {
            if (hasInput(input.asText())) {
                names.add(input.asText());
            }
        }
        return names;
    }

    boolean hasInput(String name) {
        return has("input." + name);
    }

    /** An input as it is stored: for its shape, its integers or its truth values. */
    StoredTensor storedInput(String name) {
        return file.tensor("input." + name);
    }

    boolean has(String name) {
        return file.names().contains(name);
    }

    /** A tensor as float32. */
    Tensor tensor(String name) {
        return file.tensor(name).tensor();
    }

    Tensor input(String name) {
        return tensor("input." + name);
    }

    boolean isBoolean(String name) {
        return storedInput(name).type() == ElementType.BOOL;
    }

    /** Whether an input has no NaN and no infinity; a mask's −∞ hides and counts as finite. */
    boolean isFinite(String name) {
        if (isBoolean(name)) {
            return true;
        }
        boolean mask = name.contains("mask");
        for (double value : doubles("input." + name)) {
            if (!(Math.abs(value) <= Double.MAX_VALUE) && !(mask && value == Double.NEGATIVE_INFINITY)) {
                return false;
            }
        }
        return true;
    }

    /**
     * An input of whole numbers: lengths, positions, indices.
     *
     * @param count how many there must be
     */
    int[] integers(String name, int count) {
        StoredTensor stored = storedInput(name);
        if (stored.elements() != count) {
            throw new IllegalArgumentException(stored + " has " + stored.elements() + " elements, expected " + count);
        }
        return Arrays.stream(stored.longs())
                .mapToInt(number -> integer(stored, number))
                .toArray();
    }

    private static int integer(StoredTensor stored, long number) {
        if (number != (int) number) {
            throw new IllegalArgumentException(stored + " holds " + number + ", which is no int");
        }
        return (int) number;
    }

    private double[] doubles(String name) {
        StoredTensor stored = file.tensor(name);
        if (stored.type() == ElementType.I64 || stored.type() == ElementType.I32) {
            return Arrays.stream(stored.longs()).asDoubleStream().toArray();
        }
        return stored.doubles();
    }

    /** The parameters under their own names. */
    NamedTensors parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (String name : file.names()) {
            if (name.startsWith("param.")) {
                parameters.put(name.substring("param.".length()), tensor(name));
            }
        }
        return NamedTensors.of(parameters);
    }

    /** Whether the case has gradients. */
    boolean hasGradients() {
        return file.names().stream().anyMatch(name -> name.startsWith("grad."));
    }

    boolean hasCotangent(String output) {
        return has("cotangent." + output);
    }

    Tensor cotangent(String output) {
        return tensor("cotangent." + output);
    }

    /** The results that the case has, without the precision they were computed in. */
    TreeSet<String> expected() {
        TreeSet<String> expected = new TreeSet<>();
        for (String name : file.names()) {
            if (name.startsWith("output.") || name.startsWith("grad.")) {
                expected.add(name.contains("@") ? name.substring(0, name.indexOf('@')) : name);
            }
        }
        return expected;
    }

    /** The tensor that a float32 result is compared with. */
    StoredTensor expected(String name) {
        String precision =
                description.path("tolerances").path(name).path("f32_reference").asText("f64");
        if (has(name + "@" + precision)) {
            return file.tensor(name + "@" + precision);
        }
        return file.tensor(has(name) ? name : name + "@f32");
    }

    double[] expectedValues(String name) {
        return doubles(expected(name).name());
    }

    /**
     * The difference that is allowed between a float32 result and a reference value: the tensor's own absolute one, or the case's
     * {@code atol} and {@code rtol}, which are wider for results in 16 bits.
     *
     * @throws CorruptFileException if the case has neither
     */
    double tolerance(String name, double value) {
        JsonNode absolute = description.path("tolerances").path(name).path("atol_f32");
        if (absolute.isNumber()) {
            return absolute.asDouble();
        }
        JsonNode atol = description.path("atol");
        JsonNode rtol = description.path("rtol");
        if (!atol.isNumber() || !rtol.isNumber()) {
            throw new CorruptFileException("cases.jsonl, case " + name(), 0, "there is no tolerance for " + name);
        }
        return switch (expected(name).type()) {
            case F16 -> F16_ATOL + F16_RTOL * Math.abs(value);
            case BF16 -> atol.asDouble() + BF16_RTOL * Math.abs(value);
            default -> atol.asDouble() + rtol.asDouble() * Math.abs(value);
        };
    }

    @Override
    public void close() {
        file.close();
    }
}
