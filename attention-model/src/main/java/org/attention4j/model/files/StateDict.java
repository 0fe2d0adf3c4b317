package org.attention4j.model.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
     * @param parameters what there is to be; all names in the file with that prefix must be among them
     * @return new tensors under the parameters' own names, in their order; F16 and BF16 are converted exactly, F64 is rounded
     * @throws StateDictException if a name is missing or left over, or a tensor has another shape or no floating-point numbers
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
     * @param parameters what there is to be
     * @return new tensors under the parameters' own names, in their order
     * @throws StateDictException if file and parameters do not agree
     */
    public static NamedTensors read(Safetensors file, String prefix, List<ParameterSpec> parameters) {
        List<String> missing = new ArrayList<>();
        List<String> unfit = new ArrayList<>();
        for (ParameterSpec parameter : parameters) {
            String name = prefix + parameter.name();
            if (!file.names().contains(name)) {
                missing.add(name);
            } else {
                StoredTensor stored = file.tensor(name);
                if (!stored.isFloating() || !stored.hasShape(parameter.shape())) {
                    unfit.add(stored + ", expected " + parameter.shape());
                }
            }
        }
        Set<String> known = parameters.stream().map(one -> prefix + one.name()).collect(Collectors.toSet());
        List<String> unexpected = file.names().stream()
                .filter(name -> name.startsWith(prefix) && !known.contains(name))
                .toList();
        if (!missing.isEmpty() || !unexpected.isEmpty() || !unfit.isEmpty()) {
            throw new StateDictException(file.file().toString(), prefix, missing, unexpected, unfit);
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        parameters.forEach(parameter -> tensors.put(
                parameter.name(), file.tensor(prefix + parameter.name()).tensor()));
        return NamedTensors.of(tensors);
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
