package org.attention4j.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.attention4j.api.Mixers;
import org.attention4j.cli.vectors.CaseResult;
import org.attention4j.cli.vectors.Suite;
import org.attention4j.cli.vectors.Verdict;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code attention vectors DIR}: runs reference cases. */
@Command(
        name = "vectors",
        description =
                "Runs reference cases that other libraries computed: DIR holds cases.jsonl and safetensors files.",
        footer = {"", "Exit status: 0 if no case fails, 1 if one does."})
final class VectorsCommand implements Callable<Integer> {
    private final Mixers mixers;

    @CommandLine.Spec
    private CommandSpec command = CommandSpec.create();

    @Parameters(paramLabel = "DIR", description = "The directory of the cases.")
    private Path directory = Path.of("");

    @Option(names = "--json", paramLabel = "FILE", description = "Write a record for each case, as a JSON array.")
    private @Nullable Path json;

    @Option(names = "--verbose", description = "Print every case.")
    private boolean verbose;

    @Inject
    VectorsCommand(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = command.commandLine().getOut();
        Suite suite = Suite.read(directory, mixers);
        List<CaseResult> results;
        try (NewFile file = NewFile.wanted(json);
                Progress progress = Progress.of("cases", suite.size())) {
            List<CaseResult> all = suite.run(result -> progress.step(result.name()));
            NewFile.complete(file, () -> Json.pretty(records(all)) + "\n");
            results = all;
        }
        results.stream()
                .filter(result -> verbose || result.verdict() == Verdict.FAIL)
                .forEach(result -> out.println(result.verdict() + " " + result.name() + " " + detail(result)));
        print(out, results);
        return results.stream().anyMatch(result -> result.verdict() == Verdict.FAIL) ? Main.FAILED : 0;
    }

    private static String detail(CaseResult result) {
        return result.reason().isEmpty() ? difference(result) : result.reason();
    }

    private static String difference(CaseResult result) {
        return result.tensor().isEmpty()
                ? ""
                : String.format(Locale.ROOT, "%.1e of %.1e in %s", result.error(), result.tolerance(), result.tensor());
    }

    private static void print(PrintWriter out, List<CaseResult> results) {
        Map<String, List<CaseResult>> operators = results.stream()
                .collect(Collectors.groupingBy(CaseResult::operator, TreeMap::new, Collectors.toList()));
        Table table = new Table("OPERATOR", "PASS", "FAIL", "UNSUPPORTED", "LARGEST ERROR OF ITS TOLERANCE");
        operators.forEach((operator, cases) -> table.row(
                operator,
                count(cases, Verdict.PASS),
                count(cases, Verdict.FAIL),
                count(cases, Verdict.UNSUPPORTED),
                worst(cases).map(VectorsCommand::difference).orElse("")));
        table.row(
                "all",
                count(results, Verdict.PASS),
                count(results, Verdict.FAIL),
                count(results, Verdict.UNSUPPORTED),
                "");
        table.print(out);
        results.stream()
                .filter(result -> result.verdict() == Verdict.UNSUPPORTED)
                .collect(Collectors.groupingBy(
                        result -> result.operator() + ": " + result.reason(), TreeMap::new, Collectors.counting()))
                .forEach((reason, count) -> out.println("UNSUPPORTED " + count + " × " + reason));
    }

    private static Optional<CaseResult> worst(List<CaseResult> cases) {
        return cases.stream()
                .filter(result -> !result.tensor().isEmpty())
                .max(Comparator.comparingDouble(CaseResult::ratio));
    }

    private static String count(List<CaseResult> cases, Verdict verdict) {
        return Long.toString(
                cases.stream().filter(result -> result.verdict() == verdict).count());
    }

    private static ArrayNode records(List<CaseResult> results) {
        ArrayNode records = Json.array();
        for (CaseResult result : results) {
            ObjectNode node = records.addObject()
                    .put("name", result.name())
                    .put("operator", result.operator())
                    .put("verdict", result.verdict().name());
            if (result.tensor().isEmpty()) {
                node.putNull("error").putNull("tolerance").putNull("tensor");
            } else {
                node.put("error", result.error())
                        .put("tolerance", result.tolerance())
                        .put("tensor", result.tensor());
            }
            if (result.reason().isEmpty()) {
                node.putNull("reason");
            } else {
                node.put("reason", result.reason());
            }
        }
        return records;
    }
}
