package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What cannot be meant is refused in one line. */
class RefusalsTest {
    private static void refused(String why, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertEquals(Main.REFUSED, Main.run(new PrintWriter(out), new PrintWriter(err), arguments));
        assertEquals("attention: " + why + " --help)", err.toString().strip());
        assertEquals("", out.toString());
    }

    @Test
    void oneOfTwoFormsIsPrinted() {
        refused("--ids and --json: only one of the two can be printed (see attention list", "list", "--ids", "--json");
    }

    @Test
    void whatWouldBeUnreadIsRefused() {
        refused("--list and --canary: --list goes alone (see attention bench", "bench", "--list", "--canary");
        refused(
                "--canary and --pairs, --threads: --canary goes alone (see attention bench",
                "bench",
                "--threads=1",
                "--canary",
                "--pairs=2");
    }

    @Test
    void theNearestNameIsNamed() {
        refused(
                "Unmatched arguments from index 0: 'confrm', 'lstm'; did you mean 'conform'? (see attention",
                "confrm",
                "lstm");
        refused(
                "Unknown options: '--trys', '5'; did you mean '--tries'? (see attention conform",
                "conform",
                "lstm",
                "--trys",
                "5");
    }

    /** To the file system it is the working folder. */
    @Test
    void anEmptyNameIsNoFile() {
        String why = "'' is not the name of a file (see attention ";
        refused("Invalid value for option '--html': " + why + "attend", "attend", "cat", "--html", "");
        refused("Invalid value for option '--junit': " + why + "conform", "conform", "lstm", "--junit=");
        refused("Invalid value for positional parameter at index 0 (FILE): " + why + "embed", "embed", "");
        refused("Invalid value for positional parameter at index 0 (DIR): " + why + "vectors", "vectors", "");
    }

    @Test
    void noNameOfAWorkloadIsNotAllOfThem() {
        refused("--workloads has no name in it (see attention bench", "bench", "--workloads", ",");
    }

    @Test
    void twoReportsDoNotTakeEachOthersPlace() {
        refused(
                "--json and --html: both are the file ./target/same (see attention bench",
                "bench",
                "--workloads=gemm:8:8:8",
                "--json=target/same",
                "--html=./target/same");
    }
}
