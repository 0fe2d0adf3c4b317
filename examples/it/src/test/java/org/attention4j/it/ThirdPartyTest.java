package org.attention4j.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Puts the jars of third parties on the module path of the command, and looks at what it says of them. */
@Timeout(120)
class ThirdPartyTest {
    private static final Path JARS = Path.of(System.getProperty("third.parties"));
    private static final Path COMMAND = Path.of(System.getProperty("command"));
    private static final Path LAUNCHER = COMMAND.resolve("../../attention").normalize();
    private static final String MIXER = "plugins/mixer-plugin/target/mixers-1.0.jar";
    private static final String VARIANT = "plugins/attention-variant/target/alibi-1.0.jar";
    private static final String LAW_BREAKER = "broken-plugins/broken/law/target/law-1.0.jar";
    private static final String THROWING = "broken-plugins/broken/throwing/target/throwing-1.0.jar";
    private static final String SAME_ID = "broken-plugins/broken/same-id/target/same-id-1.0.jar";

    @TempDir
    Path folder;

    @Test
    void pluginsAreFoundBesideTheBuiltInMixers() throws Exception {
        Said list = attention(List.of(MIXER, VARIANT), "list");
        assertEquals(0, list.status, list::toString);
        assertTrue(list.line("decaying-average").contains("com.acme.mixers"), list::toString);
        assertFalse(list.line("acme-alibi").isEmpty(), list::toString);
        assertFalse(list.line("multi-head-attention").isEmpty(), list::toString);
        Said json = attention(List.of(MIXER, VARIANT), "list", "--json");
        assertTrue(json.out.contains("\"decaying-average\"") && json.out.contains("\"acme-alibi\""), json::toString);
        Said show = attention(List.of(MIXER), "show", "decaying-average");
        assertTrue(show.out.contains("decay"), show::toString);
    }

    @Test
    void goodPluginsPass() throws Exception {
        for (String id : List.of("decaying-average", "acme-alibi", "acme-sigmoid")) {
            Said verdicts = conform(List.of(MIXER, VARIANT), id);
            assertEquals(0, verdicts.status, verdicts::toString);
            assertTrue(verdicts.line("padding-not-read").contains("PASS"), verdicts::toString);
            assertFalse(verdicts.out.contains("FAIL"), verdicts::toString);
        }
    }

    @Test
    void aBrokenLawFailsTheRun() throws Exception {
        Said verdicts = conform(List.of(MIXER, LAW_BREAKER), "running-sum");
        assertEquals(1, verdicts.status, verdicts::toString);
        assertTrue(verdicts.line("padding-not-read").contains("FAIL"), verdicts::toString);
        assertTrue(verdicts.line("length-one").contains("PASS"), verdicts::toString);
    }

    @Test
    void aProviderThatThrowsIsReportedAndTheOthersWork() throws Exception {
        Said list = attention(List.of(THROWING, MIXER), "list");
        assertTrue(list.err.contains("com.acme.broken.throwing"), list::toString);
        assertTrue(list.err.contains("the licence server does not answer"), list::toString);
        assertFalse(list.line("decaying-average").isEmpty(), list::toString);
        assertFalse(list.line("multi-head-attention").isEmpty(), list::toString);
        assertEquals("", list.line("never-made"), list::toString);
        assertEquals(1, list.status, list::toString);
        Said verdicts = conform(List.of(THROWING, MIXER), "decaying-average");
        assertEquals(0, verdicts.status, verdicts::toString);
    }

    @Test
    void oneIdInTwoModulesIsAnErrorThatNamesBoth() throws Exception {
        Said list = attention(List.of(MIXER, SAME_ID), "list");
        assertEquals(2, list.status, list::toString);
        assertTrue(list.err.contains("decaying-average"), list::toString);
        assertTrue(list.err.contains("module com.acme.mixers"), list::toString);
        assertTrue(list.err.contains("module com.acme.broken.sameid"), list::toString);
        assertFalse(list.err.contains("\tat "), list::toString);
        assertEquals("", list.out);
    }

    @Test
    void aJarThatIsNoneIsRefusedInOneLine() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no /bin/bash");
        Path jar = Files.writeString(folder.resolve("broken.jar"), "no jar");
        Said list = said(List.of("/bin/bash", LAUNCHER.toString(), "--module-path", jar.toString(), "list"));
        assertEquals(2, list.status, list::toString);
        assertTrue(list.err.startsWith("attention: the module path " + jar + ": "), list::toString);
        assertEquals(1, list.err.lines().count(), list::toString);
        assertEquals("", list.out);
    }

    /** What a process said, and its exit status. */
    private record Said(int status, String out, String err) {
        /** The line of standard output that begins with a word, or nothing. */
        String line(String word) {
            return out.lines()
                    .filter(line -> line.startsWith(word + " "))
                    .findFirst()
                    .orElse("");
        }
    }

    /** A quick look at every law. The scalar kernels need no warming up, which a run of few cases has no time for. */
    private Said conform(List<String> plugins, String id) throws Exception {
        return attention(plugins, "conform", id, "--tries", "20", "--seed", "1", "--kernels", "scalar");
    }

    private Said attention(List<String> plugins, String... arguments) throws Exception {
        List<String> path =
                new ArrayList<>(List.of(commandJar(), COMMAND.resolve("modules").toString()));
        for (String plugin : plugins) {
            assertTrue(Files.isRegularFile(JARS.resolve(plugin)), plugin + " was not built");
            path.add(JARS.resolve(plugin).toString());
        }
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-p",
                String.join(File.pathSeparator, path),
                "-m",
                "org.attention4j.cli/org.attention4j.cli.Main"));
        line.addAll(List.of(arguments));
        return said(line);
    }

    private Said said(List<String> line) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        int status = new ProcessBuilder(line)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Said(status, Files.readString(out), Files.readString(err));
    }

    private static String commandJar() throws IOException {
        try (Stream<Path> files = Files.list(COMMAND)) {
            List<Path> jars = files.filter(
                            file -> file.getFileName().toString().matches("attention-cli-[^-]*(-SNAPSHOT)?\\.jar"))
                    .toList();
            assertEquals(1, jars.size(), jars::toString);
            return jars.getFirst().toString();
        }
    }
}
