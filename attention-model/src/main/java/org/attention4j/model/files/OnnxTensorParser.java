package org.attention4j.model.files;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
 * and with each number encoded separately; those are brought into the form of {@code raw_data} here.
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

    private final OnnxParser parser;
    private final CodedInputStream in;
    private final int start;
    private final List<Long> shape = new ArrayList<>();
    private String name = "";
    private int type;
    private boolean external;
    private int rawStart = -1;
    private int rawLength;
    /** The repeated fields' bits, each number in as many bytes as its field has: 4 or 8. */
    private final ByteArrayOutputStream typed = new ByteArrayOutputStream(0);

    private int typedField;

    OnnxTensorParser(OnnxParser parser) {
        this.parser = parser;
        this.in = parser.in();
        this.start = in.getTotalBytesRead();
    }

    StoredTensor read() throws IOException {
        parser.message(this::field);
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
        MemorySegment data = rawStart >= 0
                ? parser.bytes().asSlice(rawStart, rawLength)
                : MemorySegment.ofArray(narrow(element, typed.toByteArray()));
        long[] dimensions = shape.stream().mapToLong(Long::longValue).toArray();
        if (element.bytesOf(dimensions) != data.byteSize()) {
            throw corrupt("is " + element + Arrays.toString(dimensions) + ", which does not take the " + data.byteSize()
                    + " bytes that it has");
        }
        return new StoredTensor(parser.source(), Math.max(rawStart, start), name, element, dimensions, data);
    }

    private boolean field(int number) throws IOException {
        switch (number) {
            case 1 -> parser.packed(() -> shape.add(in.readInt64()), WireFormat.WIRETYPE_VARINT);
            case 2 -> {
                parser.expect(WireFormat.WIRETYPE_VARINT);
                type = in.readInt32();
            }
            case 4 -> typed(number, () -> put(in.readRawLittleEndian32(), 4), WireFormat.WIRETYPE_FIXED32);
            case 5 -> typed(number, () -> put(in.readInt32(), 4), WireFormat.WIRETYPE_VARINT);
            case 7, 11 -> typed(number, () -> put(in.readInt64(), 8), WireFormat.WIRETYPE_VARINT);
            case 10 -> typed(number, () -> put(in.readRawLittleEndian64(), 8), WireFormat.WIRETYPE_FIXED64);
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

    private void typed(int field, OnnxParser.Number number, int wireType) throws IOException {
        if (typedField != 0 && typedField != field) {
            throw corrupt("has its values twice");
        }
        typedField = field;
        parser.packed(number, wireType);
    }

    private void put(long bits, int bytes) {
        for (int i = 0; i < bytes; i++) {
            typed.write((int) (bits >>> (8 * i)));
        }
    }

    /** From the repeated field's 4 or 8 bytes a number to the element type's, where the fields are shared by types. */
    private byte[] narrow(ElementType element, byte[] wide) {
        int stored =
                switch (typedField) {
                    case 4, 5 -> 4;
                    case 7, 10, 11 -> 8;
                    default -> element.bytes();
                };
        int expectedField =
                switch (element) {
                    case F32 -> 4;
                    case F64 -> 10;
                    case I64 -> 7;
                    case U32, U64 -> 11;
                    default -> 5;
                };
        if (typedField != 0 && typedField != expectedField) {
            throw corrupt("is " + element + " but has its values in field " + typedField);
        }
        int kept = element.bytes();
        if (kept == stored) {
            return wide;
        }
        byte[] narrow = new byte[wide.length / stored * kept];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = wide[i / kept * stored + i % kept];
        }
        return narrow;
    }

    private CorruptFileException corrupt(String problem) {
        return new CorruptFileException(parser.source(), start, "tensor '" + name + "' " + problem);
    }
}
