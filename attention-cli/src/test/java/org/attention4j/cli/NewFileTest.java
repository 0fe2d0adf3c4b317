package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewFileTest {
    @TempDir
    Path folder;

    /** A command that is at work until it is told to end. */
    static final class Working {
        private Working() {}

        public static void main(String[] arguments) throws Exception {
            try (NewFile file = NewFile.create(Path.of(arguments[0]))) {
                file.writer().write("half");
                file.writer().flush();
                System.out.println("writing");
                Thread.sleep(TimeUnit.MINUTES.toMillis(2));
                file.commit();
            }
        }
    }

    @Test
    void aCommandThatIsToldToEndLeavesNothingBehind() throws Exception {
        Path kept = Files.writeString(folder.resolve("report.json"), "whole");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        place(NewFile.class) + System.getProperty("path.separator") + Path.of("target", "test-classes"),
                        Working.class.getName(),
                        kept.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals("writing", process.inputReader().readLine());
            assertEquals(2, files().size(), () -> "the draft and what was there: " + folder);
            process.destroy();
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), "it does not end");
            assertNotEquals(0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
        assertEquals(List.of(kept), files());
        assertEquals("whole", Files.readString(kept));
    }

    private static Path place(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }
}
