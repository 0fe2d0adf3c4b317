package org.attention4j.cli.sentence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.attention4j.api.Tensor;
import org.attention4j.cli.sentence.SentenceTokenizer.Encoded;
import org.attention4j.cli.sentence.SentenceTokenizer.Token;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, and what it must hold without one. */
class AttentionPageTest {
    private static final HeadChoice ALL = HeadChoice.ALL;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    /** Random attention of two layers of three heads for words of one piece each. */
    private static SentenceAttention attention(String text) {
        List<Token> tokens = new ArrayList<>(List.of(new Token(101, "[CLS]", true, -1, 0, 0)));
        int start = 0;
        for (String word : text.split(" ")) {
            tokens.add(new Token(7, word, false, tokens.size() - 1, start, start + word.length()));
            start += word.length() + 1;
        }
        tokens.add(new Token(102, "[SEP]", true, -1, 0, 0));
        int time = tokens.size();
        Tensor weights = Tensor.zeros(2, 3, time, time);
        Random random = new Random(time);
        for (int row = 0; row < 6 * time; row++) {
            float sum = 0;
            for (int key = 0; key < time; key++) {
                weights.array()[row * time + key] = (float) Math.exp(2 * random.nextGaussian());
                sum += weights.array()[row * time + key];
            }
            for (int key = 0; key < time; key++) {
                weights.array()[row * time + key] /= sum;
            }
        }
        return new SentenceAttention("a model", new Encoded(text, tokens, false), weights);
    }

    private static String page(SentenceAttention attention) throws IOException {
        StringWriter page = new StringWriter();
        AttentionPage.write(attention, ALL, OptionalInt.empty(), page);
        return page.toString();
    }

    private static String shares(float[] weights) {
        List<String> shares = new ArrayList<>();
        for (float weight : weights) {
            shares.add(weight < 0.005f ? "" : Math.round(100 * weight) + "%");
        }
        return shares.toString().replaceAll("[\\[\\] ]", "");
    }

    /** What is written under each word. */
    private static String highlighted(Browser browser) throws IOException {
        return browser.evaluate("[...document.querySelectorAll('.word')].map(w => w.dataset.percent).join(',')")
                .asText();
    }

    private static String asking(Browser browser) throws IOException {
        return browser.evaluate("[...document.querySelectorAll('.word.asks')].map(w => w.textContent).join(',')")
                .asText();
    }

    @Test
    void wordsThatArePointedAtShowWhatTheyAttendTo() throws IOException {
        Optional<Path> program = Browser.find();
        if (program.isEmpty()) {
            System.out.println(
                    "NOTICE: no Chromium is installed here, so the HTML page was not opened and not tested.");
        }
        assumeTrue(program.isPresent(), "NOTICE: no Chromium here; the HTML page was not opened");
        String text = "The <script>alert(1)</script> sat & on </script><!-- the mat";
        SentenceAttention attention = attention(text);
        Path file = folder.resolve("page.html");
        Files.writeString(file, page(attention));
        float[][] mean = attention.wordWeights(ALL);
        int sat = attention.words().find("sat");
        int mat = attention.words().find("mat");
        try (Browser browser = Browser.open(program.get(), folder.resolve("profile"))) {
            browser.go(file);
            assertEquals(
                    "[CLS] " + text + " [SEP]",
                    browser.evaluate("document.getElementById('sentence').textContent")
                            .asText());
            assertEquals("", asking(browser));

            browser.hover("[data-word='" + sat + "']");
            assertEquals("sat", asking(browser));
            assertEquals(shares(mean[sat]), highlighted(browser));
            // The word of the text attended to most has the full shade, the others less in the order of their weights.
            JsonNode shades = browser.evaluate(
                    "[...document.querySelectorAll('.word')].map(w => Number(w.style.getPropertyValue('--shade')))");
            int most = 1;
            for (int key = 1; key < mean[sat].length - 1; key++) {
                most = mean[sat][key] > mean[sat][most] ? key : most;
            }
            for (int key = 0; key < mean[sat].length; key++) {
                double expected = Math.pow(Math.min(1, mean[sat][key] / mean[sat][most]), 0.8);
                assertEquals(expected, shades.get(key).asDouble(), 0.02, "shade of word " + key);
            }
            assertTrue(browser.evaluate("document.getElementById('said').textContent")
                    .asText()
                    .startsWith("sat attends to"));

            browser.hover("h1");
            assertEquals("", asking(browser), "nothing is held");

            // A click holds a word, also when the mouse goes; Escape lets go.
            browser.click("[data-word='" + mat + "']");
            browser.hover("h1");
            assertEquals("mat", asking(browser));

            // One layer and head, chosen in the grid: rows of 3 heads and their mean.
            browser.click("#grid tr:nth-child(3) td:nth-child(4) .map");
            float[][] one = attention.wordWeights(new HeadChoice(OptionalInt.of(2), OptionalInt.of(3)));
            assertEquals(shares(one[mat]), highlighted(browser));
            assertEquals(
                    "layer 2, head 3",
                    browser.evaluate("document.getElementById('shown').textContent")
                            .asText());
            assertEquals(
                    "1 2",
                    browser.evaluate(
                                    "document.getElementById('layer').value + ' ' + document.getElementById('head').value")
                            .asText());
            browser.key("Escape");
            assertEquals("", asking(browser));

            // The keyboard does what the mouse does.
            browser.evaluate("document.querySelector(\"[data-word='" + (sat - 1) + "']\").focus()");
            browser.key("ArrowRight");
            assertEquals("sat", asking(browser));
            assertEquals(shares(one[sat]), highlighted(browser));

            assertOffline(browser);
        }
    }

    /** Nothing was asked of anyone, refused or complained about. */
    private static void assertOffline(Browser browser) {
        List<String> wrong = new ArrayList<>();
        for (JsonNode event : browser.events()) {
            String method = event.path("method").asText();
            String url = event.at("/params/request/url").asText();
            boolean request = method.equals("Network.requestWillBeSent")
                    && !url.startsWith("file:")
                    && !url.startsWith("blob:")
                    && !url.startsWith("about:");
            boolean complaint = method.equals("Log.entryAdded")
                    || method.equals("Runtime.exceptionThrown")
                    || method.equals("Runtime.consoleAPICalled")
                    || method.equals("Page.javascriptDialogOpening");
            if (request || complaint) {
                wrong.add(event.toString());
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void theTextCannotEndTheScript() throws IOException {
        String page = page(attention("</script><script>alert(1)</script> {{script}} <!-- \u2028"));
        assertEquals(2, page.split("<script", -1).length - 1, "its own two scripts");
        assertEquals(2, page.split("</script", -1).length - 1);
        assertFalse(page.contains("<!--"));
        assertTrue(page.contains("<title>&lt;/script&gt;"), page.substring(0, 700));
    }

    @Test
    void aPageOfManyWordsIsNotTooLarge() throws IOException {
        SentenceAttention many = attention("word ".repeat(126).strip());
        int size = page(many).length();
        assertTrue(size * 12 < 4_000_000, "of 6 maps, not 72: " + size);
    }
}
