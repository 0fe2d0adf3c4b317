package org.attention4j.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code attention} command. */
@Command(
        name = "attention",
        description = "Sequence mixers behind one contract: list, check and look into them.",
        version = "attention 0.1.0-SNAPSHOT",
        mixinStandardHelpOptions = true)
public final class Main implements Runnable {
    private Main() {}

    /**
     * Runs the command and ends the JVM with its exit status.
     *
     * @param arguments what was typed after {@code attention}
     */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
