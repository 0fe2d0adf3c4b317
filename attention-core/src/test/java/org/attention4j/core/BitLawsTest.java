package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerState;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** Different ways to the same result, compared bit for bit. */
class BitLawsTest {
    @Provide
    Arbitrary<MixerCase> cases() {
        return MixerCase.any();
    }

    @Provide
    Arbitrary<MixerCase> incremental() {
        return MixerCase.incremental();
    }

    private static Tensor forward(ProjectedAttention mixer, MixerCase c, Sequences in, int threads) {
        Tensor out = c.output(in);
        try (Workspace workspace = Workspace.threads(threads)) {
            mixer.forward(in, out, workspace);
        }
        return out;
    }

    @Property(tries = 60)
    void aloneInABatchAndPadded(@ForAll("cases") MixerCase c, @ForAll boolean threads) {
        ProjectedAttention mixer = c.mixer();
        Tensor out = forward(mixer, c, c.input(), threads ? 4 : 1);
        Tensor padded = forward(mixer, c, c.input(3), 1);
        for (int b = 0; b < c.batch(); b++) {
            int length = c.lengths().get(b);
            Tensor alone = forward(mixer, c, c.alone(b), 1);
            assertSame("alone", alone.slice(0), out.slice(b).range(0, length));
            assertSame("padded", alone.slice(0), padded.slice(b).range(0, length));
            for (float x : padded.slice(b).range(length, c.time() + 3).toArray()) {
                assertEquals(0f, x, "padding");
            }
        }
    }

    @Property(tries = 40)
    void everyWayOfAWholePass(@ForAll("cases") MixerCase c) {
        ProjectedAttention mixer = c.mixer();
        Sequences in = c.input(1);
        Tensor out = forward(mixer, c, in, 1);
        assertSame("scalar kernels", out, forward(c.scalarMixer(), c, in, 1));
        Tensor crossed = c.output(in);
        Sequences context = Sequences.of(in.tensor().copy(), in.lengths());
        try (Workspace workspace = Workspace.threads(2)) {
            mixer.forward(in, context, crossed, workspace);
            assertSame("the input as its own context", out, crossed);
            Tensor recorded = c.output(in);
            mixer.record(in, recorded, workspace);
            assertSame("recorded", out, recorded);
        }
    }

    @Property(tries = 40)
    void gradientsOnAnyNumberOfThreads(@ForAll("cases") MixerCase c) {
        Gradients one = gradients(c.mixer(), c, 1);
        Gradients four = gradients(c.mixer(), c, 4);
        Gradients scalar = gradients(c.scalarMixer(), c, 1);
        assertSame("input", one.input().orElseThrow(), four.input().orElseThrow());
        assertSame("input, scalar", one.input().orElseThrow(), scalar.input().orElseThrow());
        one.parameters().forEach((name, tensor) -> {
            assertSame(name, tensor, four.parameters().get(name));
            assertSame(name + ", scalar", tensor, scalar.parameters().get(name));
        });
    }

    /** Of a cotangent that is NaN at padding. */
    private static Gradients gradients(ProjectedAttention mixer, MixerCase c, int threads) {
        Sequences in = c.input(2);
        Tensor out = c.output(in);
        Tensor dOut = Values.random(c.seed() + 9, out.shape().extents());
        for (int b = 0; b < c.batch(); b++) {
            dOut.slice(b).range(in.length(b), in.time()).fill(Float.NaN);
        }
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        try (Workspace workspace = Workspace.threads(threads)) {
            Recording recording = mixer.record(in, out, workspace);
            mixer.backward(recording, dOut, gradients, workspace);
        }
        return gradients;
    }

    @Property(tries = 60)
    void anyChunks(@ForAll("incremental") MixerCase c, @ForAll long cuts, @ForAll boolean single) {
        ProjectedAttention mixer = c.mixer();
        Sequences in = c.input();
        Tensor whole = forward(mixer, c, in, 1);
        Random random = new Random(cuts);
        MixerState state = mixer.newState(c.batch(), c.time() + 1);
        assertEquals(mixer.stateBytes(c.batch(), c.time() + 1), state.bytes());
        for (boolean more = true; more; ) {
            more = step(mixer, c, in, state, whole, single ? 1 : 1 + random.nextInt(40), random);
        }
        for (int b = 0; b < c.batch(); b++) {
            assertEquals(in.length(b), state.position(b));
        }
    }

