package org.attention4j.api;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A view of row-major, contiguous float32 elements that belong to the caller: nothing is copied to make one.
 *
 * <p>Two representations. Elements on the Java heap are a {@code float[]} and an offset, because that is what kernels
 * compute on: in a matrix product over the same data, arrays reached 90 GFLOP/s and memory segments, heap or native, 42
 * to 53. Elements outside the heap (native or mapped memory) are a {@link MemorySegment} in the platform's byte order;
 * mixers copy what they read of them into scratch arrays, block by block or whole, and write results back.
 *
 * <p>A tensor has no lock: like an array it may be read by many threads, or written by one.
 */
public final class Tensor {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Shape shape;
    private final float @Nullable [] array;
    private final int offset;
    private final @Nullable MemorySegment segment;

    private Tensor(Shape shape, float @Nullable [] array, int offset, @Nullable MemorySegment segment) {
        this.shape = shape;
        this.array = array;
        this.offset = offset;
        this.segment = segment;
    }

    /**
     * A new tensor of zeros on the heap.
     *
     * @param extents the shape, outermost first
     * @return the tensor
     * @throws BadShapeException if an extent is negative or there are more elements than an array holds
     */
    public static Tensor zeros(int... extents) {
        return zeros(Shape.of(extents));
    }

    /**
     * A new tensor of zeros on the heap.
     *
     * @param shape its shape
     * @return the tensor
     * @throws BadShapeException if there are more elements than an array holds
     */
    public static Tensor zeros(Shape shape) {
        return new Tensor(shape, new float[arraySize(shape)], 0, null);
    }

    /**
     * A view of a whole array.
     *
     * @param array the elements, not copied
     * @param extents the shape, outermost first; its size is the array's length
     * @return the view
     * @throws ShapeMismatchException if the shape has more or fewer elements than the array
     */
    public static Tensor of(float[] array, int... extents) {
        Shape shape = Shape.of(extents);
        if (shape.size() != array.length) {
            throw new ShapeMismatchException("array of " + array.length + " elements", shape, Shape.of(array.length));
        }
        return new Tensor(shape, array, 0, null);
    }

    /**
     * A view of a part of an array.
     *
     * @param array the elements, not copied
     * @param offset index of the first element
     * @param shape the shape
     * @return the view
     * @throws BadShapeException if the elements do not lie inside the array
     */
    public static Tensor of(float[] array, int offset, Shape shape) {
        if (offset < 0 || shape.size() > array.length - (long) offset) {
            throw new BadShapeException("shape " + shape + " at offset " + offset + " does not fit an array of "
                    + array.length + " elements");
        }
        return new Tensor(shape, array, offset, null);
    }

    /**
     * A view of a memory segment: heap, native or mapped. A writable segment over a {@code float[]} becomes a view of
     * that array.
     *
     * @param segment the elements, not copied, in the platform's byte order; at least 4 bytes for each
     * @param shape the shape
     * @return the view
     * @throws BadShapeException if the segment is too small; whoever reads or writes the elements later gets an {@link IllegalStateException} if
     *     its arena is closed, a {@link WrongThreadException} if that is confined to another thread, and an {@link
     *     IllegalArgumentException} on writing to read-only memory
     */
    public static Tensor of(MemorySegment segment, Shape shape) {
        if (shape.size() > segment.byteSize() / Float.BYTES) {
            throw new BadShapeException("shape " + shape + " needs " + shape.size() + " floats; the memory segment has "
                    + segment.byteSize() + " bytes");
        }
        Optional<Object> base = segment.heapBase();
        if (base.isPresent() && base.get() instanceof float[] array && segment.address() % Float.BYTES == 0) {
            return new Tensor(shape, array, (int) (segment.address() / Float.BYTES), null);
        }
        return new Tensor(shape, null, 0, segment);
    }

    private static int arraySize(Shape shape) {
        if (shape.size() > Integer.MAX_VALUE - 8) {
            throw new BadShapeException("shape " + shape + " has " + shape.size()
                    + " elements; a Java array holds at most " + (Integer.MAX_VALUE - 8));
        }
        return (int) shape.size();
    }

    /**
     * The shape.
     *
     * @return the shape
     */
    public Shape shape() {
        return shape;
    }

    /**
     * One extent of the shape.
     *
     * @param dimension 0 is the outermost
     * @return the extent
     */
    public int extent(int dimension) {
        return shape.extent(dimension);
    }

    /**
     * The number of elements.
     *
     * @return the product of the extents
     */
    public long size() {
        return shape.size();
    }

    /**
     * Whether the elements lie in a {@code float[]}.
     *
     * @return false for native and mapped memory, and for read-only segments
     */
    public boolean hasArray() {
        return array != null;
    }

    /**
     * The array that holds the elements; the first is at {@link #offset()}.
     *
     * @return the array itself
     * @throws IllegalStateException if the elements are not in an array, see {@link #hasArray()}
     */
    public float[] array() {
        if (array == null) {
            throw new IllegalStateException("tensor " + shape + " is in a memory segment and has no array");
        }
        return array;
    }

