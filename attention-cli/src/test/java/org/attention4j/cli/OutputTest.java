package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of results that standard output does not take. */
@EnabledOnOs(OS.LINUX)
class OutputTest {
    @TempDir
    private Path folder;

    @Test
    void aFullDiskIsAnErrorOfEveryCommand() throws Exception {
        Path sentences = Files.writeString(folder.resolve("sentences.txt"), "The cat\n");
        for (List<String> command : List.of(List.of("list"), List.of("embed", sentences.toString()))) {
            Path err = folder.resolve("err");
            Process process = command(command)
                    .redirectOutput(new File("/dev/full"))
                    .redirectError(err.toFile())
                    .start();
            assertEquals(2, end(process), command::toString);
            assertTrue(
                    Files.readString(err).contains("attention: standard output: No space left on device\n"),
                    () -> command + ", " + err);
        }
    }

    @Test
    void aReaderThatHasEnoughIsNone() throws Exception {
        Path err = folder.resolve("err");
        Process process = command(List.of("list")).redirectError(err.toFile()).start();
        process.getInputStream().close();
        assertEquals(0, end(process));
        assertTrue(!Files.readString(err).contains("attention:"), () -> err.toString());
    }

    private static int end(Process process) throws InterruptedException {
        try {
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), "it does not end");
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }

    /** The command in a JVM of its own: a pipe or a file is not seen through Java's streams. */
    private static ProcessBuilder command(List<String> arguments) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Automatic modules find what they do not name on the class path.
        line.addAll(List.of("-cp", System.getProperty("java.class.path")));
        String modules = System.getProperty("jdk.module.path", "");
        if (Main.class.getModule().isNamed() && !modules.isEmpty()) {
            line.addAll(List.of("-p", modules, "-m", Main.class.getModule().getName() + "/" + Main.class.getName()));
        } else {
            line.add(Main.class.getName());
        }
        line.addAll(arguments);
        return new ProcessBuilder(line);
    }
}
