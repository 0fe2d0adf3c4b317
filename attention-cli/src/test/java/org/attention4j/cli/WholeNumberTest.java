package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WholeNumberTest {
    @ParameterizedTest
    @CsvSource({
        "conform gru --tries,    0,                     1 to 2147483647",
        "conform gru --tries,    99999999999,           1 to 2147483647",
        "conform gru --seed,     99999999999999999999,  -9223372036854775808 to 9223372036854775807",
        "bench --pairs,          1e3,                   1 to 2147483647",
        "bench --turn,           -1,                    1 to 2147483647",
        "bench --patience,       soon,                  1 to 2147483647",
        "bench --threads,        1025,                  1 to 1024",
        "embed --batch,          4097,                  1 to 4096",
    })
    void aRefusalSaysWhichThereMayBe(String command, String value, String range) {
        StringWriter err = new StringWriter();
        String[] words = (command + " " + value).split(" ");
        int status = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), words);
        String option = words[words.length - 2] + (words[1].equals("--threads") ? "' (N)" : "'");
        assertEquals(Main.REFUSED, status);
        assertEquals(
                "attention: Invalid value for option '" + option + ": '" + value + "' is not an integer from " + range
                        + " (see attention " + words[0] + " --help)",
                err.toString().strip());
    }
}
