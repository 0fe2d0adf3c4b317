package org.attention4j.model.files;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.UnknownTensorException;

/**
 * A weights file in the safetensors format, mapped into memory and read on demand.
 *
 * <p>The format: 8 bytes with the little-endian length N of the header; N bytes of JSON,
 * <code>{"__metadata__": {KEY: TEXT, …}, NAME: {"dtype": …, "shape": […], "data_offsets": [BEGIN, END]}, …}</code>,
 * padded with spaces; then the data, little-endian and row-major, offsets counted from the end of the header. Source:
 * the format's description in the repository of its authors (huggingface/safetensors, README and
 * {@code tensor.rs}), whose limits are kept: a header of at most 100 MB, no gaps, no overlaps, nothing after the last
 * tensor.
 *
 * <p>A file is not trusted. Everything in its header is checked against the size of the file before anything is
 * allocated; what does not fit is refused by {@link CorruptFileException} with the byte at which it was noticed.
 * (A file that another process truncates while it is open cannot be guarded against: a read then ends in the JVM's
 * {@link InternalError}.)
 *
 * <p>Immutable and safe for any number of threads. Closing it ends the mapping: reads that come later throw
 * {@link IllegalStateException}.
 */
public final class Safetensors implements AutoCloseable {
    private final Path file;
    private final MappedFile mapped;
    private final SafetensorsHeader header;

    private Safetensors(Path file, MappedFile mapped) {
        this.file = file;
        this.mapped = mapped;
        this.header = SafetensorsHeader.parse(file.toString(), mapped.bytes());
    }

    /**
     * Opens a file and checks its header; the tensors' data are not read.
     *
     * @param file a regular file
     * @return the opened file, to be closed by the caller
     * @throws CorruptFileException if the file is not what the format prescribes
     * @throws IOException if the file cannot be read
     */
    public static Safetensors open(Path file) throws IOException {
        return MappedFile.open(file, mapped -> new Safetensors(file, mapped));
    }

    /**
     * Writes a file of float32 tensors, in the order given.
     *
     * <p>The file appears whole or not at all: the bytes go to a temporary file in the same folder, which then replaces
     * {@code file} in one step. The bytes depend on the arguments alone (metadata are written in the order of their
     * keys), so that equal tensors make equal files.
     *
     * @param file where to write; an existing file is replaced
     * @param tensors the tensors
     * @param metadata free text about the file; may be empty
     * @throws IllegalArgumentException if a tensor is called {@code __metadata__}, a name or text
     *     is not valid Unicode, or the header would be over 100 MB
     * @throws IOException if the file cannot be written; then the previous file, if any, is as it was
     */
    public static void write(Path file, NamedTensors tensors, Map<String, String> metadata) throws IOException {
        SafetensorsWriter.write(file, tensors, ElementType.F32, metadata);
    }

    /**
     * As {@link #write(Path, NamedTensors, Map)}, in another type.
     *
     * @param file where to write; an existing file is replaced
     * @param tensors the tensors
     * @param type F32, F64, F16 or BF16; the latter are rounded to the nearest, ties to even
     * @param metadata free text about the file; may be empty
     * @throws IllegalArgumentException for another type, if a finite number is out of its range, or as the other method does
     * @throws IOException if the file cannot be written; then the previous file, if any, is as it was
     */
    public static void write(Path file, NamedTensors tensors, ElementType type, Map<String, String> metadata)
            throws IOException {
        SafetensorsWriter.write(file, tensors, type, metadata);
    }

    /**
     * The names of the tensors, in the order of the header.
     *
     * @return an unmodifiable set that iterates in that order
     */
    public Set<String> names() {
        return header.tensors().keySet();
    }

    /**
     * The tensors, in the order of the header.
     *
     * @return an unmodifiable collection that iterates in that order
     */
    public Collection<StoredTensor> tensors() {
        return header.tensors().values();
    }

    /**
     * Looks a tensor up.
     *
     * @param name the name, verbatim
     * @return the tensor
     * @throws UnknownTensorException if the file has no tensor of that name
     */
    public StoredTensor tensor(String name) {
        StoredTensor tensor = header.tensors().get(name);
        if (tensor == null) {
            throw new UnknownTensorException(name, names());
        }
        return tensor;
    }

    /**
     * The free text stored with the tensors (key {@code __metadata__} of the header).
     *
     * @return an unmodifiable map, empty if the file has none
     */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * The file this was opened from.
     *
     * @return the path given to {@link #open}
     */
    public Path file() {
        return file;
    }

    /** Ends the mapping; does nothing the second time. */
    @Override
    public void close() {
        mapped.close();
    }
}
