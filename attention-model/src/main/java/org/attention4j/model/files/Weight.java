package org.attention4j.model.files;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;

/**
 * How one of our parameters is made of tensors of a file that was written for other code: joined, cut, turned, shifted.
 *
 * <pre>{@code
 * Weight.rows("q_proj.weight", "k_proj.weight", "v_proj.weight")  // one below the other: our in_proj_weight
 * Weight.of("c_attn.weight").transposed()                         // [in, out] to [out, in]: GPT-2's Conv1D, Keras' Dense
 * Weight.of("input_layernorm.weight").plus(1)                     // Gemma's norms multiply by 1 + weight
 * Weight.of("weight_v").unitRows().timesRows(Weight.of("weight_g"))  // PyTorch's weight norm: of WaveNets and TCNs
 * Weight.of("query_key_value.weight").reshaped(H, 3, E, D).permuted(1, 0, 2, 3).reshaped(3 * H * E, D)  // GPT-NeoX: head by head
 * }</pre>
 *
 * <p>Immutable; nothing is read before a {@link WeightLayout} is.
 */
public final class Weight {
    private final Set<String> names;
    private final String text;
    private final Function<Function<String, Tensor>, Tensor> value;

    private Weight(Set<String> names, String text, Function<Function<String, Tensor>, Tensor> value) {
        this.names = names;
        this.text = text;
        this.value = value;
    }

    /**
     * A tensor of the file.
     *
     * @param name without the prefix that is given when the file is read
     * @return the tensor as it is
     */
    public static Weight of(String name) {
        Objects.requireNonNull(name, "name");
        return new Weight(Set.of(name), name, stored -> stored.apply(name));
    }

    /**
     * Zeros, for a bias that the published model does not have and ours does.
     *
     * @param extents of the parameter
     * @return zeros
     */
    public static Weight zeros(int... extents) {
        Shape shape = Shape.of(extents);
        return new Weight(Set.of(), "zeros" + shape, stored -> Tensor.zeros(shape));
    }

    /**
     * Tensors of the file, one below the other along the first axis.
     *
     * @param names in the order of the rows
     * @return what they are together
     */
    public static Weight rows(String... names) {
        return rows(Stream.of(names).map(Weight::of).toArray(Weight[]::new));
    }

    /**
     * Weights one below the other along the first axis; all other extents are the same.
     *
     * @param parts at least one
     * @return what they are together
     */
    public static Weight rows(Weight... parts) {
        if (parts.length == 0) {
            throw new IllegalArgumentException("0 weights; at least one is needed");
        }
        return made("rows", Weight::joined, parts);
    }

    /**
     * What code of yours makes of others, where no method here does: a softmax of taps, taps in another order.
     *
     * <pre>{@code
     * Weight.made("backwards", tensors -> backwards(tensors.get(0)), Weight.of("filter"))
     * }</pre>
     *
     * @param what how messages call it
     * @param make gives a new tensor of those of the parts, which it does not write to; a {@link BadShapeException} of it is a refusal of
     *     the file
     * @param parts what it is made of
     * @return what comes out
     */
    public static Weight made(String what, Function<List<Tensor>, Tensor> make, Weight... parts) {
        Objects.requireNonNull(make, "make");
        List<Weight> all = List.of(parts);
        Set<String> names = new LinkedHashSet<>();
        all.forEach(part -> names.addAll(part.names));
        String text = all.stream().map(Weight::toString).collect(Collectors.joining(", ", what + "(", ")"));
        return new Weight(names, text, stored -> {
            List<Tensor> tensors =
                    all.stream().map(part -> part.value.apply(stored)).toList();
            try {
                return Objects.requireNonNull(make.apply(tensors), () -> "what is made: " + text);
            } catch (BadShapeException e) {
                throw new BadShapeException(text + ": " + e.getMessage());
            }
        });
    }

    private static Tensor joined(List<Tensor> tensors) {
        int[] extents = tensors.get(0).shape().extents();
        long rows = 0;
        for (Tensor tensor : tensors) {
            int[] own = tensor.shape().extents();
            if (own.length == 0
                    || own.length != extents.length
                    || !Arrays.equals(own, 1, own.length, extents, 1, extents.length)) {
                throw new BadShapeException(tensor.shape() + " cannot stand below "
                        + tensors.get(0).shape() + "; all extents but the first must be the same");
            }
            rows += own[0];
        }
        if (rows > Integer.MAX_VALUE) {
            throw new BadShapeException(rows + " rows together; a tensor has at most 2^31 - 1");
        }
        extents[0] = (int) rows;
        Tensor result = Tensor.zeros(extents);
        int at = 0;
        for (Tensor tensor : tensors) {
            int next = at + tensor.extent(0);
            result.range(at, next).copyFrom(tensor);
            at = next;
        }
        return result;
    }

