package org.attention4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.attention4j.api.Mixers;
import org.attention4j.cli.sentence.SentenceModel;
import org.attention4j.cli.sentence.SentenceTokenizer.Encoded;
import org.attention4j.cli.sentence.TextLines;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attention embed [FILE]}: the meaning of sentences as vectors. */
@Command(
        name = "embed",
        description = {
            "Embeds sentences, one a line, with the sentence encoder all-MiniLM-L6-v2.",
            "",
            "Prints a line of JSON for each, in order: {\"text\": ..., \"embedding\": [384 numbers]}, the mean over the "
                    + "pieces of the sentence, of length 1. An empty line is a sentence as well, of no words. A "
                    + "sentence of more pieces than the model has positions (512) is cut: a warning names its line, and "
                    + "its JSON has \"truncated\": true.",
            ""
        })
final class EmbedCommand implements Callable<Integer> {
    private static final Path STANDARD_INPUT = Path.of("-");
    private static final int MOST_WARNINGS = 10;

    private final Mixers mixers;

    @CommandLine.Spec
    private CommandSpec command = CommandSpec.create();

    @Parameters(
            paramLabel = "FILE",
            arity = "0..1",
            description = "The sentences, in UTF-8 (default: -, the standard input).")
    private Path file = STANDARD_INPUT;

    @Option(
            names = "--batch",
            paramLabel = "N",
            converter = WholeNumber.Batch.class,
            description = "How many sentences are computed at a time, 1 to " + WholeNumber.Batch.MOST
                    + " (default ${DEFAULT-VALUE}). The numbers do not depend on it.")
    private int batch = 32;

    @Inject
    EmbedCommand(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = command.commandLine().getOut();
        try (TextLines lines = open();
                SentenceModel model = SentenceModel.load(mixers);
                Progress progress = Progress.of("bytes", size())) {
            Truncations truncations = new Truncations(command.commandLine().getErr(), model.positions());
            List<Encoded> sentences = read(lines, model, truncations);
            while (!sentences.isEmpty()) {
                print(sentences, model.embed(sentences), out);
                if (out.checkError()) {
                    return 0; // nobody reads the rest, or it has no room; Main tells the two apart
                }
                progress.to(lines.bytes());
                sentences = read(lines, model, truncations);
            }
            truncations.warnOfRest();
        }
        return 0;
    }

    private TextLines open() throws IOException {
        if (file.equals(STANDARD_INPUT)) {
            return new TextLines("standard input", System.in);
        }
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "is a folder");
        }
        InputStream in = Files.newInputStream(file);
        return new TextLines(file.toString(), in);
    }

    /** Of the input, or -1 if nobody knows. */
    private long size() throws IOException {
        return file.equals(STANDARD_INPUT) || !Files.isRegularFile(file) ? -1 : Files.size(file);
    }

    /** The next batch, empty at the end. */
    private List<Encoded> read(TextLines lines, SentenceModel model, Truncations truncations) throws IOException {
        List<Encoded> sentences = new ArrayList<>(batch);
        while (sentences.size() < batch) {
            Optional<String> line = lines.next();
            if (line.isEmpty()) {
                break;
            }
            Encoded sentence = model.tokenize(line.get());
            if (sentence.truncated()) {
                truncations.warn(lines.place());
            }
            sentences.add(sentence);
        }
        return sentences;
    }

    private static void print(List<Encoded> sentences, float[][] embeddings, PrintWriter out) throws IOException {
        for (int i = 0; i < embeddings.length; i++) {
            try (JsonGenerator json = Json.generator(out)) {
                json.writeStartObject();
                json.writeStringField("text", sentences.get(i).text());
                json.writeArrayFieldStart("embedding");
                for (float element : embeddings[i]) {
                    json.writeNumber(element);
                }
                json.writeEndArray();
                if (sentences.get(i).truncated()) {
                    json.writeBooleanField("truncated", true);
                }
                json.writeEndObject();
            }
            out.println();
        }
    }

    /** Warns of sentences that were truncated: the first ones by their lines, the others by their number. */
    private static final class Truncations {
        private final PrintWriter err;
        private final int positions;
        private long count;

        Truncations(PrintWriter err, int positions) {
            this.err = err;
            this.positions = positions;
        }

        void warn(String place) {
            if (++count <= MOST_WARNINGS) {
                err.println("attention: warning: " + place + " has more than " + positions
                        + " pieces; embedded are the first " + positions);
            }
        }

        void warnOfRest() {
            if (count > MOST_WARNINGS) {
                err.println("attention: warning: " + (count - MOST_WARNINGS) + " more lines have more than " + positions
                        + " pieces");
            }
        }
    }
}
