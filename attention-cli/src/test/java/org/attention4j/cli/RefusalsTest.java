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
}
