package org.attention4j.model.files;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Function;

/** A regular file, mapped read-only into memory until it is closed. */
final class MappedFile implements AutoCloseable {
    private final Arena arena;
    private final MemorySegment bytes;

    private MappedFile(Arena arena, MemorySegment bytes) {
        this.arena = arena;
        this.bytes = bytes;
    }

    /**
     * Maps a file and parses it.
     *
     * @param parse gives the opened file, which closes the mapping; where it throws, the mapping is closed here
     * @throws IOException if there is no such file, it is not a regular one, or it cannot be mapped
     */
    static <T> T open(Path file, Function<MappedFile, T> parse) throws IOException {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try {
            T result = parse.apply(new MappedFile(arena, map(file, arena)));
            opened = true;
            return result;
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        if (!Files.isRegularFile(file)) { // opening a pipe would wait for its writer
            throw new IOException(file + " is not a regular file");
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    MemorySegment bytes() {
        return bytes;
    }

    /** Ends the mapping; does nothing the second time. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