    /** Each sequence takes up to {@code most} positions; false when all are done. */
    private static boolean step(
            ProjectedAttention mixer,
            MixerCase c,
            Sequences in,
            MixerState state,
            Tensor whole,
            int most,
            Random random) {
        int[] counts = new int[c.batch()];
        boolean more = false;
        for (int b = 0; b < counts.length; b++) {
            int left = (int) (in.length(b) - state.position(b));
            counts[b] = Math.min(left, most == 1 ? 1 : random.nextInt(most + 1));
            more |= left > 0;
        }
        Tensor chunk = Tensor.zeros(c.batch(), most, c.width());
        chunk.fill(Float.NaN);
        int[] from = new int[counts.length];
        for (int b = 0; b < counts.length; b++) {
            from[b] = (int) state.position(b);
            chunk.slice(b).range(0, counts[b]).copyFrom(in.tensor().slice(b).range(from[b], from[b] + counts[b]));
        }
        Sequences taken = Sequences.of(chunk, counts);
        Tensor out = c.output(taken);
        mixer.step(taken, state, out);
        for (int b = 0; b < counts.length; b++) {
            Tensor expected = whole.slice(b).range(from[b], from[b] + counts[b]);
            assertSame("chunk", expected, out.slice(b).range(0, counts[b]));
        }
        return more;
    }

    @Property(tries = 30)
    void savedCopiedAndRolledBack(@ForAll("incremental") MixerCase c) throws IOException {
        ProjectedAttention mixer = c.mixer();
        Sequences in = c.input();
        MixerState state = mixer.newState(c.batch(), c.time() + 1);
        mixer.step(in, state, c.output(in));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        state.save(Channels.newChannel(file));
        MixerState copy = state.copy();
        MixerState loaded = mixer.loadState(Channels.newChannel(new ByteArrayInputStream(file.toByteArray())));
        Sequences next = Sequences.of(Values.random(c.seed() + 77, c.batch(), 1, c.width()));
        Tensor expected = c.output(next);
        mixer.step(next, state, expected);
        state.rollback(1);
        Tensor again = c.output(next);
        mixer.step(next, state, again);
        assertSame("rolled back", expected, again);
        state.reset();
        Sequences others = Sequences.of(Values.random(c.seed() + 78, c.batch(), c.time(), c.width()), in.lengths());
        mixer.step(others, state, c.output(others));
        for (MixerState other : new MixerState[] {copy, loaded}) {
            Tensor out = c.output(next);
            mixer.step(next, other, out);
            assertSame("continued", expected, out);
            assertEquals(state.bytes(), other.bytes());
        }
        state.reset();
        Tensor fresh = c.output(in);
        mixer.step(in, state, fresh);
        assertSame("from the start", forward(mixer, c, in, 1), fresh);
    }

    @Property(tries = 20)
    void aFullStateIsAsItWas(@ForAll("incremental") MixerCase c) {
        ProjectedAttention mixer = c.mixer();
        Sequences in = c.input();
        int capacity = Math.max(1, c.time());
        MixerState state = mixer.newState(c.batch(), capacity);
        mixer.step(in, state, c.output(in));
        Tensor tooMuch = Values.random(5, c.batch(), capacity + 1, c.width());
        Tensor out = c.output(Sequences.of(tooMuch));
        assertThrows(StateExhaustedException.class, () -> mixer.step(Sequences.of(tooMuch), state, out));
        for (float x : out.array()) {
            assertEquals(7f, x);
        }
        assertThrows(StateExhaustedException.class, () -> state.rollback(0, in.length(0) + 1));
        for (int b = 0; b < c.batch(); b++) {
            assertEquals(in.length(b), state.position(b));
        }
    }

    @Property(tries = 40)
    void aPrefixAloneIsThePrefix(@ForAll("cases") MixerCase given) {
        MixerCase c = given.asCausal();
        ProjectedAttention mixer = c.mixer();
        Tensor whole = forward(mixer, c, c.alone(0), 1);
        int length = c.lengths().get(0);
        for (int cut : new int[] {length / 2, Math.max(0, length - 1)}) {
            Tensor first = c.alone(0).tensor().slice(0).range(0, cut).reshape(1, cut, c.width());
            Tensor prefix = forward(mixer, c, Sequences.of(first), 1);
            assertSame("prefix", prefix.slice(0), whole.slice(0).range(0, cut));
        }
    }

    @Property(tries = 30)
    void laterPositionsChangeNothingBefore(@ForAll("incremental") MixerCase c) {
        ProjectedAttention mixer = c.mixer();
        Sequences in = c.input();
        Tensor before = forward(mixer, c, in, 1);
        int at = in.length(0) / 2;
        in.tensor().slice(0).range(at, in.length(0)).fill(Float.NaN);
        Tensor after = forward(mixer, c, in, 1);
        assertSame(
                "earlier outputs", before.slice(0).range(0, at), after.slice(0).range(0, at));
        for (float x : after.slice(0).range(at, in.length(0)).toArray()) {
            assertTrue(Float.isNaN(x), "a NaN that is seen is data");
        }
    }
}
