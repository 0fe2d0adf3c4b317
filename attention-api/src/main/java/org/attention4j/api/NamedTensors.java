package org.attention4j.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Tensors by name, in a fixed order: the parameters of a mixer, their gradients, or the hidden state of a recurrence.
 *
 * <p>The set of names is immutable; the tensors are the caller's and are written by whoever fills them.
 */
public final class NamedTensors {
    private static final NamedTensors EMPTY = new NamedTensors(new LinkedHashMap<>());

    private final Map<String, Tensor> tensors;

    private NamedTensors(LinkedHashMap<String, Tensor> tensors) {
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * No tensors.
     *
     * @return the empty collection
     */
    public static NamedTensors empty() {
        return EMPTY;
    }

    /**
     * The given tensors in the map's order.
     *
     * @param tensors by name; the map is copied, the tensors are not
     * @return the collection
     */
    public static NamedTensors of(Map<String, Tensor> tensors) {
        return new NamedTensors(new LinkedHashMap<>(tensors));
    }

    /**
     * One more tensor at the end.
     *
     * @param name a new name
     * @param tensor the tensor, not copied
     * @return a new collection
     * @throws IllegalArgumentException if the name is there already
     */
    public NamedTensors with(String name, Tensor tensor) {
        LinkedHashMap<String, Tensor> more = new LinkedHashMap<>(tensors);
        if (more.putIfAbsent(name, tensor) != null) {
            throw new IllegalArgumentException("there is a tensor named '" + name + "' already");
        }
        return new NamedTensors(more);
    }

    /**
     * The tensors of a part of a model, at the end, their names prefixed as {@code state_dict} files have them.
     *
     * @param prefix put before every name: {@code "blocks.0."}
     * @param part the tensors, not copied
     * @return a new collection
     * @throws IllegalArgumentException if a name is there already
     */
    public NamedTensors and(String prefix, NamedTensors part) {
        LinkedHashMap<String, Tensor> more = new LinkedHashMap<>(tensors);
        part.tensors.forEach((name, tensor) -> {
            if (more.putIfAbsent(prefix + name, tensor) != null) {
                throw new IllegalArgumentException("there is a tensor named '" + prefix + name + "' already");
            }
        });
        return new NamedTensors(more);
    }

    /**
     * The tensors of a part of a model: those whose names have a prefix, without it. The counterpart of {@link #and} and
     * of {@link ParameterSource#under}.
     *
     * @param prefix {@code "blocks.0."}
     * @return a new collection of the same tensors, empty if no name has the prefix
     */
    public NamedTensors under(String prefix) {
        LinkedHashMap<String, Tensor> part = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(prefix)) {
                part.put(name.substring(prefix.length()), tensor);
            }
        });
        return new NamedTensors(part);
    }

    /**
     * One tensor.
     *
     * @param name its name
     * @return the tensor itself
     * @throws UnknownTensorException if there is none of that name
     */
    public Tensor get(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new UnknownTensorException(name, tensors.keySet());
        }
        return tensor;
    }

    /**
     * Whether there is a tensor of that name.
     *
     * @param name the name
     * @return true if so
     */
    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    /**
     * The names in order.
     *
     * @return an unmodifiable set
     */
    public Set<String> names() {
        return tensors.keySet();
    }

    /**
     * Name → tensor, in order.
     *
     * @return an unmodifiable map
     */
    public Map<String, Tensor> asMap() {
        return tensors;
    }

    /**
     * Visits every tensor in order.
     *
     * @param visitor is given name and tensor
     */
    public void forEach(BiConsumer<? super String, ? super Tensor> visitor) {
        tensors.forEach(visitor);
    }

    /**
     * The number of elements of all tensors together.
     *
     * @return the sum of their sizes
     */
    public long size() {
        return tensors.values().stream().mapToLong(Tensor::size).sum();
    }

    /**
     * Copies of all tensors under the same names.
     *
     * @return new tensors on the heap
     */
    public NamedTensors copy() {
        LinkedHashMap<String, Tensor> copies = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> copies.put(name, tensor.copy()));
        return new NamedTensors(copies);
    }

    /**
     * Zeros of the same names and shapes, as gradients want them.
     *
     * @return new tensors on the heap
     */
    public NamedTensors zerosLike() {
        LinkedHashMap<String, Tensor> zeros = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> zeros.put(name, Tensor.zeros(tensor.shape())));
        return new NamedTensors(zeros);
    }

    /**
     * Overwrites every element of every tensor.
     *
     * @param value the new value of all
     */
    public void fill(float value) {
        tensors.values().forEach(tensor -> tensor.fill(value));
    }

    /** Names and shapes. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        tensors.forEach((name, tensor) -> text.append(text.length() > 1 ? ", " : "")
                .append(name)
                .append(' ')
                .append(tensor.shape()));
        return text.append('}').toString();
    }
}
