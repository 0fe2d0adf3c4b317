package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;

/** Different ways to the same result, compared bit for bit. */
class LstmLawsTest {
    @Provide
    Arbitrary<LstmCase> cases() {
        return LstmCase.any();
    }

    @Provide
    Arbitrary<LstmCase> unidirectional() {
        return LstmCase.unidirectional();
    }

    /** Everything that an LSTM computes. */
    private record Results(Tensor out, NamedTensors last, Gradients gradients) {
        static Results of(Lstm lstm, LstmCase c, int threads) {
            return of(lstm, c.input(), c.hidden(5), cotangent(c), c.hidden(8), threads);
        }

        static Results of(Lstm lstm, Sequences in, NamedTensors initial, Tensor dOut, NamedTensors dLast, int threads) {
            Results results = new Results(
                    Tensor.zeros(in.batch(), in.time(), lstm.spec().outputWidth()),
                    lstm.newHidden(in.batch()),
                    Gradients.zeros(lstm.spec(), in).withInitial(lstm.newHidden(in.batch())));
            try (Workspace workspace = Workspace.threads(threads)) {
                Recording recording = lstm.record(in, initial, results.out, results.last, workspace);
                lstm.backward(recording, dOut, dLast, results.gradients, workspace);
            }
            return results;
        }

        void assertSame(Results other) {
            assertTrue(out.sameBits(other.out), "output");
            LstmLawsTest.assertSame("last", last, other.last);
            assertTrue(
                    gradients
                            .input()
                            .orElseThrow()
                            .sameBits(other.gradients.input().orElseThrow()),
                    "gradient of input");
            LstmLawsTest.assertSame(
                    "gradient of initial",
                    gradients.initial().orElseThrow(),
                    other.gradients.initial().orElseThrow());
            LstmLawsTest.assertSame("gradient of", gradients.parameters(), other.gradients.parameters());
        }
    }

    private static void assertSame(String what, NamedTensors expected, NamedTensors actual) {
        expected.forEach((name, tensor) -> assertTrue(tensor.sameBits(actual.get(name)), what + " " + name));
    }

    private static Tensor cotangent(LstmCase c) {
        return c.random(7, c.batch(), c.time(), c.directions() * c.hidden());
    }

    @Provide
    Arbitrary<LstmCase> large() {
        return LstmCase.large();
    }

    @Property(tries = 25)
    void threadsChangeNothing(@ForAll("large") LstmCase c) {
        Lstm lstm = c.lstm();
        Results.of(lstm, c, 1).assertSame(Results.of(lstm, c, 4));
    }

    @Provide
    Arbitrary<LstmCase> wide() {
        return LstmCase.wide();
    }

    @Property(tries = 30)
    void threadsThatShareASequenceChangeNothing(@ForAll("wide") LstmCase c) {
        Lstm lstm = c.lstm();
        Results one = Results.of(lstm, c, 1);
        one.assertSame(Results.of(lstm, c, 4));
        one.assertSame(Results.of(lstm, c, 13));
        Tensor out = c.newOutput();
        NamedTensors last = lstm.newHidden(c.batch());
        try (Workspace workspace = Workspace.threads(6)) {
            lstm.forward(c.input(), c.hidden(5), out, last, workspace);
        }
        assertTrue(one.out.sameBits(out), "output without a recording");
        assertSame("last without a recording", one.last, last);
    }

    /** In two chunks, into a state that keeps less than a chunk, with a rollback as far as it may go. */
    @Property(tries = 30)
    void threadsThatShareAChunkLeaveTheSameState(@ForAll("wide") LstmCase c, @ForAll long seed) {
        LstmCase one = new LstmCase(c.width(), c.hidden(), c.bias(), false, c.lengths(), c.padding(), c.seed());
        Lstm lstm = one.lstm();
        int capacity = 1 + new Random(seed).nextInt(6);
        MixerState expected = lstm.newState(one.hidden(5), capacity);
        MixerState actual = lstm.newState(one.hidden(5), capacity);
        Sequences x = Sequences.of(one.random(9, one.batch(), 1, one.width()));
        for (int chunk = 0; chunk < 2; chunk++) {
            assertSteps(one, lstm, one.input(), expected, actual);
            int back = leastTaken(expected, capacity);
            expected.rollback(back);
            actual.rollback(back);
            assertSteps(one, lstm, x, expected, actual);
        }
    }

