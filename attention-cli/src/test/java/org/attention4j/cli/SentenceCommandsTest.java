package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code attention attend} and {@code attention embed} as they are typed, with the published model. */
class SentenceCommandsTest {
    private static final String SENTENCE = "The cat sat on the mat";

    @TempDir
    private Path folder;

    private record Run(int status, String out, String err) {}

    private static Run run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Run(status, out.toString(), err.toString());
    }

    private static Run good(String... arguments) {
        Run run = run(arguments);
        assertEquals("", run.err());
        assertEquals(0, run.status());
        return run;
    }

    private static void assertRefused(String message, String... arguments) {
        Run run = run(arguments);
        assertEquals(Main.REFUSED, run.status());
        assertEquals("", run.out());
        assertTrue(run.err().startsWith("attention: " + message), run.err());
        assertEquals(1, run.err().lines().count(), run.err());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void theTableHasARowForEachWord() {
        List<String> lines = good("attend", SENTENCE).out().lines().toList();
        assertTrue(lines.get(0).contains("mean of 6 layers of 12 heads"), lines.get(0));
        assertEquals(
                List.of("[CLS]", "The", "cat", "sat", "on", "the", "mat", "[SEP]"),
                List.of(lines.get(2).strip().split(" +")));
        assertEquals(11, lines.size());
        for (String line : lines.subList(3, 11)) {
            double sum = Stream.of(line.strip().split(" +"))
                    .skip(1)
                    .mapToDouble(cell -> Double.parseDouble(cell.replace("%", "")))
                    .sum();
            assertEquals(100, sum, 0.5, line);
        }
        assertFalse(lines.toString().contains("\u001B"), "colours are for terminals");
    }

    @Test
    void aWordHasAListMostFirst() {
        List<String> lines = good("attend", SENTENCE, "--word", "SAT", "--layer", "3", "--head", "5")
                .out()
                .lines()
                .toList();
        assertTrue(lines.get(0).contains("layer 3, head 5; what 'sat' attends to"), lines.get(0));
        List<Double> weights = lines.stream()
                .skip(2)
                .map(line -> Double.parseDouble(line.replaceAll(".* |%", "")))
                .toList();
        assertEquals(8, weights.size());
        assertEquals(weights.stream().sorted((a, b) -> Double.compare(b, a)).toList(), weights);
        assertEquals(100, weights.stream().mapToDouble(weight -> weight).sum(), 0.5);
    }

    @Test
    void theSecondOfSeveralWordsCanBeNamed() {
        String first = good("attend", SENTENCE, "--word", "the").out();
        String second = good("attend", "The", "cat", "sat", "on the mat", "--word", "the#2")
                .out();
        assertTrue(first.contains("what 'The' attends to"), first);
        assertTrue(second.contains("what 'the#2' attends to"), second);
    }

    @Test
    void jsonHasAllNumbers() throws IOException {
        JsonNode all = new ObjectMapper()
                .readTree(good("attend", "Unbelievably, it purrs", "--json").out());
        int time = all.get("tokens").size();
        assertEquals(6, all.get("weights").size());
        assertEquals(12, all.get("weights").get(5).size());
        assertEquals(time, all.get("weights").get(5).get(11).size());
        double[] sums = new double[time];
        for (JsonNode layer : all.get("weights")) {
            for (JsonNode head : layer) {
                for (int query = 0; query < time; query++) {
                    for (JsonNode weight : head.get(query)) {
                        sums[query] += weight.asDouble();
                    }
                }
            }
        }
        for (double sum : sums) {
            assertEquals(72, sum, 1e-4);
        }
        assertTrue(all.get("word").isNull());

        JsonNode one = new ObjectMapper()
                .readTree(good(
                                "attend",
                                "Unbelievably, it purrs",
                                "--json",
                                "--layer",
                                "2",
                                "--head",
                                "4",
                                "--word",
                                "it")
                        .out());
        assertEquals("[2]", one.get("layers").toString());
        assertEquals("[4]", one.get("heads").toString());
        assertEquals(all.get("weights").get(1).get(3), one.get("weights").get(0).get(0));
        assertEquals("it", one.get("word").get("text").asText());
        JsonNode words = one.get("words");
        assertEquals("Unbelievably", words.get(1).get("text").asText());
        assertTrue(words.get(1).get("tokens").size() > 1, "a word of several pieces");

        // What 'it' gives to the first word is the sum over its pieces.
        double sum = 0;
        int it = words.get(3).get("tokens").get(0).asInt();
        for (JsonNode piece : words.get(1).get("tokens")) {
            sum += one.get("weights").get(0).get(0).get(it).get(piece.asInt()).asDouble();
        }
        assertEquals(sum, one.get("word").get("weights").get(1).asDouble(), 1e-6);
    }

    @Test
    void aPageIsWrittenBesideTheTable() throws IOException {
        Path page = folder.resolve("cat.html");
        Files.writeString(page, "older");
        Run run = good("attend", SENTENCE, "--html", page.toString());
        assertTrue(run.out().contains("mat"));
        assertTrue(Files.readString(page).startsWith("<!doctype html>"));
        assertEquals(List.of("cat.html"), files());
    }

    @Test
    void mistakesOfAttendAreOneLineAndLeaveNoFile() throws IOException {
        String page = folder.resolve("cat.html").toString();
        assertRefused(
                "the text has no word 'dog'; it has [CLS] The cat sat on the mat [SEP]",
                "attend",
                SENTENCE,
                "--word",
                "dog",
                "--html",
                page);
        assertRefused(
                "no layer 7: the model has the layers 1 to 6", "attend", SENTENCE, "--layer", "7", "--html", page);
        assertRefused(
                "no layer 99999999999: the model has the layers 1 to 6", "attend", SENTENCE, "--layer", "99999999999");
        assertRefused("Invalid value for option '--head': 'x' is not an integer", "attend", SENTENCE, "--head", "x");
        assertRefused("no head 0: the model has the heads 1 to 12", "attend", SENTENCE, "--head", "0", "--html", page);
        assertRefused("the text has no words", "attend", " ", "--html", page);
        assertRefused("the text has no words", "attend", "\u0000", "--html", page);
        assertRefused("Missing required parameter", "attend");
        assertEquals(List.of(), files());
        assertRefused(folder + "/no/cat.html: no such folder", "attend", SENTENCE, "--html", folder + "/no/cat.html");
        assertRefused(folder + ": is a folder", "attend", SENTENCE, "--html", folder.toString());
    }

    @Test
    void aLongTextIsCutAndSaysSo() {
        Run run = run("attend", "cat ".repeat(600), "--word", "cat#2", "--layer", "1");
        assertEquals(0, run.status());
        assertEquals("attention: warning: the text has more than 512 pieces; shown are the first 512\n", run.err());
    }

    @Test
    void embedPrintsALineForEachSentence() throws IOException {
        Path file = folder.resolve("some.txt");
        Files.writeString(file, "\uFEFFThe cat\r\n\nnaïve 日本 \"😀\"");
        List<String> lines = good("embed", file.toString()).out().lines().toList();
        assertEquals(3, lines.size());
        List<String> texts = List.of("The cat", "", "naïve 日本 \"😀\"");
        for (int i = 0; i < 3; i++) {
            JsonNode line = new ObjectMapper().readTree(lines.get(i));
            assertEquals(texts.get(i), line.get("text").asText());
            assertEquals(384, line.get("embedding").size());
            assertEquals(2, line.size());
        }
        assertEquals(
                lines,
                good("embed", "--batch", "1", file.toString()).out().lines().toList());
    }

    @Test
    void embedReadsStandardInput() {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream("The cat\nThe dog\n".getBytes(StandardCharsets.UTF_8)));
            assertEquals(2, good("embed").out().lines().count());
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void embedSaysWhichLineIsCut() throws IOException {
        Path file = folder.resolve("long.txt");
        Files.writeString(file, "short\n" + "cat ".repeat(600) + "\n");
        Run run = run("embed", file.toString());
        assertEquals(0, run.status());
        assertEquals(
                "attention: warning: " + file + ":2 has more than 512 pieces; embedded are the first 512\n", run.err());
        assertTrue(run.out().lines().toList().get(1).endsWith(",\"truncated\":true}"));
    }

    @Test
    void mistakesOfEmbedAreOneLine() throws IOException {
        Path file = folder.resolve("bad.txt");
        Files.write(file, new byte[] {'a', '\n', (byte) 0xC3, '(', '\n'});
        assertRefused(file + ":2 is not in UTF-8", "embed", file.toString());
        assertRefused(folder + "/none.txt: no such file", "embed", folder + "/none.txt");
        assertRefused(folder + ": is a folder", "embed", folder.toString());
        if (Files.exists(Path.of("/proc/self/mem"))) { // can be opened, but not read from its beginning
            assertRefused("/proc/self/mem: Input/output error", "embed", "/proc/self/mem");
        }
        assertRefused(
                "Invalid value for option '--batch': '0' is not an integer from 1 to 4096",
                "embed",
                "--batch",
                "0",
                file.toString());
    }
}