    /**
     * Index of the first element in {@link #array()}.
     *
     * @return 0 where there is no array
     */
    public int offset() {
        return offset;
    }

    /**
     * One element.
     *
     * @param index one index for each dimension
     * @return the value
     * @throws IndexOutOfBoundsException if an index is outside its extent, or their number is not the rank
     */
    public float get(int... index) {
        long at = position(index);
        return array != null ? array[offset + (int) at] : readableSegment().getAtIndex(FLOAT, at);
    }

    /**
     * Sets one element.
     *
     * @param value the new value
     * @param index one index for each dimension
     * @throws IndexOutOfBoundsException if an index is outside its extent, or their number is not the rank
     */
    public void set(float value, int... index) {
        long at = position(index);
        if (array != null) {
            array[offset + (int) at] = value;
        } else {
            writableSegment().setAtIndex(FLOAT, at, value);
        }
    }

    private long position(int[] index) {
        if (index.length != shape.rank()) {
            throw new IndexOutOfBoundsException("index " + Arrays.toString(index) + " of a tensor " + shape + " needs "
                    + shape.rank() + " numbers");
        }
        long at = 0;
        for (int d = 0; d < index.length; d++) {
            if (index[d] < 0 || index[d] >= shape.extent(d)) {
                throw new IndexOutOfBoundsException(
                        "index " + Arrays.toString(index) + " lies outside a tensor " + shape);
            }
            at = at * shape.extent(d) + index[d];
        }
        return at;
    }

    /**
     * Copies elements out.
     *
     * @param from logical index of the first, in row-major order
     * @param target where they go
     * @param targetOffset index of the first there
     * @param count how many
     * @throws IndexOutOfBoundsException if either range is out of bounds
     */
    public void read(long from, float[] target, int targetOffset, int count) {
        checkRange(from, count, "target", target, targetOffset);
        if (array != null) {
            System.arraycopy(array, offset + (int) from, target, targetOffset, count);
        } else {
            MemorySegment.copy(readableSegment(), FLOAT, from * Float.BYTES, target, targetOffset, count);
        }
    }

    /**
     * Copies elements in.
     *
     * @param from logical index of the first to be overwritten, in row-major order
     * @param source where they come from
     * @param sourceOffset index of the first there
     * @param count how many
     * @throws IndexOutOfBoundsException if either range is out of bounds
     */
    public void write(long from, float[] source, int sourceOffset, int count) {
        checkRange(from, count, "source", source, sourceOffset);
        if (array != null) {
            System.arraycopy(source, sourceOffset, array, offset + (int) from, count);
        } else {
            MemorySegment.copy(source, sourceOffset, writableSegment(), FLOAT, from * Float.BYTES, count);
        }
    }

    private void checkRange(long from, int count, String what, float[] other, int otherOffset) {
        Objects.requireNonNull(other, what);
        if (from < 0 || count < 0 || from > size() - count) {
            throw new IndexOutOfBoundsException(
                    count + " elements from " + from + " of a tensor " + shape + ", which has " + size());
        }
        if (otherOffset < 0 || otherOffset > other.length - count) {
            throw new IndexOutOfBoundsException(count + " elements from " + otherOffset + " of the " + what
                    + ", which is an array of " + other.length);
        }
    }

    /** Refuses memory that cannot be read now, before anything is written. */
    void checkReadable(String what) {
        if (array == null) {
            accessible(what);
        }
    }

    /** Refuses memory that cannot be written now, before anything is. */
    void checkWritable(String what) {
        if (array == null && accessible(what).isReadOnly()) {
            throw new IllegalArgumentException(what + " " + shape + " is a view of read-only memory");
        }
    }

    private MemorySegment accessible(String what) {
        MemorySegment memory = segment();
        if (!memory.scope().isAlive()) {
            throw new IllegalStateException(what + " " + shape + " lies in memory whose arena is closed");
        }
        Thread current = Thread.currentThread();
        if (!memory.isAccessibleBy(current)) {
            throw new WrongThreadException(
                    what + " " + shape + " lies in memory of an arena that is confined to another thread than '"
                            + current.getName() + "'");
        }
        return memory;
    }

    private MemorySegment readableSegment() {
        checkReadable("the tensor");
        return segment();
    }

    private MemorySegment writableSegment() {
        checkWritable("the tensor");
        return segment();
    }

    private MemorySegment segment() {
        return Objects.requireNonNull(segment);
    }

    /**
     * Overwrites all elements with those of another tensor of the same shape.
     *
     * @param source where they come from
     * @throws ShapeMismatchException if the shapes differ
     */
    public void copyFrom(Tensor source) {
        if (!shape.equals(source.shape)) {
            throw new ShapeMismatchException("copied tensor", shape, source.shape);
        }
        if (source.array != null) {
            write(0, source.array, source.offset, (int) source.size());
        } else if (array != null) {
            source.read(0, array, offset, (int) size());
        } else {
            writableSegment().copyFrom(source.readableSegment().asSlice(0, size() * Float.BYTES));
        }
    }

    /**
     * A copy on the heap.
     *
     * @return a new tensor
     */
    public Tensor copy() {
        Tensor copy = zeros(shape);
        copy.copyFrom(this);
        return copy;
    }

