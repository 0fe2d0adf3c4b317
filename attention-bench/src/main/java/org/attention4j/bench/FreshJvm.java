package org.attention4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A JVM of its own, with the modules of this one, or its class path: what was compiled here plays no part there. */
final class FreshJvm {
    private FreshJvm() {}

    /**
     * Runs a main class of this module and waits for its end.
     *
     * @param main the class
     * @param arguments its arguments
     * @param lines takes each line of its standard output
     */
    static void run(Class<?> main, List<String> arguments, Consumer<String> lines) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String modulePath = System.getProperty("jdk.module.path", "");
        if (main.getModule().isNamed() && !modulePath.isEmpty()) {
            command.addAll(List.of("-p", modulePath, "-m", main.getModule().getName() + "/" + main.getName()));
        } else {
            String classPath = System.getProperty("java.class.path");
            command.addAll(List.of("--add-modules", "jdk.incubator.vector", "-cp", classPath, main.getName()));
        }
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        Path errors = Files.createTempFile("bench", ".err");
        builder.redirectError(errors.toFile());
        try {
            Process process = builder.start();
            try (BufferedReader reader = process.inputReader()) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    lines.accept(line);
                }
                if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
                    throw new IOException(main.getSimpleName() + " failed in a JVM of its own: "
                            + String.join(" / ", Files.readAllLines(errors)));
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while another JVM ran", interrupted);
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.deleteIfExists(errors);
        }
    }
}
