package org.attention4j.model.files;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.attention4j.api.CorruptFileException;

/**
 * Reads one TensorProto.
 *
 * <p>ONNX stores numbers either as {@code raw_data} (little-endian, as {@link StoredTensor} wants them, so their position
 * is noted and they are not touched) or in a repeated field of one of a few number types, possibly in several pieces
 * and with each number encoded separately. Those are counted here, and brought into the form of {@code raw_data} when they are asked
 * for, since a byte of the file may become eight.
 */
final class OnnxTensorParser {
    /** TensorProto.DataType. */
    private static final Map<Integer, ElementType> TYPES = Map.ofEntries(
            Map.entry(1, ElementType.F32),
            Map.entry(2, ElementType.U8),
            Map.entry(3, ElementType.I8),
            Map.entry(4, ElementType.U16),
            Map.entry(5, ElementType.I16),
            Map.entry(6, ElementType.I32),
            Map.entry(7, ElementType.I64),
            Map.entry(9, ElementType.BOOL),
            Map.entry(10, ElementType.F16),
            Map.entry(11, ElementType.F64),
            Map.entry(12, ElementType.U32),
            Map.entry(13, ElementType.U64),
            Map.entry(16, ElementType.BF16));

    /** Longest list of dimensions that is read; no framework goes beyond 64 and a longer one is an attack. */
    private static final int MAX_RANK = 64;

    private final OnnxParser parser;
    private final CodedInputStream in;
    private final int start;
    private final List<Long> shape = new ArrayList<>();
    private String name = "";
    private int type;
    private boolean external;
    private int rawStart = -1;
    private int rawLength;
    /** The repeated field that holds the numbers, and how many it holds. */
    private int typedField;

    private long typedCount;

    OnnxTensorParser(OnnxParser parser) {
        this.parser = parser;
        this.in = parser.in();
        this.start = in.getTotalBytesRead();
    }

    StoredTensor read() throws IOException {
        MemorySegment message = parser.message(this::field);
        if (external) {
            throw corrupt("keeps its values in another file, which is not supported");
        }
        ElementType element = TYPES.get(type);
        if (element == null) {
            throw corrupt("has the data type " + type + ", which is unknown or not made of numbers");
        }
        if (rawStart >= 0 && typedField != 0) {
            throw corrupt("has its values twice");
        }
        long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
        long stored = rawStart >= 0 ? rawLength : element.bytes() * typedCount;
        if (element.bytesOf(dimensions) != stored) {
            throw corrupt("is " + element + Arrays.toString(dimensions) + ", which does not take the " + stored
                    + " bytes that it has");
        }
        if (rawStart >= 0) {
            MemorySegment raw = parser.bytes().asSlice(rawStart, rawLength);
            return new StoredTensor(parser.source(), rawStart, name, element, dimensions, raw);
        }
        return typed(message, element, dimensions);
    }

    private boolean field(int number) throws IOException {
        switch (number) {
            case 1 -> parser.packed(this::dimension, WireFormat.WIRETYPE_VARINT);
            case 2 -> {
                parser.expect(WireFormat.WIRETYPE_VARINT);
                type = in.readInt32();
            }
            case 4, 5, 7, 10, 11 -> {
                if (typedField != 0 && typedField != number) {
                    throw corrupt("has its values twice");
                }
                typedField = number;
                parser.packed(
                        () -> {
                            bits(in, number);
                            typedCount++;
                        },
                        wireType(number));
            }
            case 8 -> name = parser.text();
            case 9 -> {
                if (rawStart >= 0) {
                    throw corrupt("has raw_data twice");
                }
                rawLength = parser.length();
                rawStart = in.getTotalBytesRead();
                in.skipRawBytes(rawLength);
            }
            case 14 -> {
                parser.expect(WireFormat.WIRETYPE_VARINT);
                external = in.readInt32() != 0;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void dimension() throws IOException {
        shape.add(in.readInt64());
        if (shape.size() > MAX_RANK) {
            throw corrupt("has more than " + MAX_RANK + " dimensions");
        }
    }

    /** A tensor whose numbers are read again, from its message, when they are asked for. */
    private StoredTensor typed(MemorySegment message, ElementType element, long[] dimensions) {
        int expected =
                switch (element) {
                    case F32 -> 4;
                    case F64 -> 10;
                    case I64 -> 7;
                    case U32, U64 -> 11;
                    default -> 5;
                };
        if (typedField != 0 && typedField != expected) {
            throw corrupt("is " + element + " but has its values in field " + typedField);
        }
        String source = parser.source();
        int bytes = (int) Math.min(typedCount * element.bytes(), Integer.MAX_VALUE);
        return new StoredTensor(
                source, start, name, element, dimensions, () -> decoded(source, message, expected, element, bytes));
    }

    /** The numbers of a field as {@code raw_data} would have them. */
    private static MemorySegment decoded(
            String source, MemorySegment message, int field, ElementType element, int bytes) {
        if (bytes > StoredTensor.MOST_ELEMENTS) {
            throw new IllegalArgumentException(
                    "a tensor of " + source + " takes more than 2^31 bytes and is not in raw_data");
        }
        byte[] decoded = new byte[bytes];
        int[] next = {0};
        OnnxParser again = new OnnxParser(source, message);
        try {
            again.whole(number -> {
                if (number == field) {
                    again.packed(
                            () -> {
                                long bits = bits(again.in(), field);
                                for (int i = 0; i < element.bytes(); i++) { // types share fields: the low bytes count
                                    decoded[next[0]++] = (byte) (bits >>> 8 * i);
                                }
                            },
                            wireType(field));
                }
                return number == field;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(source + " has changed", e); // it was read without an error before
        }
        return MemorySegment.ofArray(decoded);
    }

    /** The next number of a repeated field. */
    private static long bits(CodedInputStream in, int field) throws IOException {
        return switch (field) {
            case 4 -> in.readRawLittleEndian32();
            case 5 -> in.readInt32();
            case 10 -> in.readRawLittleEndian64();
            default -> in.readInt64();
        };
    }

    private static int wireType(int field) {
        return switch (field) {
            case 4 -> WireFormat.WIRETYPE_FIXED32;
            case 10 -> WireFormat.WIRETYPE_FIXED64;
            default -> WireFormat.WIRETYPE_VARINT;
        };
    }

    private CorruptFileException corrupt(String problem) {
        return new CorruptFileException(parser.source(), start, "tensor '" + name + "' " + problem);
    }
}
