package org.attention4j.model.files;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Supplier;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;

/**
 * A tensor in a weights file: its description, and its numbers for whoever asks.
 *
 * <p>Nothing is read from the file before one of the reading methods is called, and each call reads afresh: the arrays
 * belong to the caller. Elements are in row-major order. The description is immutable and safe for any number of
 * threads; reading is too, until the file is closed, after which it throws {@link IllegalStateException}.
 */
public final class StoredTensor {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The limit of the JVM's arrays is a few elements below 2^31 - 1. */
    static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

    private static final Set<ElementType> FLOATING =
            Set.of(ElementType.F32, ElementType.F16, ElementType.BF16, ElementType.F64);
    private static final Set<ElementType> INTEGERS = Set.of(
            ElementType.I64,
            ElementType.I32,
            ElementType.U32,
            ElementType.I16,
            ElementType.U16,
            ElementType.I8,
            ElementType.U8);

    private final String source;
    private final long offset;
    private final String name;
    private final ElementType type;
    private final long[] shape;
    private final long elements;
    private final Supplier<MemorySegment> data;

    /** @param data exactly {@code product(shape) * type.bytes()} bytes; the caller has checked it */
    StoredTensor(String source, long offset, String name, ElementType type, long[] shape, MemorySegment data) {
        this(source, offset, name, type, shape, () -> data);
    }

    /**
     * @param offset where the data begin in the file, for messages
     * @param data makes {@code product(shape) * type.bytes()} bytes for each call; the caller has checked the shape
     */
    StoredTensor(
            String source, long offset, String name, ElementType type, long[] shape, Supplier<MemorySegment> data) {
        this.source = source;
        this.offset = offset;
        this.name = name;
        this.type = type;
        this.shape = shape;
        this.elements = type.bytesOf(shape) / type.bytes();
        this.data = data;
    }

    /**
     * The name under which the file stores this tensor.
     *
     * @return the name, verbatim
     */
    public String name() {
        return name;
    }

    /**
     * How the elements are encoded in the file.
     *
     * @return the element type
     */
    public ElementType type() {
        return type;
    }

    /**
     * The dimensions, outermost first; empty for a scalar, and any of them may be 0.
     *
     * @return a copy of the shape
     */
    public long[] shape() {
        return shape.clone();
    }

    /** Whether {@link #tensor()} reads this. */
    boolean isReadable() {
        return FLOATING.contains(type)
                && elements <= MOST_ELEMENTS
                && Arrays.stream(shape).allMatch(extent -> extent <= Integer.MAX_VALUE);
    }

    /** Whether the dimensions are those of a shape. */
    boolean hasShape(Shape expected) {
        boolean same = expected.rank() == shape.length;
        for (int d = 0; same && d < shape.length; d++) {
            same = expected.extent(d) == shape[d];
        }
        return same;
    }

    /**
     * The number of elements: the product of the shape, 1 for a scalar.
     *
     * @return the number of elements
     */
    public long elements() {
        return elements;
    }

    /**
     * The encoded elements themselves: little-endian and not necessarily aligned. They are not copied, but for an ONNX tensor that is not in
     * {@code raw_data}, whose numbers are decoded for each call.
     *
     * @return a read-only view, usable until the file is closed
     * @throws IllegalArgumentException if they are to be decoded and take more bytes than an array holds
     */
    public MemorySegment data() {
        return data.get().asReadOnly();
    }

