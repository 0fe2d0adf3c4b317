package org.attention4j.cli;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.attention4j.api.MixerException;
import org.attention4j.api.Mixers;
import org.attention4j.guice.MixersModule;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/** The {@code attention} command. */
@Command(
        name = "attention",
        description = "Sequence mixers behind one contract: list them, check them, look into them.",
        version = "attention 0.1.0-SNAPSHOT",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            AttendCommand.class,
            BenchCommand.class,
            ConformCommand.class,
            EmbedCommand.class,
            ListCommand.class,
            ShowCommand.class,
            VectorsCommand.class
        },
        footer = {
            "",
            "Plugins: put their jars in a folder and name it first: attention --module-path FOLDER list",
            "Exit status: 0 all well, 1 a check failed, 2 the command could not be carried out."
        })
final class Main implements Runnable {
    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";

    /** Characters of a message: enough for every list of names, and not for what somebody typed by the megabyte. */
    private static final int LONGEST = 8000;

    /** A check failed. */
    static final int FAILED = 1;

    /** The command could not be carried out. */
    static final int REFUSED = 2;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec command = CommandLine.Model.CommandSpec.create();

    @Option(
            names = "--stacktrace",
            scope = ScopeType.INHERIT,
            description = "On an error, print where in the program it happened, too.")
    private boolean stacktrace;

    private Main() {}

    /**
     * Chooses the kernels, before any mixer is made.
     *
     * @param choice auto, scalar or vector
     */
    @Option(
            names = "--kernels",
            scope = ScopeType.INHERIT,
            paramLabel = "KIND",
            description = "Kernels to compute with: auto, scalar or vector (default auto). The bits are the same.")
    void setKernels(String choice) {
        if (!List.of("auto", "scalar", "vector").contains(choice)) {
            throw new ParameterException(
                    command.commandLine(), "--kernels " + choice + ": must be one of auto, scalar, vector");
        }
        System.setProperty("attention4j.kernels", choice);
    }

    /**
     * Runs the command and ends the JVM with its exit status.
     *
     * @param arguments what was typed after {@code attention}
     */
    public static void main(String[] arguments) {
        if (System.getProperty(LOG_FORMAT) == null) {
            System.setProperty(LOG_FORMAT, "attention: %5$s%n"); // one line a record, not two
        }
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        System.exit(run(out, err, arguments));
    }