    private static void assertSteps(LstmCase c, Lstm lstm, Sequences x, MixerState expected, MixerState actual) {
        Tensor outOfOne = Tensor.zeros(x.batch(), x.time(), c.hidden());
        Tensor outOfFour = Tensor.zeros(x.batch(), x.time(), c.hidden());
        try (Workspace four = Workspace.threads(4)) {
            lstm.step(x, expected, outOfOne, Workspace.threads(1));
            lstm.step(x, actual, outOfFour, four);
        }
        assertTrue(outOfOne.sameBits(outOfFour), "output");
        for (int b = 0; b < c.batch(); b++) {
            assertEquals(expected.position(b), actual.position(b));
        }
    }

    @Property(tries = 100)
    void scalarAndPreferredKernelsAgree(@ForAll("cases") LstmCase c) {
        Results.of(c.lstm(Kernels.scalar()), c, 1).assertSame(Results.of(c.lstm(Kernels.preferred()), c, 1));
    }

    @Property(tries = 100)
    void recordingChangesNothing(@ForAll("cases") LstmCase c) {
        Lstm lstm = c.lstm();
        Tensor out = c.newOutput();
        NamedTensors hidden = c.hidden(5);
        try (Workspace workspace = Workspace.threads(1)) {
            lstm.forward(c.input(), hidden, out, hidden, workspace);
        }
        Results recorded = Results.of(lstm, c, 1);
        assertTrue(recorded.out.sameBits(out), "output");
        assertSame("last, written over the initial", recorded.last, hidden);
    }

    /** Gradients of parameters: the batch adds what its sequences would add one after the other. */
    @Property(tries = 100)
    void aBatchIsItsSequencesAlone(@ForAll("cases") LstmCase c) {
        Lstm lstm = c.lstm();
        Sequences in = c.input();
        Results batch = Results.of(lstm, c, 1);
        NamedTensors sums = lstm.spec().zeroParameters();
        Tensor expected = Tensor.zeros(c.batch(), c.time(), c.directions() * c.hidden());
        for (int b = 0; b < c.batch(); b++) {
            Sequences alone = LstmCase.alone(in, b);
            NamedTensors initial = LstmCase.hiddenOf(c.hidden(5), b);
            NamedTensors last = lstm.newHidden(1);
            Tensor out = Tensor.zeros(1, in.length(b), c.directions() * c.hidden());
            Gradients gradients = Gradients.none()
                    .withInput(Tensor.zeros(1, in.length(b), c.width()))
                    .withInitial(lstm.newHidden(1))
                    .withParameters(sums);
            try (Workspace workspace = Workspace.threads(1)) {
                Recording recording = lstm.record(alone, initial, out, last, workspace);
                Tensor dOut = LstmCase.copyOf(cotangent(c), b, 0, in.length(b));
                lstm.backward(recording, dOut, LstmCase.hiddenOf(c.hidden(8), b), gradients, workspace);
            }
            expected.slice(b).range(0, in.length(b)).copyFrom(out.slice(0));
            assertSame("last of " + b, last, LstmCase.hiddenOf(batch.last, b));
            assertSame(
                    "gradient of initial of " + b,
                    gradients.initial().orElseThrow(),
                    LstmCase.hiddenOf(batch.gradients.initial().orElseThrow(), b));
            Tensor dIn = LstmCase.copyOf(batch.gradients.input().orElseThrow(), b, 0, in.length(b));
            assertTrue(gradients.input().orElseThrow().sameBits(dIn), "gradient of input " + b);
        }
        assertTrue(expected.sameBits(batch.out), "outputs, and zeros at padding");
        assertSame("gradient of", sums, batch.gradients.parameters());
    }

    @Property(tries = 100)
    void aSecondDirectionIsTheReversedSequence(@ForAll("unidirectional") LstmCase c) {
        LstmCase both = new LstmCase(c.width(), c.hidden(), c.bias(), true, c.lengths(), c.padding(), c.seed());
        Lstm bidirectional = both.lstm();
        Lstm forward = c.lstm()
                .withParameters((parameter, target) ->
                        target.copyFrom(bidirectional.parameters().get(parameter.name())));
        Lstm reverse = c.lstm()
                .withParameters((parameter, target) ->
                        target.copyFrom(bidirectional.parameters().get(parameter.name() + "_reverse")));
        Sequences in = c.input();
        Tensor ahead = c.newOutput();
        Tensor back = c.newOutput();
        Tensor out = both.newOutput();
        forward.forward(in, ahead);
        reverse.forward(reversed(in), back);
        bidirectional.forward(in, out);
        Tensor backInOrder = reversed(Sequences.of(back, in.lengths())).tensor();
        for (int b = 0; b < c.batch(); b++) {
            for (int t = 0; t < c.time(); t++) {
                for (int j = 0; j < c.hidden(); j++) {
                    assertEquals(ahead.get(b, t, j), out.get(b, t, j));
                    assertEquals(backInOrder.get(b, t, j), out.get(b, t, c.hidden() + j));
                }
            }
        }
    }

