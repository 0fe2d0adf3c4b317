package org.attention4j.model.files;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.api.CorruptFileException;

/**
 * One pass over the protocol-buffer encoding of an ONNX model. The field numbers are those of {@code onnx.proto}.
 *
 * <p>Tensors' numbers are skipped, not read; only their position is noted. What is kept of the rest is bounded, since two bytes of the
 * file may be a node, which takes a hundred times that.
 */
final class OnnxParser {
    /** What names, nodes and their attributes may take in memory: a hundred times what those of published models do. */
    private static final long MOST_KEPT = 256 << 20;

    /** An object with its place in a list or map, roughly: of the nodes measured, an empty one takes about four. */
    private static final int OBJECT = 64;

    private final String source;
    private final MemorySegment bytes;
    private final CodedInputStream in;
    private final Map<String, StoredTensor> initializers = new LinkedHashMap<>();
    private final List<OnnxNode> nodes = new ArrayList<>();
    private long kept;

    OnnxParser(String source, MemorySegment bytes) {
        this.source = source;
        this.bytes = bytes;
        // A stream, since protobuf would copy a mapped buffer as a whole; skipping costs nothing.
        this.in = CodedInputStream.newInstance(new SegmentStream(bytes), 1 << 12);
    }

    static OnnxParser parse(String source, MemorySegment bytes) {
        if (bytes.byteSize() > Integer.MAX_VALUE) {
            throw new CorruptFileException(
                    source, Integer.MAX_VALUE, bytes.byteSize() + " bytes: a protocol buffer has less than 2^31");
        }
        OnnxParser parser = new OnnxParser(source, bytes);
        try {
            parser.model();
        } catch (IOException e) { // the stream itself never fails: malformed encoding
            throw parser.corrupt("not an ONNX model: " + e.getMessage());
        }
        return parser;
    }

    Map<String, StoredTensor> initializers() {
        return Collections.unmodifiableMap(initializers);
    }

    List<OnnxNode> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    /** Reads one field's content, having been given its number. */
    interface Field {
        /** Returns false, having read nothing, if the field is of no interest. */
        boolean read(int number) throws IOException;
    }

    private void model() throws IOException {
        boolean[] graph = {false};
        whole(number -> {
            if (number != 7) {
                return false;
            }
            if (graph[0]) {
                throw corrupt("a second graph");
            }
            graph[0] = true;
            message(this::graphField);
            return true;
        });
        if (!graph[0]) {
            throw corrupt("not an ONNX model: it has no graph");
        }
    }