    /**
     * Overwrites every element.
     *
     * @param value the new value of all
     */
    public void fill(float value) {
        if (array != null) {
            Arrays.fill(array, offset, offset + (int) size(), value);
        } else {
            MemorySegment memory = writableSegment();
            for (long i = 0; i < size(); i++) {
                memory.setAtIndex(FLOAT, i, value);
            }
        }
    }

    /**
     * The elements in row-major order.
     *
     * @return a new array
     */
    public float[] toArray() {
        float[] copy = new float[arraySize(shape)];
        read(0, copy, 0, copy.length);
        return copy;
    }

    /**
     * A view of the same elements under another shape.
     *
     * @param extents the new shape, of the same size
     * @return the view
     * @throws ShapeMismatchException if the sizes differ
     */
    public Tensor reshape(int... extents) {
        Shape to = Shape.of(extents);
        if (to.size() != size()) {
            throw new ShapeMismatchException("reshaped tensor", shape, to);
        }
        return new Tensor(to, array, offset, segment);
    }

    /**
     * A view of one element of the outermost dimension: of {@code [B, T, D]}, the {@code [T, D]} of one sequence.
     *
     * @param index which
     * @return the view
     * @throws IndexOutOfBoundsException if the index lies outside, or the tensor is a scalar
     */
    public Tensor slice(int index) {
        if (index < 0 || index >= extent(0)) {
            throw new IndexOutOfBoundsException("slice " + index + " of " + shape + ", which has " + extent(0));
        }
        Shape inner = Shape.of(Arrays.copyOfRange(shape.extents(), 1, shape.rank()));
        return view(index * inner.size(), inner);
    }

    /**
     * A view of a range of the outermost dimension.
     *
     * @param from the first
     * @param to past the last
     * @return the view
     * @throws IndexOutOfBoundsException if the range lies outside, or the tensor is a scalar
     */
    public Tensor range(int from, int to) {
        Objects.checkFromToIndex(from, to, extent(0));
        int[] extents = shape.extents();
        long row = extents[0] == 0 ? 0 : size() / extents[0];
        extents[0] = to - from;
        return view(from * row, Shape.of(extents));
    }

    private Tensor view(long first, Shape part) {
        return array != null
                ? new Tensor(part, array, offset + (int) first, null)
                : new Tensor(part, null, 0, segment().asSlice(first * Float.BYTES));
    }

    /**
     * The elements as an array that may be read: the tensor's own where it has one, else a copy in scratch memory. The
     * first element is at {@link #offset()} either way.
     *
     * @param scratch where a copy goes
     * @return the array
     */
    public float[] readable(Scratch scratch) {
        if (array != null) {
            return array;
        }
        float[] copy = scratch.floats(arraySize(shape));
        read(0, copy, 0, arraySize(shape));
        return copy;
    }

    /**
     * An array that results may be written to, the first at {@link #offset()}: the tensor's own where it has one, else
     * scratch memory with arbitrary contents. {@link #commit} must follow.
     *
     * @param scratch where results wait
     * @return the array
     */
    public float[] writable(Scratch scratch) {
        return array != null ? array : scratch.floats(arraySize(shape));
    }

    /**
     * Stores all results that were written to {@link #writable}; does nothing where that was the tensor's own array.
     *
     * @param results the array that {@code writable} gave
     */
    public void commit(float[] results) {
        if (results != array) {
            write(0, results, 0, arraySize(shape));
        }
    }

    /**
     * Whether two tensors share an element.
     *
     * @param other the other
     * @return true if writing to one may change the other
     */
    public boolean overlaps(Tensor other) {
        if (size() == 0 || other.size() == 0) {
            return false;
        }
        if (array != null && other.array != null) {
            return array == other.array && offset < other.offset + other.size() && other.offset < offset + size();
        }
        if (outsideHeap() != other.outsideHeap()) {
            return false;
        }
        if (outsideHeap()) {
            long mine = segment().address();
            long its = other.segment().address();
            return mine < its + other.size() * Float.BYTES && its < mine + size() * Float.BYTES;
        }
        return bytes().asOverlappingSlice(other.bytes()).isPresent();
    }

    private boolean outsideHeap() {
        return array == null && segment().isNative();
    }

    /** Exactly the elements, which on the heap may be a read-only view of an array that another tensor has. */
    private MemorySegment bytes() {
        MemorySegment whole = array != null ? MemorySegment.ofArray(array) : segment();
        return whole.asSlice(offset * (long) Float.BYTES, size() * Float.BYTES);
    }

    /**
     * Whether shapes and elements are the same, bit for bit (every NaN counts as the same).
     *
     * @param other the other
     * @return true if so
     */
    public boolean sameBits(Tensor other) {
        return shape.equals(other.shape) && Arrays.equals(toArray(), other.toArray());
    }

    /** The shape and the first elements. */
    @Override
    public String toString() {
        int shown = (int) Math.min(size(), 8);
        float[] head = new float[shown];
        read(0, head, 0, shown);
        String values = Arrays.toString(head);
        return "Tensor " + shape + " " + (shown < size() ? values.replace("]", ", …]") : values);
    }
}
