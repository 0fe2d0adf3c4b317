package org.attention4j.cli.sentence;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.OptionalInt;
import org.attention4j.cli.sentence.SentenceTokenizer.Token;
import org.attention4j.cli.sentence.Words.Word;

/**
 * Attention as JSON.
 *
 * <pre>
 * model, text
 * tokens:  [{id, text, word}]               word: index into words
 * words:   [{text, mark, tokens: [index]}]
 * layers:  [number from 1]                  those chosen
 * heads:   [number from 1]
 * weights: [layer][head][query][key]        of tokens, for the layers and heads chosen
 * shown:   {what, weights: [query][key]}    of words, the mean over the layers and heads chosen
 * word:    {index, text, weights: [key]}    the row of the word asked for, or null
 * </pre>
 */
public final class AttentionJson {
    private AttentionJson() {}

    /**
     * Writes one object.
     *
     * @param attention of a text
     * @param choice which layers and heads
     * @param query index of the word asked for, or empty
     * @param json takes the object
     * @throws IOException if it cannot be written
     */
    public static void write(SentenceAttention attention, HeadChoice choice, OptionalInt query, JsonGenerator json)
            throws IOException {
        float[][] shown = attention.wordWeights(choice);
        json.writeStartObject();
        json.writeStringField("model", attention.model());
        json.writeStringField("text", attention.words().text());
        tokensAndWords(attention, json);
        int[] layers = choice.layers(attention.layers());
        int[] heads = choice.heads(attention.heads());
        numbers("layers", layers, json);
        numbers("heads", heads, json);
        json.writeArrayFieldStart("weights");
        for (int layer : layers) {
            json.writeStartArray();
            for (int head : heads) {
                json.writeStartArray();
                map(attention, layer, head, json);
                json.writeEndArray();
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeObjectFieldStart("shown");
        json.writeStringField("what", choice.describe(attention.layers(), attention.heads()));
        json.writeArrayFieldStart("weights");
        for (float[] row : shown) {
            row(row, json);
        }
        json.writeEndArray();
        json.writeEndObject();
        if (query.isPresent()) {
            json.writeObjectFieldStart("word");
            json.writeNumberField("index", query.getAsInt());
            json.writeStringField("text", attention.words().name(query.getAsInt()));
            json.writeFieldName("weights");
            row(shown[query.getAsInt()], json);
            json.writeEndObject();
        } else {
            json.writeNullField("word");
        }
        json.writeEndObject();
    }

    private static void tokensAndWords(SentenceAttention attention, JsonGenerator json) throws IOException {
        Words words = attention.words();
        json.writeArrayFieldStart("tokens");
        for (int i = 0; i < words.size(); i++) {
            Word word = words.list().get(i);
            for (int piece = word.first(); piece < word.first() + word.pieces(); piece++) {
                Token token = attention.encoded().tokens().get(piece);
                json.writeStartObject();
                json.writeNumberField("id", token.id());
                json.writeStringField("text", token.text());
                json.writeNumberField("word", i);
                json.writeEndObject();
            }
        }
        json.writeEndArray();
        json.writeArrayFieldStart("words");
        for (Word word : words.list()) {
            json.writeStartObject();
            json.writeStringField("text", word.text());
            json.writeBooleanField("mark", word.mark());
            json.writeArrayFieldStart("tokens");
            for (int piece = word.first(); piece < word.first() + word.pieces(); piece++) {
                json.writeNumber(piece);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static void numbers(String name, int[] indexes, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (int index : indexes) {
            json.writeNumber(index + 1);
        }
        json.writeEndArray();
    }

    private static void map(SentenceAttention attention, int layer, int head, JsonGenerator json) throws IOException {
        int time = attention.encoded().tokens().size();
        float[] row = new float[time];
        for (int query = 0; query < time; query++) {
            for (int key = 0; key < time; key++) {
                row[key] = attention.weight(layer, head, query, key);
            }
            row(row, json);
        }
    }

    private static void row(float[] weights, JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (float weight : weights) {
            json.writeNumber(weight);
        }
        json.writeEndArray();
    }
}
