package org.attention4j.tests.laws;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerException;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.Tally;
import org.attention4j.tests.Violation;

/** What saved states keep to. */
public final class SavedStateLaws {

    private SavedStateLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                StateLaws.law(
                        "saved-state-continues",
                        "a state that was saved and loaded goes on with the same bits, and so does the one that was saved",
                        "save and loadState: everything that a step reads is written, also positions",
                        SavedStateLaws::saved),
                StateLaws.law(
                        "saved-states-read-in-turn",
                        "loading reads the state's own bytes and no more",
                        "loadState: no reading ahead",
                        SavedStateLaws::inTurn),
                StateLaws.law(
                        "cut-off-state-refused",
                        "a saved state that is cut off is refused with CorruptFileException",
                        "loadState: every read checks for the end",
                        SavedStateLaws::cutOff),
                StateLaws.law(
                        "damaged-state-refused",
                        "a damaged saved state is refused as corrupt or foreign",
                        "loadState: StateFile's blocks have checksums; sizes are checked before memory is taken",
                        SavedStateLaws::damaged),
                Law.counting(
                                Law.Group.INCREMENTAL,
                                "foreign-state-refused",
                                "a state of another configuration is refused by step and loadState",
                                "step: spec().check(chunk, state, out); loadState: StateFile.Reader",
                                SavedStateLaws::foreign)
                        .needs(Capability.INCREMENTAL));
    }

    static byte[] save(MixerState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.save(Channels.newChannel(bytes));
        return bytes.toByteArray();
    }

    private static ReadableByteChannel channel(byte[] bytes) {
        return Channels.newChannel(new ByteArrayInputStream(bytes));
    }

    private static void saved(LawCase c) throws IOException {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps original = StateLaws.halfWay(c, mixer);
        MixerState loaded = mixer.loadState(channel(save(original.state)));
        Expect.equal(original.state.batch(), loaded.batch(), "batch after loading");
        Expect.equal(original.state.capacity(), loaded.capacity(), "capacity after loading");
        Steps steps = new Steps(mixer, c.input(), loaded, Workspace.threads(1));
        System.arraycopy(original.taken, 0, steps.taken, 0, steps.taken.length);
        Tensor whole = Steps.whole(mixer, c.input());
        goesOn(c, "steps, save, load, steps", whole, steps, "something that a step reads is not saved, or not loaded");
        goesOn(c, "steps, save, steps", whole, original, "save changes the state");
    }

    private static void goesOn(LawCase c, String done, Tensor whole, Steps steps, String cause) {
        int[] from = steps.taken.clone();
        for (int b = 0; b < c.batch(); b++) {
            Expect.equal((long) from[b], steps.state.position(b), done + ": position of sequence " + b);
        }
        steps.takeAll(b -> 2);
        for (int b = 0; b < c.batch(); b++) {
            Expect.positions(
                    c.spec(),
                    done + ", against the whole sequence",
                    whole,
                    b,
                    from[b],
                    steps.out,
                    b,
                    from[b],
                    steps.taken[b] - from[b],
                    cause);
        }
    }

    private static void inTurn(LawCase c) throws IOException {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps first = StateLaws.halfWay(c, mixer);
        byte[] one = save(first.state);
        first.takeAll(b -> 1);
        byte[] two = save(first.state);
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        ByteArrayInputStream stream = new ByteArrayInputStream(both);
        ReadableByteChannel channel = Channels.newChannel(stream);
        mixer.loadState(channel);
        Expect.equal(two.length, stream.available(), "bytes left after loading the first of two states");
        MixerState second = mixer.loadState(channel);
        Expect.that(Arrays.equals(two, save(second)), "a state that was loaded is saved with other bytes");
    }

    private static void cutOff(LawCase c) throws IOException {
        Incremental mixer = c.mixer().require(Incremental.class);
        byte[] whole = save(StateLaws.halfWay(c, mixer).state);
        for (int i = 0; i < 4; i++) {
            int kept = c.random("kept " + i).nextInt(whole.length);
            Expect.refused(
                    CorruptFileException.class,
                    "loading the first " + kept + " of " + whole.length + " bytes",
                    () -> load(mixer, Arrays.copyOf(whole, kept)));
        }
    }

    private static void load(Incremental mixer, byte[] bytes) {
        try {
            mixer.loadState(channel(bytes));
        } catch (IOException failed) {
            throw new Violation(
                    "loadState threw " + failed + "; the bytes could be read, so it is a CorruptFileException", failed);
        }
    }

    private static void damaged(LawCase c) throws IOException {
        Incremental mixer = c.mixer().require(Incremental.class);
        byte[] whole = save(StateLaws.halfWay(c, mixer).state);
        SplittableRandom random = c.random("damage");
        for (int i = 0; i < 12; i++) {
            byte[] bytes = whole.clone();
            int at = random.nextInt(i < 8 ? Math.min(160, bytes.length) : bytes.length);
            int count = Math.min(1 + random.nextInt(4), bytes.length - at);
            for (int k = at; k < at + count; k++) {
                bytes[k] = i % 2 == 0 ? (byte) random.nextInt() : (byte) 0x7f;
            }
            if (Arrays.equals(bytes, whole)) {
                continue;
            }
            String done = "loading a state with bytes " + at + " to " + (at + count) + " changed";
            if (sound(done, mixer, bytes)) {
                throw new Violation(done + " must be refused with CorruptFileException, was accepted");
            }
            sound(done + ", and checksums as if it were right", mixer, resealed(bytes));
        }
        byte[] noise = new byte[whole.length];
        random.nextBytes(noise);
        noise[0] = (byte) ~whole[0];
        Expect.refused(CorruptFileException.class, "loading random bytes", () -> load(mixer, noise));
    }

    /** Whether bytes are a state, or refused as they should be. */
    private static boolean sound(String done, Incremental mixer, byte[] bytes) {
        try {
            load(mixer, bytes);
            return true;
        } catch (CorruptFileException | ForeignStateException refused) {
            return false;
        } catch (MixerException
                | IllegalArgumentException
                | IndexOutOfBoundsException
                | NegativeArraySizeException
                | ArithmeticException
                | OutOfMemoryError thrown) {
            throw new Violation(done + " threw " + thrown + "; a file is refused with CorruptFileException", thrown);
        }
    }

    /** The same bytes with checksums of blocks that are right again, where they are those of {@code StateFile}. */
    private static byte[] resealed(byte[] bytes) {
        ByteBuffer state = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = 2 * Integer.BYTES; // after magic and version
        while (at + 8 <= bytes.length && state.getInt(at) > 0 && state.getInt(at) <= bytes.length - at - 8) {
            CRC32C checksum = new CRC32C();
            checksum.update(bytes, at + 8, state.getInt(at));
            state.putInt(at + 4, (int) checksum.getValue());
            at += 8 + state.getInt(at);
        }
        return bytes;
    }

    private static Tally foreign(LawCase c) throws IOException {
        Incremental mixer = c.mixer().require(Incremental.class);
        Optional<Incremental> other = other(c);
        if (other.isEmpty()) {
            return Tally.nothing("there is no incremental mixer of another width");
        }
        MixerState state = other.get().newState(c.batch(), 4);
        Sequences token = Sequences.of(c.tensor("token", c.batch(), 1, c.spec().inputWidth()));
        Tensor out = Runs.output(mixer, token);
        out.fill(-77);
        String done = "a step with a state of " + other.get().spec().fingerprint();
        Expect.message(
                Expect.refused(
                        ForeignStateException.class, done, () -> mixer.step(token, state, out, Workspace.threads(1))),
                done,
                other.get().spec().fingerprint());
        Tensor untouched = Runs.output(mixer, token);
        untouched.fill(-77);
        Expect.sameBits(
                done + ": the output after the refusal", untouched, out, "it is written before the state is checked");
        byte[] bytes = save(state);
        Expect.refused(
                ForeignStateException.class,
                "loading a state of " + other.get().spec().fingerprint(),
                () -> load(mixer, bytes));
        return Tally.one();
    }

    /** An incremental mixer of another configuration: the widths next to the case's, with the same options. */
    private static Optional<Incremental> other(LawCase c) {
        int width = c.spec().inputWidth();
        for (int another : new int[] {2 * width, width + 1, 3 * width}) {
            try {
                MixerConfig config = c.config().withWidth(another);
                if (c.provider().spec(config).supports(Capability.INCREMENTAL)) {
                    return Optional.of(c.mixer(config).require(Incremental.class));
                }
            } catch (BadConfigurationException refused) {
                continue;
            }
        }
        return Optional.empty();
    }
}