    /**
     * Reads a tensor of floating-point numbers, each rounded to the nearest {@code float} ({@code F64} only; the
     * others are exact).
     *
     * @return the elements in row-major order
     * @throws IllegalArgumentException if the type is not F32, F16, BF16 or F64, or there are more elements than an
     *     array holds
     */
    public float[] floats() {
        require(FLOATING, "floating-point numbers");
        float[] values = new float[length()];
        MemorySegment bytes = data.get();
        switch (type) {
            case F32 -> MemorySegment.copy(bytes, FLOAT, 0, values, 0, values.length);
            case F16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.float16ToFloat(bytes.get(SHORT, 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(bytes.get(SHORT, 2L * i) << 16);
                }
            }
            case F64 -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) bytes.get(DOUBLE, 8L * i);
                }
            }
            default -> throw new AssertionError(type);
        }
        return values;
    }

    /**
     * Reads a tensor of floating-point numbers; exact for every type that is accepted.
     *
     * @return the elements in row-major order
     * @throws IllegalArgumentException if the type is not F64, F32, F16 or BF16, or there are more elements than an
     *     array holds
     */
    public double[] doubles() {
        require(FLOATING, "floating-point numbers");
        double[] values = new double[length()];
        if (type == ElementType.F64) {
            MemorySegment.copy(data.get(), DOUBLE, 0, values, 0, values.length);
            return values;
        }
        float[] narrow = floats();
        for (int i = 0; i < values.length; i++) {
            values[i] = narrow[i];
        }
        return values;
    }

    /**
     * Reads a tensor of integers; exact for every type that is accepted.
     *
     * @return the elements in row-major order
     * @throws IllegalArgumentException if the type is not a signed integer, or an unsigned one below 64 bits, or there
     *     are more elements than an array holds
     */
    public long[] longs() {
        require(INTEGERS, "integers");
        long[] values = new long[length()];
        MemorySegment bytes = data.get();
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (type) {
                case I64 -> bytes.get(LONG, 8L * i);
                case I32 -> bytes.get(INT, 4L * i);
                case U32 -> Integer.toUnsignedLong(bytes.get(INT, 4L * i));
                case I16 -> bytes.get(SHORT, 2L * i);
                case U16 -> Short.toUnsignedLong(bytes.get(SHORT, 2L * i));
                case I8 -> bytes.get(ValueLayout.JAVA_BYTE, i);
                case U8 -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, i));
                default -> throw new AssertionError(type);
            };
        }
        return values;
    }

    /**
     * Reads a tensor of truth values.
     *
     * @return the elements in row-major order
     * @throws CorruptFileException if a byte is neither 0 nor 1
     * @throws IllegalArgumentException if the type is not BOOL, or there are more elements than an array holds
     */
    public boolean[] booleans() {
        require(Set.of(ElementType.BOOL), "truth values");
        boolean[] values = new boolean[length()];
        MemorySegment bytes = data.get();
        for (int i = 0; i < values.length; i++) {
            byte value = bytes.get(ValueLayout.JAVA_BYTE, i);
            if (value != 0 && value != 1) {
                throw new CorruptFileException(
                        source, offset + i, "tensor '" + name + "' is BOOL but holds the byte " + value);
            }
            values[i] = value == 1;
        }
        return values;
    }

    /**
     * Reads a tensor of floating-point numbers as {@link #floats()} does.
     *
     * @return a new tensor on the heap
     * @throws IllegalArgumentException as {@link #floats()} does, or if a dimension is over 2^31 - 1
     */
    public Tensor tensor() {
        float[] values = floats();
        int[] extents = new int[shape.length];
        for (int i = 0; i < extents.length; i++) {
            extents[i] = (int) shape[i];
            if (extents[i] != shape[i]) {
                throw new IllegalArgumentException(this + " of " + source + ": a dimension is over 2^31 - 1");
            }
        }
        return Tensor.of(values, extents);
    }

    /**
     * Name, type and shape, for messages.
     *
     * @return for example {@code norm.weight F32[384]}
     */
    @Override
    public String toString() {
        return name + " " + type + Arrays.toString(shape);
    }

    private int length() {
        if (elements > MOST_ELEMENTS) {
            throw new IllegalArgumentException("tensor '" + name + "' of " + source + " has " + elements
                    + " elements, more than an array holds: read its data()");
        }
        return (int) elements;
    }

    private void require(Set<ElementType> readable, String wanted) {
        if (!readable.contains(type)) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "' of " + source + " holds " + type + ", not " + wanted);
        }
    }
}
