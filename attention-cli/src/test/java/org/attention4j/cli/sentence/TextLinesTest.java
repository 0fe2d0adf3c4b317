package org.attention4j.cli.sentence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TextLinesTest {
    private static TextLines lines(byte[] bytes) {
        return new TextLines("x", new ByteArrayInputStream(bytes));
    }

    /** What has no line ends, as {@code /dev/zero} has none, is not read to its end. */
    @Test
    void aLineHasAtMostAMebibyte() throws IOException {
        byte[] longest = new byte[1 << 20];
        try (TextLines lines = lines(longest)) {
            assertEquals(longest.length, lines.next().orElseThrow().length());
            assertEquals(Optional.empty(), lines.next());
        }
        try (TextLines lines = lines(new byte[longest.length + 1])) {
            IOException refused = assertThrows(IOException.class, lines::next);
            assertEquals("x:1 is longer than 1048576 bytes", refused.getMessage());
        }
    }
}
