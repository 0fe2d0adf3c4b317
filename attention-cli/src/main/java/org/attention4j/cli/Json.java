package org.attention4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import org.attention4j.api.MixerKind;

/** JSON as the commands print it. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /** Maps, lists, strings and numbers as JSON. */
    static JsonNode tree(Object plain) {
        return MAPPER.valueToTree(plain);
    }

    /** Over several lines, for people. */
    static String pretty(JsonNode node) {
        return node.toPrettyString();
    }

    /** For what is too large to be held as a node. Closing it leaves the writer open. */
    static JsonGenerator generator(PrintWriter out) throws IOException {
        return MAPPER.getFactory()
                .createGenerator(out)
                .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
    }

    /** What a mixer is, without its options. */
    static ObjectNode kind(MixerKind kind) {
        ObjectNode node = MAPPER.createObjectNode()
                .put("id", kind.id())
                .put("family", word(kind.family()))
                .put("summary", kind.summary());
        ArrayNode capabilities = node.putArray("capabilities");
        kind.capabilities().forEach(capability -> capabilities.add(capability.label()));
        return node;
    }

    /** A constant as a word: {@code softmax-attention}. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
