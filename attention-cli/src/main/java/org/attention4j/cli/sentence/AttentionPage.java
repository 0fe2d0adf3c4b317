package org.attention4j.cli.sentence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.attention4j.cli.sentence.SentenceTokenizer.Token;
import org.attention4j.cli.sentence.Words.Word;

/**
 * A page that shows who attends to whom in a text: every layer and head, every word.
 *
 * <p>One file that holds all it needs and may load nothing: its content security policy forbids every request, and every
 * script but its own, whatever the text says. The text is in it as JSON in which {@code <} cannot occur. Weights are of
 * words, in steps of 0.0001, deflated; so the page of 128 words is about 1 MB.
 */
public final class AttentionPage {
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");
    private static final int STEPS = 10_000;
    private static final int LONGEST_TITLE = 80;

    private AttentionPage() {}

    /**
     * Writes the page.
     *
     * @param attention of a text
     * @param choice what it shows first
     * @param word index of the word that is held first, or empty
     * @param page takes the page, in UTF-8
     * @throws IOException if the page cannot be written
     */
    public static void write(SentenceAttention attention, HeadChoice choice, OptionalInt word, Writer page)
            throws IOException {
        String style = resource("page.css");
        String script = resource("page.js");
        Map<String, String> parts = Map.of(
                "title", escaped(title(attention.words().text())),
                "style", style,
                "style-hash", hash(style),
                "script", script,
                "script-hash", hash(script),
                "data", data(attention, choice, word));
        String template = resource("page.html");
        Matcher place = PLACE.matcher(template);
        int end = 0;
        while (place.find()) {
            page.append(template, end, place.start());
            page.append(parts.get(place.group(1)));
            end = place.end();
        }
        page.append(template, end, template.length());
    }

    private static String title(String text) {
        String line = Glyphs.printable(text).strip();
        return (line.codePointCount(0, line.length()) <= LONGEST_TITLE
                        ? line
                        : line.substring(0, line.offsetByCodePoints(0, LONGEST_TITLE)) + "…")
                + " – attention";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** As a content security policy names a script or a style. */
    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String data(SentenceAttention attention, HeadChoice choice, OptionalInt word) throws IOException {
        Words words = attention.words();
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("model", attention.model());
            json.writeStringField("text", words.text());
            json.writeArrayFieldStart("words");
            for (int i = 0; i < words.size(); i++) {
                Word one = words.list().get(i);
                json.writeStartObject();
                json.writeStringField("text", one.text());
                json.writeStringField("name", words.name(i));
                if (one.mark()) {
                    json.writeBooleanField("mark", true);
                } else {
                    json.writeNumberField("start", one.start());
                    json.writeNumberField("end", one.end());
                }
                if (one.pieces() > 1) {
                    json.writeStringField("pieces", pieces(attention.encoded().tokens(), one));
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeNumberField("layers", attention.layers());
            json.writeNumberField("heads", attention.heads());
            json.writeNumberField("layer", choice.layer().orElse(0) - 1);
            json.writeNumberField("head", choice.head().orElse(0) - 1);
            json.writeNumberField("word", word.orElse(-1));
            json.writeStringField("weights", Base64.getEncoder().encodeToString(packed(attention)));
            json.writeEndObject();
        }
        return text.toString().replace("<", "\\u003c");
    }

    private static String pieces(List<Token> tokens, Word word) {
        return tokens.subList(word.first(), word.first() + word.pieces()).stream()
                .map(Token::text)
                .collect(Collectors.joining(" "));
    }

    /** All low bytes, then all high bytes, which are mostly zero and so deflate well. */
    private static byte[] packed(SentenceAttention attention) throws IOException {
        int size = attention.words().size();
        int count = attention.layers() * attention.heads() * size * size;
        byte[] low = new byte[count];
        byte[] high = new byte[count];
        int at = 0;
        for (int layer = 1; layer <= attention.layers(); layer++) {
            for (int head = 1; head <= attention.heads(); head++) {
                for (float[] row : attention.wordWeights(new HeadChoice(OptionalInt.of(layer), OptionalInt.of(head)))) {
                    for (float weight : row) {
                        int steps = Math.round(STEPS * weight);
                        low[at] = (byte) steps;
                        high[at++] = (byte) (steps >> 8);
                    }
                }
            }
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Deflater best = new Deflater(Deflater.BEST_COMPRESSION);
        try (DeflaterOutputStream deflating = new DeflaterOutputStream(bytes, best)) {
            deflating.write(low);
            deflating.write(high);
        } finally {
            best.end();
        }
        return bytes.toByteArray();
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = AttentionPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            // line ends as a browser has them when it checks the hashes
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        }
    }
}
