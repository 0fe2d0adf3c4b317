package org.attention4j.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The format of saved states, for those who write a {@link MixerState}: the magic {@code "A4JS"} and a version, then, in blocks that each
 * begin with their length and their CRC-32C (RFC 3720, appendix B.4), the mixer's fingerprint, batch, capacity, the position of each
 * sequence, and floats and whole numbers as the state wants; all little-endian. What is read is never believed before it has been checked.
 */
public final class StateFile {
    private static final int MAGIC = 0x534A3441;
    private static final int VERSION = 2;
    /** Fingerprints are not longer, unless the reader's own is: lists in the options of every layer of a stack. */
    private static final int LONGEST_FINGERPRINT = 1 << 16;

    private static final int BLOCK = 1 << 13;
    /** Length and checksum of a block. */
    private static final int BLOCK_HEAD = 2 * Integer.BYTES;

    private StateFile() {}

    private static int checksum(ByteBuffer block) {
        CRC32C checksum = new CRC32C();
        checksum.update(block.duplicate());
        return (int) checksum.getValue();
    }

    /** Writes one state. */
    public static final class Writer {
        private final WritableByteChannel channel;
        private final ByteBuffer buffer =
                ByteBuffer.allocate(BLOCK_HEAD + BLOCK).order(ByteOrder.LITTLE_ENDIAN);

        /**
         * Begins with what is common to all states.
         *
         * @param channel where to
         * @param state whose mixer, batch, capacity and positions are written
         * @throws IOException if writing fails
         */
        public Writer(WritableByteChannel channel, MixerState state) throws IOException {
            this.channel = channel;
            byte[] fingerprint = state.spec().fingerprint().getBytes(StandardCharsets.UTF_8);
            write(buffer.putInt(MAGIC).putInt(VERSION).flip());
            buffer.clear().position(BLOCK_HEAD);
            buffer.putInt(fingerprint.length);
            for (byte letter : fingerprint) {
                room(1).put(letter);
            }
            room(8).putInt(state.batch()).putInt(state.capacity());
            for (int b = 0; b < state.batch(); b++) {
                room(Long.BYTES).putLong(state.position(b));
            }
        }

        /**
         * Writes floats.
         *
         * @param source where they are
         * @param offset the first
         * @param count how many
         * @throws IOException if writing fails
         */
        public void floats(float[] source, int offset, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                room(Float.BYTES).putFloat(source[offset + i]);
            }
        }

