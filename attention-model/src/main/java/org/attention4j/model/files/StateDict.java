package org.attention4j.model.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Tensor;

/**
 * Parameters from and to safetensors files, under the names that PyTorch's {@code state_dict} gives them, which are those of our layers
 * and mixers:
 *
 * <pre>{@code
 * StateDict.write(file, model.parameters(), ElementType.BF16);
 * NamedTensors read = StateDict.read(file, "encoder.layers.0.", block.spec().parameters());
 * block = block.withParameters(ParameterSource.of(read));
 * }</pre>
 *
 * <p>A {@link WeightLayout} reads files of models that others have named and laid out.
 *
 * <p>A file and a model must agree name by name: what is missing, what is left over and what has another shape is all told at once, and
 * nothing is loaded. Whoever wants a part of a file gives the part's prefix; whoever wants less than that reads {@link
 * Safetensors#tensors()}.
 */
public final class StateDict {
    private StateDict() {}

    /**
     * Reads the parameters of a layer, a mixer or a model.
     *
     * @param file a safetensors file
     * @param prefix what their names in the file begin with: {@code "encoder.layers.0."}, or nothing
     * @param parameters names and shapes of those that are wanted; all names in the file with that prefix must be among them
     * @return new tensors under the parameters' own names, in their order; F16 and BF16 are converted exactly, F64 is rounded
     * @throws StateDictException if a name is missing or left over, or a tensor has another shape, no floating-point numbers
     *     or more than an array holds
     * @throws CorruptFileException if the file is not what the format prescribes
     * @throws IOException if the file cannot be read
     */
    public static NamedTensors read(Path file, String prefix, List<ParameterSpec> parameters) throws IOException {
        try (Safetensors opened = Safetensors.open(file)) {
            return read(opened, prefix, parameters);
        }
    }

    /**
     * As {@link #read(Path, String, List)}, of an opened file: for models whose parts are read one by one.
     *
     * @param file the file
     * @param prefix what their names in the file begin with
     * @param parameters names and shapes of those that are wanted
     * @return new tensors under the parameters' own names, in their order
     * @throws StateDictException if file and parameters do not agree
     */
    public static NamedTensors read(Safetensors file, String prefix, List<ParameterSpec> parameters) {
        return read(file, prefix, parameters, WeightLayout.ours());
    }

    /**
     * As {@link #read(Path, String, List)}, of a file that was written for other code.
     *
     * @param file a safetensors file
     * @param prefix what names in the file begin with
     * @param parameters names and shapes of those that are wanted
     * @param layout what each is made of; a name in the file with that prefix that it neither uses nor {@linkplain WeightLayout#without
     *     leaves out} is refused
     * @return new tensors under the parameters' own names, in their order
     * @throws StateDictException if file and parameters do not agree
     * @throws CorruptFileException if the file is not what the format prescribes
     * @throws IOException if the file cannot be read
     */
    public static NamedTensors read(Path file, String prefix, List<ParameterSpec> parameters, WeightLayout layout)
            throws IOException {
        try (Safetensors opened = Safetensors.open(file)) {
            return read(opened, prefix, parameters, layout);
        }
    }

    /**
     * As {@link #read(Path, String, List, WeightLayout)}, of an opened file.
     *
     * @param file the file
     * @param prefix what names in the file begin with
     * @param parameters names and shapes of those that are wanted
     * @param layout what each is made of
     * @return new tensors under the parameters' own names, in their order
     * @throws StateDictException if file and parameters do not agree
     */
    public static NamedTensors read(
            Safetensors file, String prefix, List<ParameterSpec> parameters, WeightLayout layout) {
        Set<String> missing = new LinkedHashSet<>();
        Set<String> known = new HashSet<>();
        layout.unread().forEach(name -> known.add(prefix + name));
        for (ParameterSpec parameter : parameters) {
            for (String name : layout.weight(parameter.name()).names()) {
                known.add(prefix + name);
                if (!file.names().contains(prefix + name)) {
                    missing.add(prefix + name);
                }
            }
        }
        List<String> unexpected = file.names().stream()
                .filter(name -> name.startsWith(prefix) && !known.contains(name))
                .toList();
        List<String> unfit = new ArrayList<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (ParameterSpec parameter : parameters) {
            Weight weight = layout.weight(parameter.name());
            if (weight.names().stream().noneMatch(name -> missing.contains(prefix + name))) {
                fit(file, prefix, parameter, weight, unfit).ifPresent(tensor -> tensors.put(parameter.name(), tensor));
            }
        }
        if (!missing.isEmpty() || !unexpected.isEmpty() || !unfit.isEmpty()) {
            throw new StateDictException(file.file().toString(), prefix, List.copyOf(missing), unexpected, unfit);
        }
        return NamedTensors.of(tensors);
    }

    /** A parameter, or a line in {@code unfit}. */
    private static Optional<Tensor> fit(
            Safetensors file, String prefix, ParameterSpec parameter, Weight weight, List<String> unfit) {
        String expected = ", expected " + parameter.shape();
        List<StoredTensor> stored =
                weight.names().stream().map(name -> file.tensor(prefix + name)).toList();
        for (StoredTensor one : stored) {
            if (!one.isReadable() || weight.plain() && !one.hasShape(parameter.shape())) {
                unfit.add(one + expected);
                return Optional.empty();
            }
        }
        try {
            Tensor tensor = weight.read(name -> file.tensor(prefix + name).tensor());
            if (tensor.shape().equals(parameter.shape())) {
                return Optional.of(tensor);
            }
            unfit.add(parameter.name() + " = " + weight + " is " + tensor.shape() + expected);
        } catch (BadShapeException e) {
            unfit.add(parameter.name() + " = " + e.getMessage() + expected);
        }
        return Optional.empty();
    }

    /**
     * Writes parameters; {@link ParameterSource#of} of what {@link #read(Path, String, List)} reads makes the same layer again.
     *
     * @param file where to write; an existing file is replaced, in one step
     * @param parameters under the names that they are to have in the file: {@code NamedTensors.empty().and("encoder.", …)}
     * @param type F32, which keeps every bit; F64; or F16 or BF16, rounded to the nearest, ties to even
     * @throws IllegalArgumentException for another type, or if a finite number is out of its range
     * @throws IOException if the file cannot be written; then the previous file, if any, is as it was
     */
    public static void write(Path file, NamedTensors parameters, ElementType type) throws IOException {
        Safetensors.write(file, parameters, type, Map.of("format", "pt")); // as PyTorch's own writer says
    }
}