    /** Each sequence back to front by its own length, padding in place. */
    private static Sequences reversed(Sequences in) {
        Tensor to = in.tensor().copy();
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                Tensor row = to.slice(b).range(t, t + 1);
                row.copyFrom(in.tensor().slice(b).range(in.length(b) - 1 - t, in.length(b) - t));
            }
        }
        return Sequences.of(to, in.lengths());
    }

    /** Each sequence takes its positions in chunks of its own, with copies, rollbacks and saves between them. */
    @Property(tries = 100)
    void chunksAreTheWhole(@ForAll("unidirectional") LstmCase c, @ForAll long cuts) throws IOException {
        Lstm lstm = c.lstm();
        Sequences in = c.input();
        Tensor whole = c.newOutput();
        lstm.forward(in, c.hidden(5), whole, lstm.newHidden(c.batch()), Workspace.threads(1));
        Random random = new Random(cuts);
        MixerState state = lstm.newState(c.hidden(5), 1 + random.nextInt(3));
        int[] done = new int[c.batch()];
        for (int tries = 0; tries < 200 && !finished(done, in); tries++) {
            takeChunk(lstm, in, whole, state, done, random);
            MixerState copy = state.copy();
            int back = random.nextInt(1 + leastTaken(state, copy.capacity()));
            state.rollback(back);
            takeChunk(lstm, in, whole, state, minus(done, back), random);
            state = random.nextBoolean() ? copy : lstm.loadState(Channels.newChannel(saved(copy)));
        }
        assertTrue(finished(done, in));
        MixerState again = lstm.newState(c.hidden(5), state.capacity());
        lstm.step(in, again, c.newOutput());
        Tensor x = c.random(9, c.batch(), 1, c.width());
        Tensor expected = Tensor.zeros(c.batch(), 1, c.hidden());
        Tensor actual = Tensor.zeros(c.batch(), 1, c.hidden());
        lstm.step(Sequences.of(x), again, expected);
        lstm.step(Sequences.of(x), state, actual);
        assertTrue(expected.sameBits(actual), "the step after the last");
        assertEquals(lstm.stateBytes(c.batch(), state.capacity()), state.bytes());
    }

    private static boolean finished(int[] done, Sequences in) {
        boolean finished = true;
        for (int b = 0; b < done.length; b++) {
            finished &= done[b] == in.length(b);
        }
        return finished;
    }

    private static int leastTaken(MixerState state, int most) {
        long least = most;
        for (int b = 0; b < state.batch(); b++) {
            least = Math.min(least, state.position(b));
        }
        return (int) least;
    }

    private static int[] minus(int[] done, int back) {
        int[] less = done.clone();
        for (int b = 0; b < less.length; b++) {
            less[b] -= back;
        }
        return less;
    }

    private static ByteArrayInputStream saved(MixerState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.save(Channels.newChannel(bytes));
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    /** Steps by up to 4 positions a sequence and checks the outputs; {@code done} moves on. */
    private static void takeChunk(Lstm lstm, Sequences in, Tensor whole, MixerState state, int[] done, Random random) {
        int time = random.nextInt(5);
        int[] lengths = new int[in.batch()];
        Tensor x = Tensor.zeros(in.batch(), time, in.width());
        x.fill(Float.NaN);
        for (int b = 0; b < lengths.length; b++) {
            lengths[b] = Math.min(random.nextInt(time + 1), in.length(b) - done[b]);
            x.slice(b).range(0, lengths[b]).copyFrom(in.tensor().slice(b).range(done[b], done[b] + lengths[b]));
        }
        Tensor out = Tensor.zeros(in.batch(), time, lstm.spec().outputWidth());
        out.fill(Float.NaN);
        lstm.step(Sequences.of(x, lengths), state, out);
        for (int b = 0; b < lengths.length; b++) {
            float[] expected = new float[time * lstm.spec().outputWidth()];
            int count = lengths[b] * lstm.spec().outputWidth();
            whole.slice(b).read((long) done[b] * lstm.spec().outputWidth(), expected, 0, count);
            assertArrayEquals(expected, out.slice(b).toArray(), "sequence " + b + " from " + done[b]);
            done[b] += lengths[b];
        }
    }
}
