package org.attention4j.model.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.api.CorruptFileException;

/**
 * The checked header of a safetensors file.
 *
 * @param tensors by name, in the order of the header
 * @param metadata the free text
 */
record SafetensorsHeader(Map<String, StoredTensor> tensors, Map<String, String> metadata) {
    /** The reference implementation's bound (tensor.rs, MAX_HEADER_SIZE). */
    static final int MAX_BYTES = 100_000_000;

    /** The length field before the header. */
    static final int PREFIX = 8;

    static final String METADATA = "__metadata__";

    /** Longest list of dimensions that is read; no framework goes beyond 64 and a longer one is an attack. */
    private static final int MAX_RANK = 64;

    /**
     * A factory for one file: its table of names would keep an untrusted file's for the next. (Without the table
     * Jackson reads characters and does not know byte offsets.) Depth: the header, a tensor, its shape, one to spare.
     */
    private static JsonFactory json() {
        return JsonFactory.builder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(4)
                        .maxNameLength(MAX_BYTES)
                        .maxStringLength(MAX_BYTES)
                        .maxNumberLength(32)
                        .build())
                .build();
    }

    static SafetensorsHeader parse(String source, MemorySegment bytes) {
        if (bytes.byteSize() < PREFIX) {
            throw new CorruptFileException(
                    source,
                    0,
                    "not a safetensors file: " + bytes.byteSize() + " bytes, the header's length alone takes 8");
        }
        long length = bytes.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
        if (length < 2 || length > MAX_BYTES) {
            throw new CorruptFileException(
                    source,
                    0,
                    "header length " + Long.toUnsignedString(length) + ", allowed are 2 to " + MAX_BYTES + " bytes");
        }
        if (length > bytes.byteSize() - PREFIX) {
            throw new CorruptFileException(
                    source,
                    0,
                    "header length " + length + ", but only " + (bytes.byteSize() - PREFIX) + " bytes follow");
        }
        byte[] json = bytes.asSlice(PREFIX, length).toArray(ValueLayout.JAVA_BYTE);
        requireText(source, json);
        return new Reading(source, json, bytes.asSlice(PREFIX + length)).header();
    }

    /**
     * Refuses what Jackson would take for another encoding or let pass: it guesses UTF-16 and UTF-32 from NUL bytes, and
     * does not notice every malformed sequence.
     */
    private static void requireText(String source, byte[] json) {
        if (json[0] != '{') {
            throw new CorruptFileException(source, PREFIX, "the header does not begin with '{'");
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(json);
        CharBuffer out = CharBuffer.allocate(8192);
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
            if (result.isError()) {
                throw new CorruptFileException(source, PREFIX + in.position(), "the header is not valid UTF-8");
            }
        } while (result.isOverflow());
        for (int i = 0; i < json.length; i++) {
            if (json[i] == 0) {
                throw new CorruptFileException(source, PREFIX + i, "NUL byte in the header");
            }
        }
    }

    /** A tensor's entry before its data are cut out. */
    private record Entry(String name, ElementType type, long[] shape, long begin, long end, long where) {}

    /** One pass over the JSON text. */
    private static final class Reading {
        private final String source;
        private final byte[] json;
        private final MemorySegment data;
        private final Map<String, Entry> entries = new LinkedHashMap<>();
        private Map<String, String> metadata = Map.of();
        private boolean metadataSeen;

        Reading(String source, byte[] json, MemorySegment data) {
            this.source = source;
            this.json = json;
            this.data = data;
        }

        SafetensorsHeader header() {
            try (JsonParser parser = json().createParser(json)) {
                parser.nextToken(); // the '{' that was checked
                while (nextName(parser)) {
                    String name = parser.currentName();
                    long where = offset(parser);
                    parser.nextToken();
                    if (!name.equals(METADATA)) {
                        if (entries.put(name, entry(parser, name, where)) != null) {
                            throw corrupt(where, "tensor '" + name + "' is there twice");
                        }
                    } else if (metadataSeen) {
                        throw corrupt(where, METADATA + " is there twice");
                    } else {
                        metadataSeen = true;
                        metadata = metadata(parser);
                    }
                }
                if (parser.nextToken() != null) {
                    throw corrupt(offset(parser), "text after the end of the header's object");
                }
            } catch (JsonProcessingException e) {
                long where = e.getLocation() == null
                        ? 0
                        : Math.max(0, e.getLocation().getByteOffset());
                throw corrupt(PREFIX + where, "the header is not the JSON that is expected: " + e.getOriginalMessage());
            } catch (IOException e) {
                throw new UncheckedIOException("reading from an array", e);
            }
            requireContiguous();
            return new SafetensorsHeader(cut(), metadata);
        }

        /** Advances to the next name of the current object, or past its end. */
        private boolean nextName(JsonParser parser) throws IOException {
            JsonToken token = parser.nextToken();
            if (token != JsonToken.FIELD_NAME && token != JsonToken.END_OBJECT) {
                throw corrupt(offset(parser), "the header ends inside its object");
            }
            return token == JsonToken.FIELD_NAME;
        }

        private Map<String, String> metadata(JsonParser parser) throws IOException {
            require(parser, JsonToken.START_OBJECT, METADATA);
            Map<String, String> texts = new LinkedHashMap<>();
            while (nextName(parser)) {
                String key = parser.currentName();
                long where = offset(parser);
                parser.nextToken();
                require(parser, JsonToken.VALUE_STRING, METADATA + " '" + key + "'");
                if (texts.put(key, parser.getText()) != null) {
                    throw corrupt(where, METADATA + " has '" + key + "' twice");
                }
            }
            return Collections.unmodifiableMap(texts);
        }

        private Entry entry(JsonParser parser, String name, long where) throws IOException {
            String what = "tensor '" + name + "'";
            require(parser, JsonToken.START_OBJECT, what);
            ElementType type = null;
            long[] shape = null;
            long[] range = null;
            while (nextName(parser)) {
                String field = parser.currentName();
                long fieldWhere = offset(parser);
                parser.nextToken();
                boolean twice;
                switch (field) {
                    case "dtype" -> {
                        twice = type != null;
                        type = type(parser, what);
                    }
                    case "shape" -> {
                        twice = shape != null;
                        shape = numbers(parser, what + " shape", MAX_RANK);
                    }
                    case "data_offsets" -> {
                        twice = range != null;
                        range = numbers(parser, what + " data_offsets", 2);
                    }
                    default -> throw corrupt(fieldWhere, what + " has an unknown field '" + field + "'");
                }
                if (twice) {
                    throw corrupt(fieldWhere, what + " has '" + field + "' twice");
                }
            }
            if (type == null || shape == null || range == null) {
                throw corrupt(where, what + " lacks dtype, shape or data_offsets");
            }
            if (range.length != 2 || range[0] > range[1] || range[1] > data.byteSize()) {
                throw corrupt(
                        where,
                        what + " has data_offsets " + Arrays.toString(range) + ", of " + data.byteSize()
                                + " bytes of data");
            }
            long size = type.bytesOf(shape);
            if (size != range[1] - range[0]) {
                throw corrupt(
                        where,
                        what + ": " + type + Arrays.toString(shape) + " takes "
                                + (size < 0 ? "more than 2^63" : Long.toString(size)) + " bytes, its data_offsets "
                                + Arrays.toString(range) + " hold " + (range[1] - range[0]));
            }
            return new Entry(name, type, shape, range[0], range[1], where);
        }

        private ElementType type(JsonParser parser, String what) throws IOException {
            require(parser, JsonToken.VALUE_STRING, what + " dtype");
            String text = parser.getText();
            for (ElementType type : ElementType.values()) {
                if (type.name().equals(text)) {
                    return type;
                }
            }
            throw corrupt(offset(parser), what + " has the unknown dtype '" + text + "'");
        }

        private long[] numbers(JsonParser parser, String what, int most) throws IOException {
            require(parser, JsonToken.START_ARRAY, what);
            List<Long> numbers = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                require(parser, JsonToken.VALUE_NUMBER_INT, what + " element");
                long number = parser.getLongValue(); // refuses what does not fit
                if (number < 0) {
                    throw corrupt(offset(parser), what + " has the negative number " + number);
                }
                numbers.add(number);
                if (numbers.size() > most) {
                    throw corrupt(offset(parser), what + " has more than " + most + " numbers");
                }
            }
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        /** Every byte of the data belongs to exactly one tensor: the format forbids holes, as hiding places. */
        private void requireContiguous() {
            List<Entry> ordered = new ArrayList<>(entries.values());
            ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
            long expected = 0;
            for (Entry entry : ordered) {
                if (entry.begin() != expected) {
                    throw corrupt(
                            entry.where(),
                            "tensor '" + entry.name() + "' begins at " + entry.begin() + " of the data, "
                                    + (entry.begin() < expected
                                            ? "inside the tensor before it, which ends at "
                                            : "leaving a gap after ")
                                    + expected);
                }
                expected = entry.end();
            }
            if (expected != data.byteSize()) {
                throw corrupt(
                        PREFIX + json.length + expected, (data.byteSize() - expected) + " bytes after the last tensor");
            }
        }

        private Map<String, StoredTensor> cut() {
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            for (Entry entry : entries.values()) {
                tensors.put(
                        entry.name(),
                        new StoredTensor(
                                source,
                                PREFIX + json.length + entry.begin(),
                                entry.name(),
                                entry.type(),
                                entry.shape(),
                                data.asSlice(entry.begin(), entry.end() - entry.begin())));
            }
            return Collections.unmodifiableMap(tensors);
        }

        private void require(JsonParser parser, JsonToken expected, String what) {
            if (parser.currentToken() != expected) {
                throw corrupt(offset(parser), what + ": expected " + expected + ", found " + parser.currentToken());
            }
        }

        private long offset(JsonParser parser) {
            return PREFIX + Math.max(0, parser.currentTokenLocation().getByteOffset());
        }

        private CorruptFileException corrupt(long where, String problem) {
            return new CorruptFileException(source, where, problem);
        }
    }
}
