package org.attention4j.tests.laws;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerException;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.Violation;

/** What a state keeps to: copying, going back, measuring, saving and loading. */
public final class StateLaws {
    private StateLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                        "saved-state-continues",
                        "a state that was saved and loaded goes on with the same bits",
                        "save and loadState: everything that a step reads is written, also positions",
                        StateLaws::saved),
                law(
                        "saved-states-read-in-turn",
                        "loading reads the state's own bytes and no more",
                        "loadState: no reading ahead",
                        StateLaws::inTurn),
                law(
                        "cut-off-state-refused",
                        "a saved state that is cut off is refused with CorruptFileException",
                        "loadState: every read checks for the end",
                        StateLaws::cutOff),
                law(
                        "damaged-state-refused",
                        "a damaged saved state is refused as corrupt or foreign, or is a state; nothing else",
                        "loadState: sizes are checked before memory is taken",
                        StateLaws::damaged),
                law(
                        "foreign-state-refused",
                        "a state of another configuration is refused by step and loadState",
                        "step: spec().check(chunk, state, out); loadState: StateFile.Reader",
                        StateLaws::foreign),
                law(
                        "copies-are-independent",
                        "a copy stands where the state does, and neither changes the other",
                        "copy: deep, positions included",
                        StateLaws::copies),
                law(
                        "rollback-and-replay",
                        "rolled back by k and replayed, a state gives the same outputs",
                        "rollback: what later positions overwrote must still be there",
                        StateLaws::rollback),
                law(
                        "rollback-too-far-refused",
                        "a roll-back past position, capacity or 0 is refused and changes nothing",
                        "rollback: check before changing; of all sequences or of none",
                        StateLaws::tooFar),
                law(
                        "reset-starts-over",
                        "after reset a state gives what a new one gives",
                        "reset: also what comes before position 0",
                        StateLaws::reset),
                law(
                        "declared-state-size",
                        "bytes() is stateBytes(…) and what newState really allocates",
                        "stateBytes and the arrays of the state",
                        StateLaws::size));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.INCREMENTAL, id, intent, lookAt, check).needs(Capability.INCREMENTAL);
    }

    private static Steps halfWay(LawCase c, Incremental mixer) {
        SplittableRandom random = c.random("half way");
        return Steps.of(mixer, c.input()).take(b -> random.nextInt(c.time() + 1));
    }

    private static byte[] save(MixerState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.save(Channels.newChannel(bytes));
        return bytes.toByteArray();
    }

    private static ReadableByteChannel channel(byte[] bytes) {
        return Channels.newChannel(new ByteArrayInputStream(bytes));
    }

    private static void saved(LawCase c) throws IOException {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps steps = halfWay(c, mixer);
        steps.state = mixer.loadState(channel(save(steps.state)));
        for (int b = 0; b < c.batch(); b++) {
            Expect.equal(
                    (long) steps.taken[b], steps.state.position(b), "position of sequence " + b + " after loading");
        }
        steps.takeAll(b -> 2);
        Expect.same(
                c.spec(),
                "steps, save, load, steps, against the whole sequence",
                Runs.forward(mixer, c.input()),
                steps.out,
                "something that a step reads is not saved, or not loaded");
    }

    private static void inTurn(LawCase c) throws IOException {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps first = halfWay(c, mixer);
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
        byte[] whole = save(halfWay(c, mixer).state);
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
        byte[] whole = save(halfWay(c, mixer).state);
        SplittableRandom random = c.random("damage");
        for (int i = 0; i < 12; i++) {
            byte[] bytes = whole.clone();
            int at = random.nextInt(i < 8 ? Math.min(160, bytes.length) : bytes.length);
            int count = Math.min(1 + random.nextInt(4), bytes.length - at);
            for (int k = at; k < at + count; k++) {
                bytes[k] = i % 2 == 0 ? (byte) random.nextInt() : (byte) 0x7f;
            }
            String done = "loading a state with bytes " + at + " to " + (at + count) + " changed";
            try {
                load(mixer, bytes);
            } catch (CorruptFileException | ForeignStateException refused) {
                continue;
            } catch (MixerException
                    | IllegalArgumentException
                    | IndexOutOfBoundsException
                    | NegativeArraySizeException
                    | ArithmeticException
                    | OutOfMemoryError thrown) {
                throw new Violation(
                        done + " threw " + thrown + "; a file is refused with CorruptFileException", thrown);
            }
        }
        byte[] noise = new byte[whole.length];
        random.nextBytes(noise);
        noise[0] = (byte) ~whole[0];
        Expect.refused(CorruptFileException.class, "loading random bytes", () -> load(mixer, noise));
    }

    private static void foreign(LawCase c) throws IOException {
        Incremental mixer = c.mixer().require(Incremental.class);
        Optional<Incremental> other = other(c);
        if (other.isEmpty()) {
            return;
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

    private static void copies(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Tensor whole = Runs.forward(mixer, c.input());
        Steps original = halfWay(c, mixer);
        Steps other = new Steps(
                mixer, c.sequences("other", c.spec().inputWidth()), original.state.copy(), Workspace.threads(1));
        System.arraycopy(original.taken, 0, other.taken, 0, other.taken.length);
        Steps same = new Steps(mixer, c.input(), original.state.copy(), Workspace.threads(1));
        System.arraycopy(original.taken, 0, same.taken, 0, same.taken.length);
        int[] from = original.taken.clone();
        other.takeAll(b -> 2);
        original.takeAll(b -> 1);
        same.takeAll(b -> 3);
        for (int b = 0; b < c.batch(); b++) {
            int rest = c.lengths().get(b) - from[b];
            Expect.positions(
                    c.spec(),
                    "a state, after steps with other values on its copy",
                    whole,
                    b,
                    from[b],
                    original.out,
                    b,
                    from[b],
                    rest,
                    "the copy shares an array with the original");
            Expect.positions(
                    c.spec(),
                    "a copy, after steps on its original",
                    whole,
                    b,
                    from[b],
                    same.out,
                    b,
                    from[b],
                    rest,
                    "the copy shares an array with the original, or does not stand where it did");
        }
    }

    private static void rollback(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Tensor whole = Runs.forward(mixer, c.input());
        Steps steps = halfWay(c, mixer);
        int[] from = steps.taken.clone();
        Sequences wrong = c.scaled(2 * c.scale()).sequences("wrong", c.spec().inputWidth());
        Steps astray = new Steps(mixer, wrong, steps.state, Workspace.threads(1));
        System.arraycopy(from, 0, astray.taken, 0, from.length);
        astray.takeAll(b -> 2);
        for (int b = 0; b < c.batch(); b++) {
            steps.state.rollback(b, astray.taken[b] - from[b]);
            Expect.equal((long) from[b], steps.state.position(b), "position of sequence " + b + " after the roll-back");
        }
        steps.takeAll(b -> 1);
        Expect.same(
                c.spec(),
                "wrong positions taken and rolled back, then the right ones, against the whole sequence",
                whole,
                steps.out,
                "rows that were written by what was taken back are still read, or older ones are lost");
    }

    private static void tooFar(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps steps = halfWay(c, mixer);
        int b = c.random("which").nextInt(c.batch());
        int past = (int) Math.min(steps.state.capacity(), steps.state.position(b)) + 1;
        for (int count : new int[] {past, -1}) {
            String done = "roll-back of sequence " + b + " at position " + steps.taken[b] + " by " + count;
            Expect.refused(StateExhaustedException.class, done, () -> steps.state.rollback(b, count));
            Expect.refused(
                    StateExhaustedException.class, done + ", with all others", () -> steps.state.rollback(count));
            for (int s = 0; s < c.batch(); s++) {
                Expect.equal(
                        (long) steps.taken[s],
                        steps.state.position(s),
                        done + ": position of sequence " + s + " afterwards");
            }
        }
        steps.takeAll(s -> 1);
        Expect.same(
                c.spec(),
                "refused roll-backs, then the rest, against the whole sequence",
                Runs.forward(mixer, c.input()),
                steps.out,
                "a refused roll-back changed the state");
    }

    private static void reset(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        Steps used = Steps.of(mixer, c.scaled(3).sequences("earlier", c.spec().inputWidth()))
                .takeAll(b -> 2);
        used.state.reset();
        Steps again = new Steps(mixer, c.input(), used.state, Workspace.threads(1));
        for (int b = 0; b < c.batch(); b++) {
            Expect.equal(0L, used.state.position(b), "position of sequence " + b + " after reset");
        }
        again.takeAll(b -> 2);
        Expect.same(
                c.spec(),
                "a state that was used and reset, against the whole sequence",
                Runs.forward(mixer, c.input()),
                again.out,
                "reset leaves something of the earlier sequences");
    }

    private static void size(LawCase c) {
        Incremental mixer = c.mixer().require(Incremental.class);
        int capacity = 2_000 + c.random("capacity").nextInt(100);
        MixerState[] kept = new MixerState[1];
        long declared = mixer.stateBytes(c.batch(), capacity);
        Allocation allocation = new Allocation();
        long measured = allocation.ofFirstCall(() -> kept[0] = mixer.newState(c.batch(), capacity));
        Expect.equal(
                declared,
                kept[0].bytes(),
                "bytes() of newState(" + c.batch() + ", " + capacity + "), against stateBytes(…)");
        Workspace[] workspace = new Workspace[1];
        long around = 2_000 + 200L * c.batch() + 2 * allocation.ofFirstCall(() -> workspace[0] = Workspace.create());
        Expect.that(
                measured <= declared + declared / 8 + around && measured >= declared - declared / 8 - around,
                "newState(" + c.batch() + ", " + capacity + ") allocates " + measured + " bytes, stateBytes(…) says "
                        + declared);
    }
}
