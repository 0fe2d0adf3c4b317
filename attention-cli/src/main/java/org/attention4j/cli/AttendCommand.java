package org.attention4j.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.attention4j.api.Mixers;
import org.attention4j.cli.sentence.AttentionJson;
import org.attention4j.cli.sentence.AttentionPage;
import org.attention4j.cli.sentence.AttentionText;
import org.attention4j.cli.sentence.HeadChoice;
import org.attention4j.cli.sentence.SentenceAttention;
import org.attention4j.cli.sentence.SentenceModel;
import org.attention4j.cli.sentence.SentenceTokenizer.Encoded;
import org.attention4j.cli.sentence.Terminal;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attention attend TEXT}: who attends to whom. */
@Command(
        name = "attend",
        description = {
            "Shows which words of a text attend to which, in the sentence encoder all-MiniLM-L6-v2.",
            "",
            "A word that the model has in several pieces is shown as one: what it gets from others is the sum over its "
                    + "pieces, what it gives to others is the mean over its pieces. [CLS] and [SEP] are marks that the "
                    + "model puts around every text. Each row adds up to 100 %%.",
            ""
        })
final class AttendCommand implements Callable<Integer> {
    private final Mixers mixers;

    @CommandLine.Spec
    private CommandSpec command = CommandSpec.create();

    @Parameters(
            paramLabel = "TEXT",
            arity = "1..*",
            description = "The text, in quotes; several arguments are put together with spaces.")
    private String[] texts = {};

    @Option(
            names = "--word",
            paramLabel = "WORD",
            description = "Show what this word alone attends to, most first. Its second appearance is WORD#2.")
    private @Nullable String word;

    @Option(
            names = "--layer",
            paramLabel = "N",
            converter = WholeNumber.Any.class,
            description = "Layer, from 1 (default: the mean of all).")
    private @Nullable BigInteger layer;

    @Option(
            names = "--head",
            paramLabel = "N",
            converter = WholeNumber.Any.class,
            description = "Head, from 1 (default: the mean of all).")
    private @Nullable BigInteger head;

    @Option(names = "--json", description = "Print JSON: the weights of pieces for pieces in each layer and head.")
    private boolean json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write a page with every layer and head, too. It is one file and opens offline.")
    private @Nullable Path html;

    @Inject
    AttendCommand(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public Integer call() throws IOException {
        String text = String.join(" ", texts);
        if (text.isBlank()) {
            throw new IllegalArgumentException("the text has no words");
        }
        try (NewFile page = NewFile.wanted(html)) {
            show(text, page);
            if (page != null) {
                page.commit();
            }
        }
        return 0;
    }

    private void show(String text, @Nullable NewFile page) throws IOException {
        SentenceAttention attention;
        try (SentenceModel model = SentenceModel.load(mixers)) {
            Encoded encoded = model.tokenize(text);
            attention = model.attend(encoded);
            if (encoded.truncated()) {
                command.commandLine()
                        .getErr()
                        .println("attention: warning: the text has more than " + model.positions()
                                + " pieces; shown are the first " + model.positions());
            }
        }
        if (attention.words().ofText() == 0) {
            throw new IllegalArgumentException("the text has no words");
        }
        HeadChoice choice = HeadChoice.of(layer, attention.layers(), head, attention.heads());
        OptionalInt query = word == null
                ? OptionalInt.empty()
                : OptionalInt.of(attention.words().find(word));
        if (page != null) {
            AttentionPage.write(attention, choice, query, page.writer());
        }
        print(attention, choice, query);
    }

    private void print(SentenceAttention attention, HeadChoice choice, OptionalInt query) throws IOException {
        PrintWriter out = command.commandLine().getOut();
        AttentionText text = new AttentionText(Terminal.ofLauncher(), out);
        if (json) {
            try (JsonGenerator generator = Json.generator(out)) {
                AttentionJson.write(attention, choice, query, generator);
            }
            out.println();
        } else if (query.isPresent()) {
            text.bars(attention, choice, query.getAsInt());
        } else {
            text.table(attention, choice);
        }
    }
}
