package org.attention4j.cli.sentence;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The lines of a text in UTF-8, one after the other. They end in LF or CR LF; the last may end without. A byte order mark
 * before the first is left out.
 */
public final class TextLines implements AutoCloseable {
    /** A model reads a few hundred pieces of a line; what has no line ends is no text. */
    private static final int LONGEST = 1 << 20;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final String source;
    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long number;
    private long bytes;

    /**
     * Reads a stream.
     *
     * @param source what messages call it
     * @param in the bytes; closed with this
     */
    public TextLines(String source, InputStream in) {
        this.source = source;
        this.in = new BufferedInputStream(in);
    }

    /**
     * Reads the next line.
     *
     * @return the line without its end, or empty after the last
     * @throws IOException if the stream fails, or the line is not in UTF-8 or longer than 1 MiB; the message tells which line
     */
    public Optional<String> next() throws IOException {
        line.reset();
        int one = read();
        if (one < 0) {
            return Optional.empty();
        }
        number++;
        while (one >= 0 && one != '\n') {
            if (line.size() == LONGEST) {
                throw new IOException(place() + " is longer than " + LONGEST + " bytes");
            }
            line.write(one);
            bytes++;
            one = read();
        }
        bytes++;
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line.toByteArray()))
                    .toString();
            int from = number == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
            int to = text.endsWith("\r") ? text.length() - 1 : text.length();
            return Optional.of(text.substring(Math.min(from, to), to));
        } catch (CharacterCodingException malformed) {
            throw new IOException(place() + " is not in UTF-8", malformed);
        }
    }

    /** The next byte, or -1. What a device or a broken disk says does not name the file. */
    private int read() throws IOException {
        try {
            return in.read();
        } catch (IOException failed) {
            throw new IOException(source + ": " + failed.getMessage(), failed);
        }
    }

    /**
     * How many lines were read.
     *
     * @return the number of the line read last, from 1
     */
    public long number() {
        return number;
    }

    /**
     * How much was read.
     *
     * @return bytes, the ends of lines included
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Where the line read last is.
     *
     * @return for example {@code sentences.txt:17}
     */
    public String place() {
        return source + ":" + number;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