    private boolean graphField(int number) throws IOException {
        switch (number) {
            case 1 -> node();
            case 5 -> {
                StoredTensor tensor = tensor();
                if (initializers.put(tensor.name(), tensor) != null) {
                    throw corrupt("initialiser '" + tensor.name() + "' is there twice");
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void node() throws IOException {
        keep(4 * OBJECT);
        String[] texts = {"", ""}; // name, operator
        List<String> inputs = new ArrayList<>();
        List<String> outputs = new ArrayList<>();
        Map<String, OnnxAttribute> attributes = new LinkedHashMap<>();
        message(number -> {
            switch (number) {
                case 1 -> inputs.add(text());
                case 2 -> outputs.add(text());
                case 3 -> texts[0] = text();
                case 4 -> texts[1] = text();
                case 5 -> attribute(attributes);
                default -> {
                    return false;
                }
            }
            return true;
        });
        nodes.add(new OnnxNode(
                texts[0],
                texts[1],
                Collections.unmodifiableList(inputs),
                Collections.unmodifiableList(outputs),
                Collections.unmodifiableMap(attributes)));
    }

    private void attribute(Map<String, OnnxAttribute> attributes) throws IOException {
        keep(OBJECT);
        String[] name = {""};
        List<Long> integers = new ArrayList<>();
        List<Float> floats = new ArrayList<>();
        List<OnnxAttribute> values = new ArrayList<>();
        message(number -> {
            switch (number) {
                case 1 -> name[0] = text();
                case 2 -> floats.add(kept(in.readFloat()));
                case 3 -> integers.add(kept(in.readInt64()));
                case 4 -> values.add(new OnnxAttribute.Text(text()));
                case 5 -> values.add(new OnnxAttribute.Tensor(tensor()));
                case 7 -> packed(() -> floats.add(kept(in.readFloat())), WireFormat.WIRETYPE_FIXED32);
                case 8 -> packed(() -> integers.add(kept(in.readInt64())), WireFormat.WIRETYPE_VARINT);
                default -> {
                    return false;
                }
            }
            return true;
        });
        if (!floats.isEmpty()) {
            values.add(new OnnxAttribute.Floats(Collections.unmodifiableList(floats)));
        }
        if (!integers.isEmpty()) {
            values.add(new OnnxAttribute.Integers(Collections.unmodifiableList(integers)));
        }
        if (values.size() > 1) {
            throw corrupt("attribute '" + name[0] + "' has values of several kinds");
        }
        if (!values.isEmpty() && attributes.put(name[0], values.get(0)) != null) {
            throw corrupt("attribute '" + name[0] + "' is there twice");
        }
    }

    private StoredTensor tensor() throws IOException {
        keep(4 * OBJECT);
        return new OnnxTensorParser(this).read();
    }

    /** Counts what is about to be kept. */
    private void keep(long memory) {
        kept += memory;
        if (kept > MOST_KEPT) {
            throw corrupt("its names, nodes and attributes take more than the " + (MOST_KEPT >> 20)
                    + " MiB that are allowed");
        }
    }

    /** A number of an attribute. */
    private <N extends java.lang.Number> N kept(N number) {
        keep(OBJECT / 2);
        return number;
    }

    // ---- the encoding ----

    /** The wire type of the field that is being read. */
    private int wireType;

    CodedInputStream in() {
        return in;
    }

    String source() {
        return source;
    }

    MemorySegment bytes() {
        return bytes;
    }

    /** The message that the bytes are. */
    void whole(Field field) throws IOException {
        in.pushLimit((int) bytes.byteSize());
        fields(field);
    }

    /** A field that holds a message: its length, then its fields. Returns the message's bytes. */
    MemorySegment message(Field field) throws IOException {
        int previous = in.pushLimit(length());
        int start = in.getTotalBytesRead();
        fields(field);
        in.popLimit(previous);
        return bytes.asSlice(start, in.getTotalBytesRead() - start);
    }

    private void fields(Field field) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            wireType = WireFormat.getTagWireType(tag);
            if (wireType == WireFormat.WIRETYPE_START_GROUP || wireType == WireFormat.WIRETYPE_END_GROUP) {
                throw corrupt("a group, which ONNX does not use");
            }
            if (!field.read(WireFormat.getTagFieldNumber(tag))) {
                in.skipField(tag);
            }
        }
    }

    /** The length of a length-delimited field, known to lie inside the message around it. */
    int length() throws IOException {
        expect(WireFormat.WIRETYPE_LENGTH_DELIMITED);
        int length = in.readRawVarint32();
        if (length < 0 || length > in.getBytesUntilLimit()) {
            throw corrupt("a field of " + Integer.toUnsignedString(length) + " bytes, but its message has "
                    + in.getBytesUntilLimit() + " left");
        }
        return length;
    }

    String text() throws IOException {
        int length = length();
        int where = in.getTotalBytesRead();
        keep(OBJECT + 2L * length);
        byte[] text = in.readRawBytes(length);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new CorruptFileException(source, where, "a text that is not valid UTF-8");
        }
    }

    void expect(int wanted) {
        if (wireType != wanted) {
            throw corrupt("wire type " + wireType + " where " + wanted + " is expected");
        }
    }

    /** Reads one number. */
    interface Number {
        void read() throws IOException;
    }

    /** A repeated field of numbers: either one of them, or a length and several. */
    void packed(Number number, int single) throws IOException {
        if (wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
            int previous = in.pushLimit(length());
            while (!in.isAtEnd()) {
                number.read();
            }
            in.popLimit(previous);
        } else {
            expect(single);
            number.read();
        }
    }

    CorruptFileException corrupt(String problem) {
        return new CorruptFileException(source, in.getTotalBytesRead(), problem);
    }
}
