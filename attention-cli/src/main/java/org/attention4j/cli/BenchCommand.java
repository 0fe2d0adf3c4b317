package org.attention4j.cli;

import jakarta.inject.Inject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.attention4j.api.Mixers;
import org.attention4j.bench.Canary;
import org.attention4j.bench.ColdStart;
import org.attention4j.bench.DisagreementException;
import org.attention4j.bench.Machine;
import org.attention4j.bench.Peer;
import org.attention4j.bench.PeerException;
import org.attention4j.bench.Race;
import org.attention4j.bench.RaceOptions;
import org.attention4j.bench.Report;
import org.attention4j.bench.Row;
import org.attention4j.bench.Workloads;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code attention bench}: how fast the mixers are, alone or against PyTorch. */
@Command(
        name = "bench",
        description = "Times the mixers and what they are made of, alone or in turn with PyTorch on the same numbers.",
        footer = {
            "",
            "Without --workloads, the canary and the cold start are run, too: every kernel in several orders of execution,",
            "and a fresh JVM.",
            "Exit status: 0 all well, 1 if both sides do not compute the same numbers or a kernel is far too slow."
        })
final class BenchCommand implements Callable<Integer> {
    private final Mixers mixers;

    @CommandLine.Spec
    private CommandSpec command = CommandSpec.create();

    @Option(
            names = "--against-pytorch",
            paramLabel = "PYTHON",
            description = "A Python that has PyTorch: time it in turn.")
    private @Nullable String python;

    @Option(
            names = "--peer",
            paramLabel = "SCRIPT",
            description =
                    "Time this script's workloads, by the same protocol; the built-in one still checks the numbers.")
    private @Nullable Path script;

