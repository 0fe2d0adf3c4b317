package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.FutureTask;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class TensorTest {
    private static final Shape SIX = Shape.of(2, 3);

    /** The numbers 1 to 6, in every place where a tensor may have them; all writable but the last. */
    private static List<Tensor> everyPlace() {
        float[] values = {1, 2, 3, 4, 5, 6};
        float[] inside = {-1, -1, 1, 2, 3, 4, 5, 6, -1};
        MemorySegment odd = MemorySegment.ofArray(new byte[40]).asSlice(5);
        MemorySegment.copy(MemorySegment.ofArray(values), 0, odd, 0, 24);
        MemorySegment outside = Arena.ofAuto().allocate(33, 1).asSlice(1);
        MemorySegment.copy(MemorySegment.ofArray(values), 0, outside, 0, 24);
        return List.of(
                Tensor.of(values.clone(), 2, 3),
                Tensor.of(inside.clone(), 2, SIX),
                Tensor.of(MemorySegment.ofArray(inside.clone()).asSlice(8, 24), SIX),
                Tensor.of(odd, SIX),
                Tensor.of(outside, SIX),
                Tensor.of(MemorySegment.ofArray(values.clone()).asReadOnly(), SIX));
    }

    @Test
    void elementsAreTheSameWhereverTheyLie() {
        for (Tensor tensor : everyPlace()) {
            assertEquals(6, tensor.get(1, 2));
            assertEquals(2, tensor.get(0, 1));
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, tensor.toArray());
            assertArrayEquals(new float[] {4, 5, 6}, tensor.slice(1).toArray());
            assertArrayEquals(new float[] {4, 5, 6}, tensor.range(1, 2).toArray());
            assertEquals(Shape.of(1, 3), tensor.range(1, 2).shape());
            assertEquals(0, tensor.range(2, 2).size());
            assertEquals(5, tensor.reshape(6).slice(4).get());
            float[] read = new float[4];
            tensor.read(3, read, 1, 3);
            assertArrayEquals(new float[] {0, 4, 5, 6}, read);
            assertTrue(tensor.sameBits(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3)));
            assertEquals("Tensor [2, 3] [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]", tensor.toString());
        }
    }

    @Test
    void elementsAreWrittenWhereverTheyLie() {
        for (Tensor tensor : everyPlace().subList(0, 5)) {
            tensor.set(-2, 0, 1);
            tensor.write(4, new float[] {7, 8, 9}, 1, 2);
            assertArrayEquals(new float[] {1, -2, 3, 4, 8, 9}, tensor.toArray());
            tensor.slice(1).fill(5);
            assertArrayEquals(new float[] {1, -2, 3, 5, 5, 5}, tensor.toArray());
            for (Tensor source : everyPlace()) {
                tensor.fill(0);
                tensor.copyFrom(source);
                assertTrue(tensor.sameBits(source));
            }
        }
        float[] around = {-1, 1, -1};
        Tensor.of(around, 1, Shape.of(1)).fill(3);
        assertArrayEquals(new float[] {-1, 3, -1}, around);
    }

    @Test
    void aReadOnlySegmentIsReadAndNeverWritten() {
        Tensor readOnly = everyPlace().get(5);
        assertFalse(readOnly.hasArray());
        assertThrows(RuntimeException.class, () -> readOnly.set(0, 0, 0));
        assertThrows(RuntimeException.class, () -> readOnly.fill(0));
        assertThrows(RuntimeException.class, () -> readOnly.copyFrom(Tensor.zeros(2, 3)));
        assertEquals(1, readOnly.get(0, 0));
    }

    private static void assertRefused(Class<? extends Exception> type, String message, Executable call) {
        assertEquals(message, assertThrows(type, call).getMessage());
    }

    @Test
    @SuppressWarnings("NullAway")
    void aRangeOutOfBoundsIsNamed() {
        float[] four = new float[4];
        for (Tensor tensor : everyPlace()) {
            assertRefused(
                    IndexOutOfBoundsException.class,
                    "2 elements from 5 of a tensor [2, 3], which has 6",
                    () -> tensor.read(5, four, 0, 2));
            assertRefused(
                    IndexOutOfBoundsException.class,
                    "2 elements from -1 of a tensor [2, 3], which has 6",
                    () -> tensor.write(-1, four, 0, 2));
            assertRefused(
                    IndexOutOfBoundsException.class,
                    "-1 elements from 0 of a tensor [2, 3], which has 6",
                    () -> tensor.read(0, four, 0, -1));
            assertRefused(
                    IndexOutOfBoundsException.class,
                    "2 elements from 3 of the target, which is an array of 4",
                    () -> tensor.read(0, four, 3, 2));
            assertRefused(
                    IndexOutOfBoundsException.class,
                    "2 elements from 2147483647 of the source, which is an array of 4",
                    () -> tensor.write(0, four, Integer.MAX_VALUE, 2));
            assertRefused(NullPointerException.class, "target", () -> tensor.read(0, null, 0, 0));
        }
    }

    @Test
    void memoryThatCannotBeUsedIsNamed() throws Exception {
        Tensor closed;
        try (Arena arena = Arena.ofConfined()) {
            closed = Tensor.of(arena.allocate(24, 4), SIX);
            Tensor another = closed;
            FutureTask<Void> elsewhere = new FutureTask<>(() -> {
                assertRefused(
                        WrongThreadException.class,
                        "the tensor [2, 3] lies in memory of an arena that is confined to another thread than 'elsewhere'",
                        () -> another.get(0, 0));
                return null;
            });
            new Thread(elsewhere, "elsewhere").start();
            elsewhere.get();
        }
        String message = "the tensor [2, 3] lies in memory whose arena is closed";
        assertRefused(IllegalStateException.class, message, () -> closed.get(0, 0));
        assertRefused(IllegalStateException.class, message, () -> closed.set(1, 0, 0));
        assertRefused(IllegalStateException.class, message, () -> closed.fill(1));
        assertRefused(IllegalStateException.class, message, closed::copy);
        assertRefused(IllegalStateException.class, message, closed::toString);
        assertRefused(IllegalStateException.class, message, () -> closed.write(0, new float[1], 0, 1));
        Tensor readOnly = everyPlace().get(5);
        assertRefused(
                IllegalArgumentException.class,
                "the tensor [2, 3] is a view of read-only memory",
                () -> readOnly.write(0, new float[1], 0, 1));
    }

    @Test
    void anArrayIsSharedNotCopied() {
        float[] array = new float[8];
        Tensor tensor = Tensor.of(MemorySegment.ofArray(array).asSlice(8), SIX);
        assertSame(array, tensor.array());
        assertEquals(2, tensor.offset());
        array[2] = 4;
        assertEquals(4, tensor.get(0, 0));
        assertNotSame(array, tensor.copy().array());
        assertSame(array, tensor.range(1, 2).array());
        assertEquals(5, tensor.range(1, 2).offset());
        assertThrows(IllegalStateException.class, () -> everyPlace().get(4).array());
        assertEquals(0, everyPlace().get(4).range(1, 2).offset());
    }

    @Test
    void readableAndWritableArraysBeginAtTheOffset() {
        Scratch scratch = new Scratch();
        for (Tensor tensor : everyPlace()) {
            for (Tensor view : List.of(tensor, tensor.range(1, 2))) {
                float[] read = view.readable(scratch);
                assertEquals(view.get(0, 2), read[view.offset() + 2]);
            }
        }
        for (Tensor tensor : everyPlace().subList(0, 5)) {
            Tensor view = tensor.range(1, 2);
            float[] results = view.writable(scratch);
            for (int i = 0; i < 3; i++) {
                results[view.offset() + i] = 10 + i;
            }
            view.commit(results);
            assertArrayEquals(new float[] {1, 2, 3, 10, 11, 12}, tensor.toArray());
        }
    }

    @Test
    void mappedFilesAreTensors(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("weights");
        try (FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            Tensor mapped = Tensor.of(channel.map(MapMode.READ_WRITE, 0, 24, arena), SIX);
            mapped.copyFrom(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
            Tensor again = Tensor.of(channel.map(MapMode.READ_ONLY, 0, 24, arena), SIX);
            assertTrue(again.sameBits(mapped));
            assertFalse(again.hasArray());
        }
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThrows(ShapeMismatchException.class, () -> Tensor.of(new float[5], 2, 3));
        assertThrows(BadShapeException.class, () -> Tensor.of(new float[7], 2, SIX));
        assertThrows(BadShapeException.class, () -> Tensor.of(new float[7], -1, SIX));
        assertThrows(BadShapeException.class, () -> Tensor.of(new float[7], 8, Shape.of(0)));
        assertEquals(0, Tensor.of(new float[7], 7, Shape.of(0)).size());
        assertThrows(BadShapeException.class, () -> Tensor.of(MemorySegment.ofArray(new byte[23]), SIX));
        assertThrows(
                BadShapeException.class,
                () -> Tensor.of(new float[7], Integer.MAX_VALUE, Shape.of(Integer.MAX_VALUE, Integer.MAX_VALUE)));
        assertThrows(BadShapeException.class, () -> Tensor.zeros(1 << 16, 1 << 16));
        assertThrows(BadShapeException.class, () -> Tensor.zeros(-1));
        assertThrows(ShapeMismatchException.class, () -> Tensor.zeros(2, 3).reshape(5));
        assertThrows(ShapeMismatchException.class, () -> Tensor.zeros(2, 3).copyFrom(Tensor.zeros(3, 2)));
    }

    @Test
    void indicesOutsideAreRefused() {
        for (Tensor tensor : everyPlace()) {
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.get(0, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.get(-1, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.get(1));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.slice(2));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.range(1, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.range(2, 1));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.read(4, new float[9], 0, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.read(0, new float[2], 0, 3));
            assertThrows(IndexOutOfBoundsException.class, () -> tensor.write(4, new float[9], 0, 3));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> Tensor.zeros().slice(0));
    }

    /** Against the definition: two ranges of one memory share an element. */
    @Property(tries = 200)
    void overlapIsSharedMemory(
            @ForAll @IntRange(max = 9) int a,
            @ForAll @IntRange(max = 9) int m,
            @ForAll @IntRange(max = 9) int b,
            @ForAll @IntRange(max = 9) int n) {
        boolean shared = Math.max(a, b) < Math.min(a + m, b + n);
        float[] array = new float[18];
        MemorySegment heap = MemorySegment.ofArray(array);
        MemorySegment outside = Arena.ofAuto().allocate(18 * 4, 4);
        Tensor left = Tensor.of(array, a, Shape.of(m));
        assertEquals(shared, left.overlaps(Tensor.of(array, b, Shape.of(n))));
        assertEquals(shared, part(heap.asReadOnly(), b, n).overlaps(left), "read-only view of the other's array");
        assertEquals(shared, left.overlaps(part(heap.asReadOnly(), b, n)));
        assertEquals(shared, part(outside, a, m).overlaps(part(outside.asReadOnly(), b, n)));
        assertFalse(left.overlaps(part(outside, b, n)));
        assertFalse(part(outside, a, m).overlaps(left));
        assertFalse(left.overlaps(Tensor.of(new float[18], b, Shape.of(n))));
    }

    private static Tensor part(MemorySegment memory, int first, int count) {
        return Tensor.of(memory, Shape.of(18)).range(first, first + count);
    }

    @Test
    void bitsAreComparedNotNumbers() {
        assertFalse(Tensor.of(new float[] {0f}, 1).sameBits(Tensor.of(new float[] {-0f}, 1)));
        assertTrue(Tensor.of(new float[] {Float.NaN}, 1).sameBits(Tensor.of(new float[] {Float.NaN}, 1)));
        assertFalse(Tensor.zeros(2, 3).sameBits(Tensor.zeros(3, 2)));
    }
}