        /**
         * Writes numbers of 16 bits.
         *
         * @param source an array
         * @param offset the first
         * @param count how many
         * @throws IOException if writing fails
         */
        public void shorts(short[] source, int offset, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                room(Short.BYTES).putShort(source[offset + i]);
            }
        }

        /**
         * Writes bytes.
         *
         * @param source an array
         * @param offset the first
         * @param count how many
         * @throws IOException if writing fails
         */
        public void bytes(byte[] source, int offset, int count) throws IOException {
            for (int i = 0; i < count; i++) {
                room(Byte.BYTES).put(source[offset + i]);
            }
        }

        /**
         * Writes a whole number.
         *
         * @param number any
         * @throws IOException if writing fails
         */
        public void number(long number) throws IOException {
            room(Long.BYTES).putLong(number);
        }

        /**
         * Writes what is left.
         *
         * @throws IOException if writing fails
         */
        public void finish() throws IOException {
            int length = buffer.position() - BLOCK_HEAD;
            if (length > 0) {
                buffer.flip().position(BLOCK_HEAD);
                buffer.putInt(0, length).putInt(Integer.BYTES, checksum(buffer));
                write(buffer.position(0));
            }
            buffer.clear().position(BLOCK_HEAD);
        }

        private void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        private ByteBuffer room(int bytes) throws IOException {
            if (buffer.remaining() < bytes) {
                finish();
            }
            return buffer;
        }
    }

    /** Reads one state, not a byte more. */
    public static final class Reader {
        private final ReadableByteChannel channel;
        /** What is left of a block that has its checksum. */
        private final ByteBuffer block =
                ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN).limit(0);

        private final ByteBuffer buffer = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN);
        private final int batch;
        private final int capacity;
        private final long[] positions;
        private long offset;

        /**
         * Reads and checks what is common to all states.
         *
         * @param channel where from
         * @param spec of the mixer that the state is for
         * @throws IOException if reading fails
         * @throws CorruptFileException if this is not a saved state
         * @throws ForeignStateException if it was saved by another configuration
         */
        public Reader(ReadableByteChannel channel, MixerSpec spec) throws IOException {
            this.channel = channel;
            raw(buffer.limit(2 * Integer.BYTES));
            int magic = buffer.flip().getInt();
            if (magic != MAGIC) {
                throw corrupt(0, "a saved state begins with 'A4JS'");
            }
            int version = buffer.getInt();
            if (version != VERSION) {
                throw corrupt(4, "version " + version + " is not " + VERSION);
            }
            int length = next(Integer.BYTES).getInt();
            int longest = Math.max(LONGEST_FINGERPRINT, spec.fingerprint().getBytes(StandardCharsets.UTF_8).length);
            if (length < 1 || length > longest) {
                throw corrupt(offset() - 4, "fingerprint of " + length + " bytes is not in 1 to " + longest);
            }
            byte[] fingerprint = new byte[length];
            for (int i = 0; i < length; i++) {
                fingerprint[i] = next(1).get();
            }
            String given = new String(fingerprint, StandardCharsets.UTF_8);
            if (!given.equals(spec.fingerprint())) {
                throw new ForeignStateException(spec.fingerprint(), given);
            }
            batch = next(Integer.BYTES).getInt();
            capacity = next(Integer.BYTES).getInt();
            if (batch < 0 || capacity < 1) {
                throw corrupt(offset() - 8, "batch " + batch + " and capacity " + capacity);
            }
            positions = readPositions();
        }

        /** Grows as positions arrive, so that a damaged batch cannot make it allocate more than there is to read. */
        private long[] readPositions() throws IOException {
            long[] read = new long[Math.min(batch, 1024)];
            for (int b = 0; b < batch; b++) {
                if (b == read.length) {
                    read = Arrays.copyOf(read, (int) Math.min(batch, 2L * read.length));
                }
                read[b] = next(Long.BYTES).getLong();
                if (read[b] < 0) {
                    throw corrupt(offset() - Long.BYTES, "position " + read[b] + " of sequence " + b);
                }
            }
            return read;
        }

        /**
         * B.
         *
         * @return at least 0
         */
        public int batch() {
            return batch;
        }

        /**
         * The capacity.
         *
         * @return at least 1
         */
        public int capacity() {
            return capacity;
        }

        /**
         * The position of a sequence.
         *
         * @param sequence 0 to B − 1
         * @return at least 0
         */
        public long position(int sequence) {
            return positions[sequence];
        }

        /**
         * Reads floats into an array that grows as they arrive, so that a damaged size cannot make it allocate much more
         * than there is to read.
         *
         * @param count how many
         * @return a new array of that length
         * @throws IOException if reading fails
         * @throws CorruptFileException if the state ends before
         */
        public float[] floats(int count) throws IOException {
            float[] read = new float[Math.min(count, 1 << 20)];
            int done = 0;
            while (done < count) {
                if (done == read.length) {
                    read = Arrays.copyOf(read, (int) Math.min(count, 2L * read.length));
                }
                int block = Math.min(read.length - done, BLOCK / Float.BYTES);
                next(block * Float.BYTES).asFloatBuffer().get(read, done, block);
                done += block;
            }
            return read;
        }

        /**
         * Reads numbers of 16 bits, into an array that grows as {@link #floats}' does.
         *
         * @param count how many
         * @return a new array of that length
         * @throws IOException if reading fails
         * @throws CorruptFileException if the state ends before
         */
        public short[] shorts(int count) throws IOException {
            short[] read = new short[Math.min(count, 1 << 20)];
            int done = 0;
            while (done < count) {
                if (done == read.length) {
                    read = Arrays.copyOf(read, (int) Math.min(count, 2L * read.length));
                }
                int block = Math.min(read.length - done, BLOCK / Short.BYTES);
                next(block * Short.BYTES).asShortBuffer().get(read, done, block);
                done += block;
            }
            return read;
        }

        /**
         * Reads bytes, into an array that grows as {@link #floats}' does.
         *
         * @param count how many
         * @return a new array of that length
         * @throws IOException if reading fails
         * @throws CorruptFileException if the state ends before
         */
        public byte[] bytes(int count) throws IOException {
            byte[] read = new byte[Math.min(count, 1 << 20)];
            int done = 0;
            while (done < count) {
                if (done == read.length) {
                    read = Arrays.copyOf(read, (int) Math.min(count, 2L * read.length));
                }
                int block = Math.min(read.length - done, BLOCK);
                next(block).get(read, done, block);
                done += block;
            }
            return read;
        }

        /**
         * Reads a whole number.
         *
         * @return any
         * @throws IOException if reading fails
         * @throws CorruptFileException if the state ends before
         */
        public long number() throws IOException {
            return next(Long.BYTES).getLong();
        }

        private ByteBuffer next(int bytes) throws IOException {
            buffer.clear().limit(bytes);
            while (buffer.hasRemaining()) {
                if (!block.hasRemaining()) {
                    readBlock();
                }
                int count = Math.min(block.remaining(), buffer.remaining());
                buffer.put(buffer.position(), block, block.position(), count);
                buffer.position(buffer.position() + count);
                block.position(block.position() + count);
            }
            return buffer.flip();
        }

        private void readBlock() throws IOException {
            long at = offset;
            block.clear().limit(BLOCK_HEAD);
            raw(block);
            int length = block.getInt(0);
            int checksum = block.getInt(Integer.BYTES);
            if (length < 1 || length > BLOCK) {
                throw corrupt(at, "block of " + length + " bytes is not in 1 to " + BLOCK);
            }
            raw(block.clear().limit(length));
            if (checksum(block.flip()) != checksum) {
                throw corrupt(
                        at, "the block of " + length + " bytes that begins here is damaged: it has another checksum");
            }
        }

        private void raw(ByteBuffer target) throws IOException {
            while (target.hasRemaining()) {
                int count = channel.read(target);
                if (count < 0) {
                    throw corrupt(offset, "the state ends here, " + target.remaining() + " bytes early");
                }
                offset += count;
            }
        }

        /**
         * The exception for a state that is not what it claims to be.
         *
         * @param at the byte at which it goes wrong
         * @param problem what is wrong
         * @return the exception
         */
        public CorruptFileException corrupt(long at, String problem) {
            return new CorruptFileException("saved state", at, problem);
        }

        /**
         * How many bytes have been read, those of blocks' heads included.
         *
         * @return the offset of the next
         */
        public long offset() {
            return offset - block.remaining();
        }
    }
}
