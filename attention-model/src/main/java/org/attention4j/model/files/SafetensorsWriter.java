package org.attention4j.model.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Tensor;

/** Writes safetensors files; see {@link Safetensors#write}. */
final class SafetensorsWriter {
    private static final List<ElementType> TYPES =
            List.of(ElementType.F32, ElementType.F64, ElementType.F16, ElementType.BF16);

    private SafetensorsWriter() {}

    static void write(Path file, NamedTensors tensors, ElementType type, Map<String, String> metadata)
            throws IOException {
        if (!TYPES.contains(type)) {
            throw new IllegalArgumentException("tensors are written as one of " + TYPES + ", not as " + type);
        }
        byte[] header = header(tensors, type, metadata);
        Path target = file.toAbsolutePath();
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new NoSuchFileException(target.toString(), null, "there is no folder " + folder);
        }
        // Not Files.createTempFile, whose files only their owner may read: the file should look as if written directly.
        Path temporary = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        boolean moved = false;
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                writeAll(channel, header, tensors, type);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            moved = true;
        } finally {
            if (!moved) {
                Files.deleteIfExists(temporary);
            }
        }
    }

    /** The length field and the JSON, padded so that the data begin at a multiple of 8. */
    private static byte[] header(NamedTensors tensors, ElementType type, Map<String, String> metadata)
            throws IOException {
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(json)) {
            out.writeStartObject();
            if (!metadata.isEmpty()) {
                out.writeObjectFieldStart(SafetensorsHeader.METADATA);
                for (Map.Entry<String, String> text : new TreeMap<>(metadata).entrySet()) {
                    out.writeStringField(unicode(text.getKey()), unicode(text.getValue()));
                }
                out.writeEndObject();
            }
            long begin = 0;
            for (Map.Entry<String, Tensor> tensor : tensors.asMap().entrySet()) {
                if (tensor.getKey().equals(SafetensorsHeader.METADATA)) {
                    throw new IllegalArgumentException(
                            "the format keeps the name '" + tensor.getKey() + "' for itself");
                }
                out.writeObjectFieldStart(unicode(tensor.getKey()));
                out.writeStringField("dtype", type.name());
                out.writeArrayFieldStart("shape");
                for (int dimension : tensor.getValue().shape().extents()) {
                    out.writeNumber(dimension);
                }
                out.writeEndArray();
                long end = begin + type.bytes() * tensor.getValue().size();
                out.writeArrayFieldStart("data_offsets");
                out.writeNumber(begin);
                out.writeNumber(end);
                out.writeEndArray();
                out.writeEndObject();
                begin = end;
            }
            out.writeEndObject();
        }
        while (json.size() % 8 != 0) {
            json.write(' ');
        }
        if (json.size() > SafetensorsHeader.MAX_BYTES) {
            throw new IllegalArgumentException("the header takes " + json.size() + " bytes, more than the format's "
                    + SafetensorsHeader.MAX_BYTES);
        }
        return ByteBuffer.allocate(SafetensorsHeader.PREFIX + json.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.size())
                .put(json.toByteArray())
                .array();
    }

    private static String unicode(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("not valid Unicode: '" + text + "'");
        }
        return text;
    }

    private static void writeAll(FileChannel channel, byte[] header, NamedTensors tensors, ElementType type)
            throws IOException {
        drain(channel, ByteBuffer.wrap(header));
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
        float[] piece = new float[buffer.capacity() / Double.BYTES];
        for (Map.Entry<String, Tensor> named : tensors.asMap().entrySet()) {
            Tensor tensor = named.getValue();
            for (long from = 0; from < tensor.size(); ) {
                int count = (int) Math.min(tensor.size() - from, piece.length);
                tensor.read(from, piece, 0, count);
                buffer.clear();
                put(buffer, piece, count, type, named.getKey());
                drain(channel, buffer.flip());
                from += count;
            }
        }
    }

    private static void put(ByteBuffer buffer, float[] piece, int count, ElementType type, String name) {
        for (int i = 0; i < count; i++) {
            float value = piece[i];
            switch (type) {
                case F32 -> buffer.putFloat(value);
                case F64 -> buffer.putDouble(value);
                case F16 -> buffer.putShort(Float.floatToFloat16(inRange(value, type, name)));
                case BF16 -> buffer.putShort((short) (Float.floatToIntBits(inRange(value, type, name)) >>> 16));
                default -> throw new AssertionError(type);
            }
        }
    }

    /** Rounded to the type, which must not make it infinite. */
    private static float inRange(float value, ElementType type, String name) {
        float rounded = type.round(value);
        if (Float.isInfinite(rounded) && !Float.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "tensor '" + name + "' holds " + value + ", which is out of the range of " + type);
        }
        return rounded;
    }

    private static void drain(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
