package org.attention4j.tests;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.attention4j.api.MixerException;
import org.attention4j.api.Mixers;

/**
 * Runs the laws on a mixer found on the module path or the class path:
 *
 * <pre>{@code
 * java -m org.attention4j.tests/org.attention4j.tests.Main ID [--tries N] [--seed S] [--law LAW]
 * }</pre>
 *
 * <p>Status 0: no law failed; 1: one did; 2: it could not be run, with one line on standard error.
 */
public final class Main {
    private static final String USAGE = "usage: ID [--tries N] [--seed S] [--law LAW]";

    private Main() {}

    /**
     * Runs and exits.
     *
     * @param arguments as above
     */
    public static void main(String... arguments) {
        System.exit(run(arguments));
    }

    static int run(String... arguments) {
        if (List.of(arguments).contains("--help")) {
            System.out.println(USAGE);
            return 0;
        }
        try {
            Report report = conformance(new ArrayDeque<>(List.of(arguments))).run(ConformanceListener.silent());
            System.out.print(ReportWriter.table(report));
            return report.passed() ? 0 : 1;
        } catch (IllegalArgumentException | MixerException problem) {
            System.err.println(problem.getMessage());
            return 2;
        }
    }

    private static Conformance conformance(Deque<String> arguments) {
        if (arguments.isEmpty() || arguments.peek().startsWith("-")) {
            throw new IllegalArgumentException(USAGE);
        }
        Conformance run = Conformance.of(Mixers.load().provider(arguments.pop()));
        while (!arguments.isEmpty()) {
            String option = arguments.pop();
            if (arguments.isEmpty()) {
                throw new IllegalArgumentException(option + " needs a value; " + USAGE);
            }
            String value = arguments.pop();
            run = switch (option) {
                case "--tries" -> run.tries(tries(value));
                case "--seed" -> run.seed(number(option, value));
                case "--law" -> run.only(value);
                default -> throw new IllegalArgumentException("unknown option " + option + "; " + USAGE);
            };
        }
        return run;
    }

    private static int tries(String value) {
        long tries = number("--tries", value);
        if (tries != (int) tries) {
            throw new IllegalArgumentException("--tries " + value + ": must be in 1 to " + Integer.MAX_VALUE);
        }
        return (int) tries;
    }

    private static long number(String option, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(option + " " + value + ": must be a whole number", notANumber);
        }
    }
}
