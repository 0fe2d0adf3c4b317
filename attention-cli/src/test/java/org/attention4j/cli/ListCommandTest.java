package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ListCommandTest {
    @Test
    void oneOfTwoFormsIsPrinted() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertEquals(Main.REFUSED, Main.run(new PrintWriter(out), new PrintWriter(err), "list", "--ids", "--json"));
        assertEquals(
                "attention: --ids and --json: only one of the two can be printed (see attention list --help)",
                err.toString().strip());
        assertEquals("", out.toString());
    }
}