    /**
     * Some rows of this.
     *
     * @param from the first
     * @param to behind the last
     * @return the part
     * @throws IllegalArgumentException if the first is negative or past the last
     */
    public Weight rows(int from, int to) {
        if (from < 0 || from > to) {
            throw new IllegalArgumentException("rows " + from + " to " + to + "; it must be 0 ≤ from ≤ to");
        }
        return then(".rows(" + from + ", " + to + ")", tensor -> {
            int count = tensor.shape().rank() == 0 ? 0 : tensor.extent(0);
            if (to > count) {
                throw new BadShapeException(
                        text + " " + tensor.shape() + ": no rows " + from + " to " + to + " of " + count);
            }
            return tensor.range(from, to).copy();
        });
    }

    /**
     * The same numbers in the same order, in another shape.
     *
     * @param extents of the same number of elements
     * @return the weight in that shape
     */
    public Weight reshaped(int... extents) {
        Shape shape = Shape.of(extents);
        return then(".reshaped" + shape, tensor -> {
            if (tensor.size() != shape.size()) {
                throw new BadShapeException(text + " " + tensor.shape() + ": cannot be reshaped to " + shape + ", "
                        + tensor.size() + " numbers to " + shape.size());
            }
            return tensor.reshape(shape.extents());
        });
    }

    /**
     * Rows as columns.
     *
     * @return the weight of two axes with these exchanged
     */
    public Weight transposed() {
        return permuted(1, 0);
    }

