package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Files that commands read cases from and write reports to: what is wrong with them is told before the work. */
class ReportFilesTest {
    @TempDir
    private Path folder;

    private static String refusal(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertEquals(Main.REFUSED, Main.run(new PrintWriter(out), new PrintWriter(err), arguments), err::toString);
        assertEquals("", out.toString());
        assertEquals(1, err.toString().lines().count(), err::toString);
        return err.toString().strip();
    }

    private static String[] conform(Path report) {
        return new String[] {
            "conform", "min-gru", "--tries", "1", "--law", "deterministic", "--junit", report.toString()
        };
    }

    @Test
    void aReportThatCannotBeWrittenIsRefusedBeforeTheWork() throws IOException {
        Path nowhere = folder.resolve("none/report");
        String expected = "attention: " + nowhere + ": no such folder";
        assertEquals(expected, refusal(conform(nowhere)));
        assertEquals(expected, refusal("bench", "--workloads", "decode:512", "--json", nowhere.toString()));
        assertEquals(expected, refusal("bench", "--workloads", "decode:512", "--html", nowhere.toString()));
        Path cases = Files.writeString(folder.resolve("cases.jsonl"), "{\"name\":\"x\",\"op\":\"y\",\"file\":\"z\"}\n");
        assertEquals(expected, refusal("vectors", folder.toString(), "--json", nowhere.toString()));
        assertEquals("attention: " + folder + ": is a folder", refusal(conform(folder)));
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(cases, left.reduce((one, other) -> other).orElseThrow(), "drafts are left behind");
        }
    }

    /** There the operating system says that there is no such file, of one that is to be made. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFolderThatTakesNoFilesIsNamed() {
        assertEquals(
                "attention: /proc/report: its folder takes no new files", refusal(conform(Path.of("/proc/report"))));
    }

    @Test
    void aReportIsWrittenWhole() throws IOException {
        Path report = folder.resolve("report.xml");
        StringWriter out = new StringWriter();
        assertEquals(0, Main.run(new PrintWriter(out), new PrintWriter(new StringWriter()), conform(report)));
        assertTrue(Files.readString(report).endsWith("</testsuite>"), report::toString);
    }

    @Test
    void aSuiteWithoutACaseIsNoSuite() throws IOException {
        Path list = Files.writeString(folder.resolve("cases.jsonl"), "\n");
        assertEquals(
                "attention: " + list + ": there is no case in it (at byte 0)", refusal("vectors", folder.toString()));
        assertEquals("attention: " + list + ": is a file, not a folder", refusal("vectors", list.toString()));
    }

    @Test
    void whatThereIsIsNamedAndWhatWasTypedIsCutOff() {
        String unknown = refusal("bench", "--workloads", "nonesuch");
        assertTrue(
                unknown.contains("there is no kind 'nonesuch'; there are [attention, attention-gradient, "), unknown);
        assertTrue(unknown.contains("lstm-step"), unknown);
        String typed = refusal("x".repeat(100_000));
        assertTrue(typed.length() < 10_000, () -> typed.length() + " characters");
    }
}
