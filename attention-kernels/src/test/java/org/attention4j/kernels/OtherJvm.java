package org.attention4j.kernels;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of the tests in a JVM of its own, where nothing has run before, with the kernels on the class path. */
final class OtherJvm {
    private static final List<String> VECTORS = List.of("--add-modules", "jdk.incubator.vector");

    /** How a program ended. */
    record Run(int status, String output) {}

    private OtherJvm() {}

    static Run withVectors(Class<?> program) throws IOException, InterruptedException, URISyntaxException {
        return run(program, VECTORS);
    }

    static Run withoutVectors(Class<?> program) throws IOException, InterruptedException, URISyntaxException {
        return run(program, List.of());
    }

    private static Run run(Class<?> program, List<String> options)
            throws IOException, InterruptedException, URISyntaxException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(place(Kernels.class) + System.getProperty("path.separator") + Path.of("target", "test-classes"));
        command.add(program.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output);
    }

    private static Path place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }
}
