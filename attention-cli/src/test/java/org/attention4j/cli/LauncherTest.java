package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the script {@code attention} refuses before it builds and starts anything. */
@Timeout(60)
class LauncherTest {
    private static final Path SCRIPT = Path.of("..", "attention");

    @TempDir
    Path folder;

    @Test
    void aModulePathThatIsNotThereIsRefused() throws Exception {
        String missing = folder.resolve("none").toString();
        String refusal = "attention: there is no '" + missing + "', which the module path names\n";
        assertRefused(refusal, "", "--module-path", missing, "list");
        assertRefused(refusal, "", "--module-path=" + folder + ":" + missing, "list");
        assertRefused(refusal, "", "list", "--module-path", missing);
        assertRefused(refusal, missing, "list");
        assertRefused("attention: --module-path needs a folder or a jar\n", "", "list", "--module-path");
    }

    @Test
    void afterTwoDashesItIsAnArgumentLikeAnyOther() throws Exception {
        String missing = folder.resolve("none").toString();
        String text = folder.resolve("text").toString();
        assertRefused(
                "attention: there is no '" + missing + "', which the module path names\n",
                missing,
                "attend",
                "--",
                "--module-path",
                text);
    }

    private void assertRefused(String message, String environment, String... arguments) throws Exception {
        Said said = attention(environment, arguments);
        assertEquals(message, said.err);
        assertEquals(2, said.status);
    }

    private record Said(int status, String err) {}

    private Said attention(String environment, String... arguments) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash");
        List<String> line = new ArrayList<>(List.of("/bin/bash", SCRIPT.toString()));
        line.addAll(List.of(arguments));
        Path err = folder.resolve("err");
        ProcessBuilder process = new ProcessBuilder(line)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(err.toFile());
        process.environment().clear();
        process.environment().put("ATTENTION_MODULE_PATH", environment);
        process.environment().put("PATH", "/usr/bin:/bin");
        process.environment().put("HOME", folder.toString());
        int status = process.start().waitFor();
        return new Said(status, Files.readString(err, StandardCharsets.UTF_8));
    }
}
