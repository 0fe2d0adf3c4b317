package org.attention4j.model.files;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes the protocol-buffer encoding by hand, so that tests can also write what is wrong. */
public final class OnnxBytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    public OnnxBytes() {}

    public OnnxBytes tag(int field, int wireType) {
        return raw((long) field << 3 | wireType);
    }

    public OnnxBytes raw(long varint) {
        long rest = varint;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return this;
    }

    public OnnxBytes number(int field, long value) {
        return tag(field, 0).raw(value);
    }

    public OnnxBytes bytes(int field, byte... value) {
        tag(field, 2).raw(value.length);
        out.writeBytes(value);
        return this;
    }

    public OnnxBytes fixed(byte... value) {
        out.writeBytes(value);
        return this;
    }

    public OnnxBytes text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    public OnnxBytes message(int field, OnnxBytes value) {
        return bytes(field, value.array());
    }

    public byte[] array() {
        return out.toByteArray();
    }

    public static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    /** A TensorProto with raw data. */
    public static OnnxBytes tensor(String name, int type, byte[] raw, long... shape) {
        OnnxBytes tensor = new OnnxBytes();
        for (long dimension : shape) {
            tensor.number(1, dimension);
        }
        return tensor.number(2, type).text(8, name).bytes(9, raw);
    }

    public static OnnxBytes node(String name, String operator, String output, String... inputs) {
        OnnxBytes node = new OnnxBytes();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(3, name).text(4, operator);
    }

    /** A ModelProto around a GraphProto. */
    public static OnnxFile open(OnnxBytes graph) {
        return open(new OnnxBytes().number(1, 8).message(7, graph).array());
    }

    public static OnnxFile open(byte[] model) {
        return OnnxFile.of("test.onnx", MemorySegment.ofArray(model));
    }
}
