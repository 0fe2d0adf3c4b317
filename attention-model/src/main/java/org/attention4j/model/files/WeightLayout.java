package org.attention4j.model.files;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Where a published model's file has our parameters. What is not named here has our own name there.
 *
 * <pre>{@code
 * WeightLayout block = WeightLayout.ours()
 *         .with("self_attn.in_proj_weight", Weight.rows("self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"))
 *         .renamed("self_attn.out_proj.weight", "self_attn.o_proj.weight")
 *         .renamed("norm1.weight", "input_layernorm.weight");
 * NamedTensors read = StateDict.read(file, "model.", encoder.spec().parameters(), WeightLayout.ours().layers(32, "layers.", block));
 * }</pre>
 *
 * <p>Immutable.
 */
public final class WeightLayout {
    private static final WeightLayout OURS = new WeightLayout(Map.of(), List.of(), Set.of());

    private final Map<String, Weight> weights;
    private final List<Part> parts;
    private final Set<String> unread;

    /** Parameters that begin with one prefix here and with another there. */
    private record Part(String ours, String theirs, WeightLayout layout) {}

    private WeightLayout(Map<String, Weight> weights, List<Part> parts, Set<String> unread) {
        this.weights = weights;
        this.parts = parts;
        this.unread = unread;
    }

    /**
     * Every parameter under its own name, as in PyTorch's layers.
     *
     * @return the layout that others begin with
     */
    public static WeightLayout ours() {
        return OURS;
    }

    /**
     * The same with one parameter made of other tensors.
     *
     * @param parameter its name here
     * @param weight what it is in the file
     * @return a new layout; what was said of the parameter before, alone or as one of a part, no longer holds
     */
    public WeightLayout with(String parameter, Weight weight) {
        Map<String, Weight> all = new LinkedHashMap<>(weights);
        all.put(Objects.requireNonNull(parameter, "parameter"), Objects.requireNonNull(weight, "weight"));
        return new WeightLayout(Collections.unmodifiableMap(all), parts, unread);
    }

    /**
     * The same with one parameter under another name.
     *
     * @param parameter its name here
     * @param name its name in the file
     * @return a new layout
     */
    public WeightLayout renamed(String parameter, String name) {
        return with(parameter, Weight.of(name));
    }

    /**
     * The same with a part that has a layout of its own.
     *
     * @param ours what the names of its parameters begin with here: {@code "norm."}
     * @param theirs what they begin with in the file: {@code "ln_f."}
     * @param layout of what follows; {@link #ours} where the rest of the names is the same
     * @return a new layout
     */
    public WeightLayout part(String ours, String theirs, WeightLayout layout) {
        List<Part> all = new ArrayList<>(parts);
        all.add(new Part(
                Objects.requireNonNull(ours, "ours"),
                Objects.requireNonNull(theirs, "theirs"),
                Objects.requireNonNull(layout, "layout")));
        return new WeightLayout(weights, List.copyOf(all), unread);
    }

    /**
     * The same with the layers of a stack, {@code layers.0.} and so on.
     *
     * @param count how many
     * @param theirs what their names begin with in the file, before the number: {@code "h."}
     * @param layer the layout of each
     * @return a new layout
     * @throws IllegalArgumentException if the count is negative
     */
    public WeightLayout layers(int count, String theirs, WeightLayout layer) {
        if (count < 0) {
            throw new IllegalArgumentException("count " + count + "; it must be at least 0");
        }
        Objects.requireNonNull(layer, "layer");
        List<Part> all = new ArrayList<>(parts);
        for (int i = 0; i < count; i++) {
            all.add(new Part("layers." + i + ".", theirs + i + ".", layer));
        }
        return new WeightLayout(weights, List.copyOf(all), unread);
    }

    /**
     * The same with a linear layer or convolution that is, with the batch norm behind it, one of ours: a trained batch norm multiplies and shifts each channel,
     * W x + b becomes s ⊙ W x + (b − μ) ⊙ s + β with s = γ / √(σ² + ε) (Ioffe and Szegedy 2015, algorithm 2). For ours {@code bias} is true, whether theirs has
     * one or not. {@code num_batches_tracked}, which PyTorch stores beside, is left out.
     *
     * <pre>{@code
     * layout.withBatchNorm("0.", Weight.of("conv.weight"), Weight.of("conv.bias"), "bn.", 1e-5)
     * layout.withBatchNorm("0.", Weight.of("conv.weight"), Weight.zeros(256), "bn.", 1e-3)  // a convolution without bias
     * }</pre>
     *
     * @param ours what the names of our {@code weight} and {@code bias} begin with
     * @param weight W, of as many rows as the norm has channels
     * @param bias b
     * @param norm what the names of the norm's tensors begin with in the file, as in {@link Weight#batchNormScale}
     * @param epsilon ε
     * @return a new layout
     * @throws IllegalArgumentException if ε is negative or not a number
     */
    public WeightLayout withBatchNorm(String ours, Weight weight, Weight bias, String norm, double epsilon) {
        return with(ours + "weight", weight.timesRows(Weight.batchNormScale(norm, epsilon)))
                .with(ours + "bias", bias.batchNormed(norm, epsilon))
                .without(norm + "num_batches_tracked");
    }

    /**
     * The same for files with a tensor that is no parameter: a stored mask, frequencies of rotary positions.
     *
     * @param name its name in the file
     * @return a new layout
     */
    public WeightLayout without(String name) {
        Set<String> all = new LinkedHashSet<>(unread);
        all.add(Objects.requireNonNull(name, "name"));
        return new WeightLayout(weights, parts, Collections.unmodifiableSet(all));
    }

    /** What a parameter is made of. */
    Weight weight(String parameter) {
        Weight weight = weights.get(parameter);
        if (weight != null) {
            return weight;
        }
        for (int i = parts.size() - 1; i >= 0; i--) { // the last word holds
            Part part = parts.get(i);
            if (parameter.startsWith(part.ours)) {
                return part.layout
                        .weight(parameter.substring(part.ours.length()))
                        .under(part.theirs);
            }
        }
        return Weight.of(parameter);
    }

    /** Names in the file that nothing is made of. */
    Set<String> unread() {
        Set<String> all = new LinkedHashSet<>(unread);
        for (Part part : parts) {
            part.layout.unread().forEach(name -> all.add(part.theirs + name));
        }
        return all;
    }
}
