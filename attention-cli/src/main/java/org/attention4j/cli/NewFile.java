package org.attention4j.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that appears under its name when it is complete, and not before: it is written beside its place and moved there
 * by {@link #commit}. Closed without that, or where the JVM is told to end before, it leaves nothing behind, and what was there stays.
 */
final class NewFile implements AutoCloseable {
    private final Path target;
    private final Path draft;
    private final Writer writer;
    /** Removes the draft where the command is interrupted, as by Ctrl-C. */
    private final Thread atExit;

    private boolean committed;

    private NewFile(Path target, Path draft, Writer writer) {
        this.target = target;
        this.draft = draft;
        this.writer = writer;
        atExit = new Thread(draft.toFile()::delete);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Begins a file.
     *
     * @param file its name; a file of that name will be replaced, or if the name is a link, the file that it leads to
     * @return the file, empty and elsewhere
     * @throws IOException if there can be no such file: its folder is missing or protected, or something else than a
     *     file has the name
     */
    static NewFile create(Path file) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        if (Files.isDirectory(target)) {
            throw new FileSystemException(file.toString(), null, "is a folder");
        }
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new FileSystemException(file.toString(), null, "is not a plain file");
        }
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new NoSuchFileException(file.toString(), null, "no such folder");
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw new FileSystemException(file.toString(), null, "is read-only");
        }
        Path draft = folder.resolve("." + target.getFileName() + "."
                + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()) + ".part");
        try {
            return new NewFile(
                    target,
                    draft,
                    new BufferedWriter(new OutputStreamWriter(
                            Files.newOutputStream(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            StandardCharsets.UTF_8)));
        } catch (AccessDeniedException denied) {
            throw new FileSystemException(file.toString(), null, "its folder is read-only");
        } catch (FileSystemException other) {
            String reason = other.getReason();
            throw new FileSystemException(
                    file.toString(), null, reason == null ? "its folder takes no new files" : reason);
        }
    }

    /**
     * Begins a file if one is wanted, so that a bad name is told before the work and not after it.
     *
     * @param file its name, or null
     * @return the file, or null; try-with-resources takes both
     * @throws IOException as {@link #create}
     */
    static @Nullable NewFile wanted(@Nullable Path file) throws IOException {
        return file == null ? null : create(file);
    }

    /**
     * Puts all of a file's contents in its place.
     *
     * @param file one that was wanted, or null: then nothing is done
     * @param contents makes them
     * @throws IOException if they cannot be written
     */
    static void complete(@Nullable NewFile file, Supplier<String> contents) throws IOException {
        if (file != null) {
            file.writer().write(contents.get());
            file.commit();
        }
    }

    /**
     * Whether this takes the place of another.
     *
     * @param other to be written, too
     * @return whether only the later one would be left
     */
    boolean replaces(NewFile other) {
        return target.toAbsolutePath()
                .normalize()
                .equals(other.target.toAbsolutePath().normalize());
    }

    /**
     * Takes the contents, in UTF-8.
     *
     * @return the writer, not to be closed
     */
    Writer writer() {
        return writer;
    }

    /**
     * Puts the file in its place.
     *
     * @throws IOException if the rest of it cannot be written
     */
    void commit() throws IOException {
        writer.close();
        try {
            Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException unsupported) {
            Files.move(draft, target, StandardCopyOption.REPLACE_EXISTING);
        }
        committed = true;
    }

    /** Removes the draft, unless it was committed. */
    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException ending) { // it is at work
            return;
        }
        if (!committed) {
            try {
                writer.close();
            } finally {
                Files.deleteIfExists(draft);
            }
        }
    }
}