    /**
     * The same numbers with their axes in another order.
     *
     * @param axes the axis of this that becomes the first, the second, …; each once
     * @return the weight with these axes
     */
    public Weight permuted(int... axes) {
        int[] order = axes.clone();
        int[] sorted = axes.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length; i++) {
            if (sorted[i] != i) {
                throw new IllegalArgumentException("axes " + Arrays.toString(axes) + "; each of 0 to "
                        + (axes.length - 1) + " must be there once");
            }
        }
        return then(".permuted" + Arrays.toString(axes), tensor -> {
            if (tensor.shape().rank() != order.length) {
                throw new BadShapeException(
                        text + " " + tensor.shape() + ": has no " + order.length + " axes to permute");
            }
            return permuted(tensor, order);
        });
    }

    /** A matrix with its axes exchanged. */
    static Tensor transposed(Tensor matrix) {
        return permuted(matrix, new int[] {1, 0});
    }

    private static Tensor permuted(Tensor tensor, int[] order) {
        int rank = order.length;
        int[] extents = new int[rank];
        int[] strides = new int[rank];
        for (int i = 0; i < rank; i++) {
            extents[i] = tensor.extent(order[i]);
            strides[i] = 1;
            for (int axis = order[i] + 1; axis < rank; axis++) {
                strides[i] *= tensor.extent(axis);
            }
        }
        float[] from = tensor.toArray();
        float[] to = new float[from.length];
        int[] index = new int[rank];
        for (int at = 0, source = 0; at < to.length; at++) {
            to[at] = from[source];
            for (int i = rank - 1; i >= 0; i--) { // the next index
                source += strides[i];
                if (++index[i] < extents[i]) {
                    break;
                }
                source -= index[i] * strides[i];
                index[i] = 0;
            }
        }
        return Tensor.of(to, extents);
    }

    /**
     * Zeros around the last axis: taps of zeros, by which a convolution that reaches further to one side, or has an even number of taps, becomes a centred
     * one of an odd number.
     *
     * @param before how many zeros are put before each row of the last axis
     * @param behind how many behind it
     * @return the wider weight
     * @throws IllegalArgumentException if a number is negative
     */
    public Weight padded(int before, int behind) {
        if (before < 0 || behind < 0) {
            throw new IllegalArgumentException(
                    "padding of " + before + " before and " + behind + " behind; neither may be negative");
        }
        return then(".padded(" + before + ", " + behind + ")", tensor -> {
            int rank = tensor.shape().rank();
            if (rank == 0) {
                throw new BadShapeException(text + " " + tensor.shape() + ": has no axis to pad");
            }
            int[] extents = tensor.shape().extents();
            int taps = extents[rank - 1];
            long wide = (long) taps + before + behind;
            if (wide > Integer.MAX_VALUE) {
                throw new BadShapeException(wide + " numbers on an axis; there are at most 2^31 - 1");
            }
            extents[rank - 1] = (int) wide;
            Tensor result = Tensor.zeros(extents);
            float[] from = tensor.toArray();
            for (int row = 0; taps > 0 && row < from.length / taps; row++) {
                System.arraycopy(from, row * taps, result.array(), row * (int) wide + before, taps);
            }
            return result;
        });
    }

    /**
     * Every number and a constant.
     *
     * @param number added in float
     * @return the sums
     */
    public Weight plus(float number) {
        return each(".plus(" + number + ")", value -> value + number);
    }

    /**
     * Every number by a constant.
     *
     * @param number multiplied by in float
     * @return the products
     */
    public Weight times(float number) {
        return each(".times(" + number + ")", value -> value * number);
    }

    private Weight each(String step, DoubleUnaryOperator change) {
        return then(step, tensor -> {
            Tensor result = tensor.copy();
            for (int i = 0; i < result.size(); i++) {
                result.array()[i] = (float) change.applyAsDouble(result.array()[i]);
            }
            return result;
        });
    }

    /**
     * Every row by a number of its own: LayerScale's gamma, or the lengths of {@link #unitRows}.
     *
     * @param factors one number for each row of this, in any shape
     * @return the products
     */
    public Weight timesRows(Weight factors) {
        return made("timesRows", Weight::scaled, this, factors);
    }

    private static Tensor scaled(List<Tensor> tensors) {
        Tensor result = tensors.get(0).copy();
        float[] factors = tensors.get(1).toArray();
        if (result.shape().rank() == 0 || result.extent(0) != factors.length) {
            throw new BadShapeException(factors.length + " numbers for the rows of " + result.shape());
        }
        int width = rowWidth(result);
        for (int i = 0; i < result.size(); i++) {
            result.array()[i] *= factors[i / width];
        }
        return result;
    }

    /**
     * Every row divided by its Euclidean length, over all axes but the first: with {@link #timesRows} PyTorch's weight norm (Salimans and
     * Kingma 2016), g · v / ‖v‖.
     *
     * @return rows of length 1; rows of zeros become NaN
     */
    public Weight unitRows() {
        return then(".unitRows()", tensor -> {
            if (tensor.shape().rank() == 0) {
                throw new BadShapeException(text + " " + tensor.shape() + ": has no rows");
            }
            Tensor result = tensor.copy();
            int width = rowWidth(result);
            for (int row = 0; row < result.extent(0); row++) {
                divideByLength(result.array(), row * width, width);
            }
            return result;
        });
    }

    private static void divideByLength(float[] numbers, int from, int count) {
        double squares = 0;
        for (int i = from; i < from + count; i++) {
            squares += (double) numbers[i] * numbers[i];
        }
        double length = Math.sqrt(squares);
        for (int i = from; i < from + count; i++) {
            numbers[i] = (float) (numbers[i] / length);
        }
    }

    /**
     * What a batch norm multiplies each channel by once trained, γ / √(σ² + ε) (Ioffe and Szegedy 2015, algorithm 2): with {@link #timesRows}
     * the weight of a linear layer or convolution and of the norm behind it in one.
     *
     * @param norm what the names of the norm's tensors begin with: {@code weight} for γ, {@code bias} for β, {@code running_mean} for the mean
     *     μ, {@code running_var} for the variance σ²
     * @param epsilon ε
     * @return one number for each channel
     * @throws IllegalArgumentException if ε is negative or not a number
     */
    public static Weight batchNormScale(String norm, double epsilon) {
        BatchNorm.check(epsilon);
        return made(
                "batchNormScale",
                tensors -> BatchNorm.scale(tensors.get(0), tensors.get(1), epsilon),
                Weight.of(norm + "weight"),
                Weight.of(norm + "running_var"));
    }

    /**
     * This, one number a channel, through a batch norm once it is trained: (this − μ) · γ / √(σ² + ε) + β. Of the bias of a linear layer or convolution, that
     * of the two in one; of {@link #zeros}, if it has none.
     *
     * @param norm as in {@link #batchNormScale}
     * @param epsilon ε
     * @return the normed vector
     * @throws IllegalArgumentException if ε is negative or not a number
     */
    public Weight batchNormed(String norm, double epsilon) {
        BatchNorm.check(epsilon);
        return made(
                "batchNormed",
                tensors -> BatchNorm.normed(tensors, epsilon),
                this,
                Weight.of(norm + "weight"),
                Weight.of(norm + "bias"),
                Weight.of(norm + "running_mean"),
                Weight.of(norm + "running_var"));
    }

    private static int rowWidth(Tensor tensor) {
        return (int) (tensor.size() / Math.max(1, tensor.extent(0)));
    }

    private Weight then(String step, Function<Tensor, Tensor> change) {
        return new Weight(names, text + step, stored -> change.apply(value.apply(stored)));
    }

    /** The same of tensors whose names begin with a prefix. */
    Weight under(String prefix) {
        Set<String> full =
                names.stream().map(name -> prefix + name).collect(Collectors.toCollection(LinkedHashSet::new));
        String whole = plain() ? prefix + text : text;
        return new Weight(full, whole, stored -> value.apply(name -> stored.apply(prefix + name)));
    }

    /** Names of the tensors that this is made of. */
    Set<String> names() {
        return names;
    }

    /** Whether this is a tensor of the file as it is. */
    boolean plain() {
        return names.contains(text);
    }

    /** Made of a file's tensors; shapes that do not fit are a {@link BadShapeException}. */
    Tensor read(Function<String, Tensor> stored) {
        return value.apply(stored);
    }

    /** As it was put together. */
    @Override
    public String toString() {
        return text;
    }
}