    /**
     * Runs the command.
     *
     * @param out for results
     * @param err for errors and progress
     * @param arguments what was typed after {@code attention}
     * @return the exit status
     */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine line;
        try {
            line = commandLine(err);
        } catch (CommandLine.InitializationException broken) {
            return refuseRegistry(broken, err);
        }
        line.setOut(out).setErr(err);
        int status;
        try {
            status = line.execute(arguments);
        } catch (OutOfMemoryError full) { // as big as the input may be, it is no defect and no check that failed
            err.println("attention: this takes more memory than the JVM has, "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MiB: " + full.getMessage()
                    + "; JAVA_TOOL_OPTIONS=-Xmx8g gives it 8 GiB");
            status = REFUSED;
        }
        if (out.checkError()) {
            String refusal = refusedOutput();
            if (!refusal.isEmpty()) {
                err.println("attention: standard output: " + refusal);
                status = REFUSED;
            }
        }
        err.flush();
        return status;
    }

    /**
     * Why standard output takes no more; empty if its reader has enough, such as {@code head}, which is no error as a full
     * disk is one. The printer does not tell, so one more byte is written to see.
     */
    private static String refusedOutput() {
        try (FileOutputStream probe = new FileOutputStream(FileDescriptor.out)) {
            probe.write('\n');
        } catch (IOException refused) {
            String reason = String.valueOf(refused.getMessage());
            return reason.contains("Broken pipe") ? "" : reason;
        }
        return "some of it was not written";
    }

    /** Picocli makes the commands, and so the registry, before it reads a line; it wraps what goes wrong there. */
    private static int refuseRegistry(CommandLine.InitializationException broken, PrintWriter err) {
        Throwable root = broken;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (!(root instanceof MixerException refused)) {
            throw broken;
        }
        err.println("attention: " + oneLine(refused.getMessage()));
        err.flush();
        return REFUSED;
    }

    private static CommandLine commandLine(PrintWriter err) {
        Injected commands = new Injected(err);
        CommandLine line = new CommandLine(new Main(), commands);
        line.setExecutionExceptionHandler(Main::report);
        line.setParameterExceptionHandler(Main::report);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.registerConverter(Path.class, Main::file);
        line.setUsageHelpAutoWidth(true);
        return line;
    }

    /** An empty name would mean the working folder to the file system. */
    private static Path file(String name) {
        if (name.isBlank()) {
            throw new CommandLine.TypeConversionException("'" + name + "' is not the name of a file");
        }
        return Path.of(name);
    }

    /** Makes the commands, wired by Guice, when the first of them is needed. */
    private static final class Injected implements CommandLine.IFactory {
        private final CommandLine.IFactory plain = CommandLine.defaultFactory();
        private final PrintWriter err;
        private @Nullable Injector injector;

        Injected(PrintWriter err) {
            this.err = err;
        }

        @Override
        public <K> K create(Class<K> type) throws Exception {
            if (!Runnable.class.isAssignableFrom(type) && !Callable.class.isAssignableFrom(type)) {
                return plain.create(type);
            }
            if (injector == null) {
                Mixers mixers = Mixers.load();
                mixers.failures().forEach(failure -> err.println("attention: warning: " + failure));
                injector = Guice.createInjector(Stage.PRODUCTION, MixersModule.of(mixers));
            }
            return injector.getInstance(type);
        }
    }

    /** One line for a mistake on the command line. */
    private static int report(ParameterException mistake, String[] arguments) {
        CommandLine line = mistake.getCommandLine();
        line.getErr()
                .println("attention: " + oneLine(mistake.getMessage()) + suggestion(mistake) + " (see "
                        + line.getCommandSpec().qualifiedName() + " --help)");
        return REFUSED;
    }

    /** The command or option that was meant, where picocli finds one that is alike. */
    private static String suggestion(ParameterException mistake) {
        return mistake instanceof CommandLine.UnmatchedArgumentException unmatched
                ? unmatched.getSuggestions().stream()
                        .limit(1)
                        .map(name -> "; did you mean '" + name + "'?")
                        .collect(Collectors.joining())
                : "";
    }

    /** One line for whatever else went wrong. */
    private static int report(Exception problem, CommandLine line, ParseResult parsed) {
        PrintWriter err = line.getErr();
        err.println("attention: " + message(problem));
        CommandLine root = line;
        while (root.getParent() != null) {
            root = root.getParent();
        }
        if (root.getCommand() instanceof Main main && main.stacktrace) {
            problem.printStackTrace(err);
        }
        return REFUSED;
    }

    private static String message(Exception problem) {
        if (problem instanceof MixerException || problem instanceof IllegalArgumentException) {
            return oneLine(problem.getMessage());
        }
        if (problem instanceof NoSuchFileException missing) {
            return missing.getFile() + ": " + (missing.getReason() == null ? "no such file" : missing.getReason());
        }
        if (problem instanceof FileAlreadyExistsException existing) {
            return existing.getFile() + ": there is such a file already";
        }
        if (problem instanceof FileSystemException file) {
            return file.getFile() + ": "
                    + (file.getReason() == null ? file.getClass().getSimpleName() : file.getReason());
        }
        if (problem instanceof IOException || problem instanceof UncheckedIOException) {
            return oneLine(problem.getMessage());
        }
        return "a defect: " + oneLine(problem.toString()) + "; --stacktrace shows where";
    }

    private static String oneLine(@Nullable String text) {
        String line = String.valueOf(text).strip().replaceAll("\\s*\\R\\s*", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + " …";
    }

    @Override
    public void run() {
        throw new ParameterException(command.commandLine(), "a command is missing");
    }
}
