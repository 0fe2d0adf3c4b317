package org.attention4j.cli;

import jakarta.inject.Inject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.attention4j.api.Mixers;
import org.attention4j.tests.Conformance;
import org.attention4j.tests.ConformanceListener;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawResult;
import org.attention4j.tests.Laws;
import org.attention4j.tests.Report;
import org.attention4j.tests.ReportWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attention conform ID}: checks the laws of the contract on one mixer. */
@Command(
        name = "conform",
        description = "Checks every law of the contract on random cases of a mixer, and prints a verdict for each.",
        footer = {
            "",
            "PASS: the law held in every case. FAIL: it did not; the smallest case found is told. REFUSED: the mixer"
                    + " does not declare what the law is about, and refuses it properly. UNCHECKED: there was nothing to check"
                    + " it on; the note says why.",
            "Exit status: 0 if no law fails, 1 if one does."
        })
final class ConformCommand implements Callable<Integer> {
    /** A law with a hundred cases takes some seconds at most. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Mixers mixers;

    @CommandLine.Spec
    private CommandSpec command = CommandSpec.create();

    @Parameters(paramLabel = "ID", description = "The mixer, as in: attention list.")
    private String id = "";

    @Option(
            names = "--tries",
            paramLabel = "N",
            converter = WholeNumber.Count.class,
            description = "Cases for each law (default ${DEFAULT-VALUE}).",
            defaultValue = "" + Conformance.DEFAULT_TRIES)
    private int tries;

    @Option(
            names = "--seed",
            paramLabel = "S",
            converter = WholeNumber.Seed.class,
            description = "Seed of the cases, to repeat a run (default: a new one, which is printed).")
    private @Nullable Long seed;

    @Option(names = "--law", paramLabel = "LAW", description = "Check this law only; may be given several times.")
    private List<String> laws = new ArrayList<>();

    @Option(names = "--json", description = "Print the report as JSON instead of a table.")
    private boolean json;

    @Option(names = "--junit", paramLabel = "FILE", description = "Write the report as JUnit XML, too.")
    private @Nullable Path junit;

    @Inject
    ConformCommand(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public Integer call() throws IOException {
        Conformance conformance = Conformance.of(mixers.provider(id)).tries(tries);
        conformance = seed == null ? conformance : conformance.seed(seed);
        conformance = laws.isEmpty() ? conformance : conformance.only(laws.toArray(String[]::new));
        Report report;
        try (NewFile xml = NewFile.wanted(junit)) {
            report = run(conformance);
            if (xml != null) {
                ReportWriter.junit(report, xml.writer());
                xml.commit();
            }
        }
        PrintWriter out = command.commandLine().getOut();
        out.print(json ? Json.pretty(Json.tree(report.toMap())) + System.lineSeparator() : ReportWriter.table(report));
        return report.passed() ? 0 : Main.FAILED;
    }

    private Report run(Conformance conformance) {
        try (Progress progress = Progress.of("laws", laws.isEmpty() ? Laws.all().size() : laws.size());
                LawWatch watch = new LawWatch(PATIENCE, command.commandLine().getErr())) {
            return conformance.run(new ConformanceListener() {
                @Override
                public void started(Law law, int index, int total) {
                    watch.started(law);
                }

                @Override
                public void finished(LawResult result) {
                    progress.step(result.law().id());
                }
            });
        }
    }
}
