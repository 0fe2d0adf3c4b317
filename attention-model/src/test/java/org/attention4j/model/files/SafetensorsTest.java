package org.attention4j.model.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnknownTensorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    private Path file(String header, byte... data) throws IOException {
        return file(header.getBytes(StandardCharsets.UTF_8), data);
    }

    private Path file(byte[] header, byte... data) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(header.length).put(header).put(data);
        return Files.write(folder.resolve("x.safetensors"), bytes.array());
    }

    private static String tensor(String name, String type, String shape, int begin, int end) {
        return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                .formatted(name, type, shape, begin, end);
    }

    @Test
    void aMissingFolderIsNamed() {
        Path file = folder.resolve("missing").resolve("model.safetensors");
        NoSuchFileException refused =
                assertThrows(NoSuchFileException.class, () -> Safetensors.write(file, NamedTensors.empty(), Map.of()));
        assertEquals(file + ": there is no folder " + file.getParent(), refused.getMessage());
    }

    @Test
    void everyReadableTypeIsRead() throws IOException {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putDouble(Math.PI).putFloat(1.5f).putShort((short) 0xBC00).putShort((short) 0x3FC0);
        data.putLong(-5).putInt(-6).putInt(-6).putShort((short) -7).putShort((short) -7);
        data.put((byte) -8).put((byte) -8).put((byte) 1).put((byte) 0);
        String header = "{" + tensor("f64", "F64", "[]", 0, 8) + "," + tensor("f32", "F32", "[1]", 8, 12) + ","
                + tensor("f16", "F16", "[1,1]", 12, 14) + "," + tensor("bf16", "BF16", "[1]", 14, 16) + ","
                + tensor("i64", "I64", "[1]", 16, 24) + "," + tensor("i32", "I32", "[1]", 24, 28) + ","
                + tensor("u32", "U32", "[1]", 28, 32) + "," + tensor("i16", "I16", "[1]", 32, 34) + ","
                + tensor("u16", "U16", "[1]", 34, 36) + "," + tensor("i8", "I8", "[1]", 36, 37) + ","
                + tensor("u8", "U8", "[1]", 37, 38) + "," + tensor("bool", "BOOL", "[2]", 38, 40) + ","
                + tensor("f8", "F8_E4M3", "[24]", 40, 64) + "," + tensor("none", "F32", "[3,0]", 64, 64) + "}";
        try (Safetensors opened = Safetensors.open(file(header, data.array()))) {
            assertArrayEquals(new double[] {Math.PI}, opened.tensor("f64").doubles());
            assertArrayEquals(
                    new float[] {(float) Math.PI}, opened.tensor("f64").floats());
            assertArrayEquals(new long[0], opened.tensor("f64").shape());
            assertArrayEquals(new float[] {1.5f}, opened.tensor("f32").floats());
            assertArrayEquals(new double[] {1.5}, opened.tensor("f32").doubles());
            assertArrayEquals(new float[] {-1}, opened.tensor("f16").floats());
            assertArrayEquals(new float[] {1.5f}, opened.tensor("bf16").floats());
            assertArrayEquals(new long[] {-5}, opened.tensor("i64").longs());
            assertArrayEquals(new long[] {-6}, opened.tensor("i32").longs());
            assertArrayEquals(new long[] {(1L << 32) - 6}, opened.tensor("u32").longs());
            assertArrayEquals(new long[] {-7}, opened.tensor("i16").longs());
            assertArrayEquals(new long[] {65529}, opened.tensor("u16").longs());
            assertArrayEquals(new long[] {-8}, opened.tensor("i8").longs());
            assertArrayEquals(new long[] {248}, opened.tensor("u8").longs());
            assertArrayEquals(new boolean[] {true, false}, opened.tensor("bool").booleans());
            assertEquals(24, opened.tensor("f8").data().byteSize());
            assertArrayEquals(new float[0], opened.tensor("none").floats());
            assertArrayEquals(new long[] {3, 0}, opened.tensor("none").shape());
            assertThrows(
                    IllegalArgumentException.class, () -> opened.tensor("f8").floats());
            assertThrows(
                    IllegalArgumentException.class, () -> opened.tensor("i64").floats());
            assertThrows(
                    IllegalArgumentException.class, () -> opened.tensor("i64").doubles());
            assertThrows(
                    IllegalArgumentException.class, () -> opened.tensor("f32").longs());
            assertThrows(
                    IllegalArgumentException.class, () -> opened.tensor("u8").booleans());
            assertEquals(
                    "f33",
                    assertThrows(UnknownTensorException.class, () -> opened.tensor("f33"))
                            .name());
        }
    }

    @Test
    void metadataAndOrderAreKept() throws IOException {
        Path file = file(
                "{" + tensor("b", "U8", "[1]", 1, 2) + ",\"__metadata__\":{\"k\":\"\\u00e9\"},"
                        + tensor("a", "U8", "[1]", 0, 1) + "}  ",
                (byte) 1,
                (byte) 2);
        try (Safetensors opened = Safetensors.open(file)) {
            assertEquals(List.of("b", "a"), List.copyOf(opened.names()));
            assertEquals(Map.of("k", "é"), opened.metadata());
            assertArrayEquals(new long[] {2}, opened.tensor("b").longs());
        }
    }

    @Test
    void nothingIsReadAfterClosing() throws IOException {
        StoredTensor tensor;
        try (Safetensors opened = Safetensors.open(file("{" + tensor("a", "U8", "[1]", 0, 1) + "}", (byte) 1))) {
            tensor = opened.tensor("a");
        }
        assertThrows(IllegalStateException.class, tensor::longs);
    }

    @Test
    void truthValuesAreZeroOrOne() throws IOException {
        Path file = file("{" + tensor("a", "BOOL", "[2]", 0, 2) + "}", (byte) 1, (byte) 2);
        try (Safetensors opened = Safetensors.open(file)) {
            CorruptFileException refusal = assertThrows(
                    CorruptFileException.class, () -> opened.tensor("a").booleans());
            assertEquals(Files.size(file) - 1, refusal.offset());
        }
    }

    @Test
    void filesThatAreNotThereOrNotFilesAreRefused() {
        assertThrows(NoSuchFileException.class, () -> Safetensors.open(folder.resolve("missing")));
        assertThrows(IOException.class, () -> Safetensors.open(folder));
    }

    static Stream<Arguments> corruptHeaders() {
        String good = tensor("a", "F32", "[1]", 0, 4);
        return Stream.of(
                Arguments.of("[]", "begin with"),
                Arguments.of("{ ", "expected"),
                Arguments.of("{" + good, "expected"),
                Arguments.of("{" + good + "} {}", "after the end"),
                Arguments.of("{" + good + "," + good + "}", "twice"),
                Arguments.of("{" + good + "," + tensor("b", "F32", "[1]", 0, 4) + "}", "inside the tensor before"),
                Arguments.of("{" + tensor("a", "U8", "[3]", 0, 3) + "}", "1 bytes after the last"),
                Arguments.of("{" + tensor("a", "U8", "[3]", 1, 4) + "}", "gap"),
                Arguments.of("{" + tensor("a", "F31", "[1]", 0, 4) + "}", "unknown dtype 'F31'"),
                Arguments.of("{" + tensor("a", "F32", "[2]", 0, 4) + "}", "takes 8 bytes"),
                Arguments.of("{" + tensor("a", "F32", "[2]", 0, 8) + "}", "of 4 bytes"),
                Arguments.of("{" + tensor("a", "F32", "[1]", 4, 0) + "}", "[4, 0]"),
                Arguments.of("{" + tensor("a", "F32", "[-1]", 0, 4) + "}", "negative number -1"),
                Arguments.of("{" + tensor("a", "F32", "[1.0]", 0, 4) + "}", "VALUE_NUMBER_FLOAT"),
                Arguments.of("{" + tensor("a", "F32", "[9223372036854775808]", 0, 4) + "}", "range of long"),
                Arguments.of("{" + tensor("a", "F32", "[4294967296,4294967296]", 0, 4) + "}", "more than 2^63"),
                Arguments.of("{" + tensor("a", "F32", "[4611686018427387905]", 0, 4) + "}", "more than 2^63"),
                Arguments.of("{" + tensor("a", "F32", "[[[[[[1]]]]]]", 0, 4) + "}", "START_ARRAY"),
                Arguments.of("{" + tensor("a", "F32", "[" + "1,".repeat(99) + "1]", 0, 4) + "}", "more than 64"),
                Arguments.of("{" + tensor("a", "F32", "null", 0, 4) + "}", "VALUE_NULL"),
                Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,2,4]}}", "more than 2"),
                Arguments.of("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4]}}", "[4]"),
                Arguments.of("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", "lacks"),
                Arguments.of("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1]}}", "'dtype' twice"),
                Arguments.of("{\"a\":{\"type\":\"F32\"}}", "unknown field 'type'"),
                Arguments.of("{\"a\":1}", "VALUE_NUMBER_INT"),
                Arguments.of("{\"__metadata__\":{\"k\":1}}", "VALUE_NUMBER_INT"),
                Arguments.of("{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}", "'k' twice"),
                Arguments.of("{\"__metadata__\":{},\"__metadata__\":{}}", "__metadata__ is there twice"),
                Arguments.of("{\"a\":".repeat(5000), "unknown field 'a'"),
                Arguments.of("{\"__metadata__\":" + "[".repeat(5000), "START_ARRAY"),
                Arguments.of("{\"a\":{\"shape\":[" + "1".repeat(5000), "maximum allowed"),
                Arguments.of("{}", "4 bytes after the last"),
                Arguments.of("{\0}\0", "NUL"));
    }

    @ParameterizedTest
    @MethodSource("corruptHeaders")
    void corruptHeadersAreRefusedWithTheReason(String header, String reason) throws IOException {
        Path file = file(header, new byte[4]);
        CorruptFileException refusal = assertThrows(CorruptFileException.class, () -> Safetensors.open(file));
        assertTrue(refusal.getMessage().contains(reason), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(file.toString()), refusal.getMessage());
        assertTrue(refusal.offset() >= 8 && refusal.offset() <= Files.size(file), refusal.getMessage());
    }

    @Test
    void theOffsetIsWhereTheProblemIs() throws IOException {
        Path file = file("{" + tensor("a", "F32", "[-1]", 0, 4) + "}", new byte[4]);
        int minus = Files.readString(file, StandardCharsets.ISO_8859_1).indexOf('-');
        assertEquals(
                minus,
                assertThrows(CorruptFileException.class, () -> Safetensors.open(file))
                        .offset());
    }

    @Test
    void malformedTextIsRefused() throws IOException {
        byte[] overlong = {'{', '"', (byte) 0xC0, (byte) 0xAF, '"', ':', '1', '}'};
        Path file = file(overlong);
        CorruptFileException refusal = assertThrows(CorruptFileException.class, () -> Safetensors.open(file));
        assertEquals(10, refusal.offset());
        assertTrue(refusal.getMessage().contains("UTF-8"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3, 100_000_000, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE, -1})
    void lengthsBeyondTheFileAreRefusedBeforeAnythingIsAllocated(long length) throws IOException {
        byte[] bytes = new byte[10];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put((byte) '{');
        Path file = Files.write(folder.resolve("x.safetensors"), bytes);
        assertEquals(
                0,
                assertThrows(CorruptFileException.class, () -> Safetensors.open(file))
                        .offset());
    }

    @Test
    void tensorsAreWrittenWhereverTheyLie() throws IOException {
        Path file = folder.resolve("new.safetensors");
        float[] numbers = new float[40_000];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        Tensor heap = Tensor.of(numbers, 1, Shape.of(2, 17_000));
        try (Arena arena = Arena.ofConfined()) {
            Tensor outside = Tensor.of(arena.allocate(4L * 34_000, 4), Shape.of(34_000));
            outside.write(0, numbers, 1, 34_000);
            Safetensors.write(file, NamedTensors.empty().with("b", heap).with("a", outside), Map.of());
        }
        try (Safetensors opened = Safetensors.open(file)) {
            assertEquals(List.of("b", "a"), List.copyOf(opened.names()));
            assertTrue(heap.sameBits(opened.tensor("b").tensor()));
            assertArrayEquals(heap.toArray(), opened.tensor("a").floats());
        }
    }

    @Test
    void whatCannotBeWrittenLeavesEverythingAsItWas() throws IOException {
        Path file = Files.writeString(folder.resolve("old.safetensors"), "old");
        NamedTensors one = NamedTensors.empty().with("a", Tensor.zeros(1));
        for (String name : List.of("__metadata__", "\uD800")) {
            NamedTensors wrong = one.with(name, Tensor.zeros(1));
            assertThrows(IllegalArgumentException.class, () -> Safetensors.write(file, wrong, Map.of()));
        }
        assertThrows(IllegalArgumentException.class, () -> Safetensors.write(file, one, Map.of("k", "\uDC00")));
        assertThrows(IOException.class, () -> Safetensors.write(folder.resolve("no/such/folder"), one, Map.of()));
        Path occupied = folder.resolve("occupied");
        Files.createDirectories(occupied.resolve("folder"));
        assertThrows(IOException.class, () -> Safetensors.write(occupied, one, Map.of()));
        assertEquals("old", Files.readString(file));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(Set.of(file, occupied), left.collect(Collectors.toSet()));
        }
    }
}