    @Option(
            names = "--workloads",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Names as --list prints them, their beginnings, or variants: attention,lstm:32 (default: all but the variants).")
    private List<String> selection = new ArrayList<>();

    @Option(
            names = "--threads",
            split = ",",
            paramLabel = "N",
            converter = WholeNumber.Threads.class,
            defaultValue = "1,2",
            description = "Numbers of threads (default: 1,2).")
    private List<Integer> threads = new ArrayList<>();

    @Option(
            names = "--pairs",
            paramLabel = "N",
            converter = WholeNumber.Count.class,
            defaultValue = "" + RaceOptions.PAIRS,
            description = "Turns of each side (default: " + RaceOptions.PAIRS + "; fewer are for a look only).")
    private int pairs = RaceOptions.PAIRS;

    @Option(
            names = "--turn",
            paramLabel = "MS",
            converter = WholeNumber.Count.class,
            defaultValue = "" + RaceOptions.TURN_MILLIS,
            description = "Milliseconds of a turn (default: " + RaceOptions.TURN_MILLIS + ").")
    private int turn = RaceOptions.TURN_MILLIS;

    @Option(
            names = "--patience",
            paramLabel = "S",
            converter = WholeNumber.Count.class,
            defaultValue = "120",
            description = "Seconds that an answer of PyTorch's side may take (default: 120).")
    private int patience = 120;

    @Option(names = "--json", paramLabel = "FILE", description = "Write a record for each row, as a JSON array.")
    private @Nullable Path json;

    @Option(names = "--html", paramLabel = "FILE", description = "Write one self-contained page with the chart.")
    private @Nullable Path html;

    @Option(names = "--canary", description = "Run the canary alone.")
    private boolean canaryAlone;

    @Option(names = "--list", description = "Print the names of the workloads.")
    private boolean list;

    @Inject
    BenchCommand(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out = command.commandLine().getOut();
        if (list) {
            alone("--list");
            Workloads.names().forEach(out::println);
            Workloads.variants().forEach(out::println);
            return 0;
        }
        if (canaryAlone) {
            alone("--canary");
            return canary(out) ? 0 : Main.FAILED;
        }
        if (script != null && python == null) {
            throw new CommandLine.ParameterException(
                    command.commandLine(), "--peer needs --against-pytorch, the Python that runs it");
        }
        if (command.commandLine().getParseResult().hasMatchedOption("--workloads") && selection.isEmpty()) {
            throw new CommandLine.ParameterException(command.commandLine(), "--workloads has no name in it");
        }
        List<String> workloads = Workloads.select(selection);
        if (python != null && !workloads.stream().allMatch(Workloads::raced)) {
            throw new CommandLine.ParameterException(
                    command.commandLine(), "attention variants are timed alone, without --against-pytorch");
        }
        RaceOptions options = new RaceOptions(workloads, threads, pairs, turn, RaceOptions.WARM_UP_MILLIS);
        try (NewFile records = NewFile.wanted(json);
                NewFile page = NewFile.wanted(html)) {
            if (records != null && page != null && records.replaces(page)) {
                throw new CommandLine.ParameterException(
                        command.commandLine(), "--json and --html: both are the file " + html);
            }
            return race(options, records, page, out);
        } catch (DisagreementException disagreement) {
            command.commandLine().getErr().println("attention: " + disagreement.getMessage());
            return Main.FAILED;
        } catch (PeerException failed) {
            failed.errors().forEach(line -> command.commandLine().getErr().println("  " + line));
            throw failed;
        }
    }

    /** Refuses what an option would leave unread. */
    private void alone(String name) {
        String others = command.commandLine().getParseResult().matchedOptions().stream()
                .filter(option -> !option.inherited())
                .map(CommandLine.Model.OptionSpec::longestName)
                .filter(other -> !other.equals(name))
                .sorted()
                .collect(Collectors.joining(", "));
        if (!others.isEmpty()) {
            throw new CommandLine.ParameterException(
                    command.commandLine(), name + " and " + others + ": " + name + " goes alone");
        }
    }

    private int race(RaceOptions options, @Nullable NewFile records, @Nullable NewFile page, PrintWriter out)
            throws IOException {
        Machine machine = new Machine();
        List<Row> rows = python == null ? alone(options, machine) : against(python, options, machine);
        NewFile.complete(records, () -> Report.json(rows));
        NewFile.complete(page, () -> Report.html(rows, title()));
        boolean alive = true;
        if (selection.isEmpty()) {
            alive = canary(out);
            coldStart(out);
        }
        BenchTable.print(out, rows, options.threads(), machine);
        return alive ? 0 : Main.FAILED;
    }

    private String title() {
        return python == null ? "attention4j on one machine" : "attention4j and PyTorch on one machine";
    }

    private List<Row> alone(RaceOptions options, Machine machine) {
        try (Progress progress = Progress.of("bench", steps(options, false))) {
            return new Race(new Workloads(mixers), options, machine, progress::step).alone();
        }
    }

    private List<Row> against(String interpreter, RaceOptions options, Machine machine) throws IOException {
        Duration limit = Duration.ofSeconds(patience);
        try (Progress progress = Progress.of("race", steps(options, true));
                Peer own = Peer.python(interpreter, limit)) {
            Race race = new Race(new Workloads(mixers), options, machine, progress::step);
            if (script == null) {
                return race.against(own, own);
            }
            try (Peer other = Peer.start(List.of(interpreter, script.toString()), limit)) {
                return race.against(own, other);
            }
        }
    }

    private static long steps(RaceOptions options, boolean checks) {
        return (long) options.workloads().size() * options.threads().size() * (checks ? 2 : 1);
    }

    /** Whether every kernel is about as fast as usual; prints those that are not. */
    private static boolean canary(PrintWriter out) throws IOException {
        List<Canary.Sighting> seen = new ArrayList<>();
        try (Progress progress = Progress.of("canary", Canary.orders().size())) {
            for (String order : Canary.orders()) {
                progress.step(order);
                seen.addAll(Canary.watch(order));
            }
        }
        List<Canary.Sighting> dead = seen.stream().filter(Canary.Sighting::dead).toList();
        dead.forEach(sighting -> out.println("CANARY DEAD: " + sighting));
        if (dead.isEmpty()) {
            out.println("canary: " + seen.size() / Canary.orders().size() + " kernels in "
                    + Canary.orders().size() + " orders of execution, none far below its usual speed");
        }
        return dead.isEmpty();
    }

    private static void coldStart(PrintWriter out) throws IOException {
        ColdStart.Seen seen = ColdStart.watch();
        out.println(String.format(
                Locale.ROOT,
                "cold start, multi-head, n = 128: first result %.2f s after the start of the process (%.2f s of processor time), "
                        + "full speed (%.2f ms) after %.1f s",
                seen.firstSeconds(),
                seen.firstCpuSeconds(),
                seen.milliseconds(),
                seen.fullSeconds()));
    }
}
