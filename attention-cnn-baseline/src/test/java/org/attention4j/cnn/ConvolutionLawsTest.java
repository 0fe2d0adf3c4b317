package org.attention4j.cnn;

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
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;

/** Different ways to the same result, compared bit for bit. */
class ConvolutionLawsTest {
    @Provide
    Arbitrary<ConvolutionCase> cases() {
        return ConvolutionCase.any();
    }

    @Provide
    Arbitrary<ConvolutionCase> causal() {
        return ConvolutionCase.causalOnes();
    }

    /** Everything that a convolution computes. */
    private record Results(Tensor out, Gradients gradients) {
        static Results of(Convolution convolution, ConvolutionCase c, int threads) {
            Results results = new Results(c.newOutput(), Gradients.zeros(convolution.spec(), c.input()));
            try (Workspace workspace = Workspace.threads(threads)) {
                convolution.backward(
                        convolution.record(c.input(), results.out, workspace),
                        c.cotangent(),
                        results.gradients,
                        workspace);
            }
            return results;
        }

        void assertSame(Results other) {
            assertTrue(out.sameBits(other.out), "output");
            assertTrue(
                    gradients
                            .input()
                            .orElseThrow()
                            .sameBits(other.gradients.input().orElseThrow()),
                    "gradient of input");
            gradients
                    .parameters()
                    .forEach((name, tensor) -> assertTrue(
                            tensor.sameBits(other.gradients.parameters().get(name)), "gradient of " + name));
        }
    }

    @Provide
    Arbitrary<ConvolutionCase> large() {
        return ConvolutionCase.large();
    }

    @Property(tries = 25)
    void threadsChangeNothing(@ForAll("large") ConvolutionCase c) {
        Convolution convolution = c.convolution();
        Results.of(convolution, c, 1).assertSame(Results.of(convolution, c, 4));
    }

    @Property(tries = 100)
    void scalarAndPreferredKernelsAgree(@ForAll("cases") ConvolutionCase c) {
        Results.of(c.convolution(Kernels.scalar()), c, 1)
                .assertSame(Results.of(c.convolution(Kernels.preferred()), c, 1));
    }

    /** Gradients of parameters: the batch adds what its sequences would add one after the other. */
    @Property(tries = 100)
    void aBatchIsItsSequencesAlone(@ForAll("cases") ConvolutionCase c) {
        Convolution convolution = c.convolution();
        Sequences in = c.input();
        Results batch = Results.of(convolution, c, 1);
        NamedTensors sums = convolution.spec().zeroParameters();
        Tensor expected = Tensor.zeros(c.batch(), c.time(), c.out());
        Tensor expectedGradient = Tensor.zeros(c.batch(), c.time(), c.in());
        for (int b = 0; b < c.batch(); b++) {
            int length = in.length(b);
            Sequences alone = Sequences.of(ConvolutionCase.copyOf(in.tensor(), b, 0, length));
            Tensor out = Tensor.zeros(1, length, c.out());
            Tensor dIn = Tensor.zeros(1, length, c.in());
            Tensor dOut = ConvolutionCase.copyOf(c.cotangent(), b, 0, length);
            Gradients gradients = Gradients.none().withInput(dIn).withParameters(sums);
            convolution.backward(convolution.record(alone, out), dOut, gradients);
            expected.slice(b).range(0, length).copyFrom(out.slice(0));
            expectedGradient.slice(b).range(0, length).copyFrom(dIn.slice(0));
        }
        assertTrue(expected.sameBits(batch.out), "outputs, and zeros at padding");
        assertTrue(expectedGradient.sameBits(batch.gradients.input().orElseThrow()), "gradient of input");
        sums.forEach((name, tensor) ->
                assertTrue(tensor.sameBits(batch.gradients.parameters().get(name)), "gradient of " + name));
    }

    /** Each sequence takes its positions in chunks of its own, with copies, rollbacks and saves between them. */
    @Property(tries = 100)
    void chunksAreTheWhole(@ForAll("causal") ConvolutionCase c, @ForAll long cuts) throws IOException {
        Convolution convolution = c.convolution();
        Sequences in = c.input();
        Tensor whole = c.newOutput();
        convolution.forward(in, whole);
        Random random = new Random(cuts);
        MixerState state = convolution.newState(c.batch(), 1 + random.nextInt(5));
        assertEquals(convolution.stateBytes(c.batch(), state.capacity()), state.bytes());
        int longest = 1 + random.nextInt(c.time());
        for (int tries = 0; tries < 3000 && !finished(state, in); tries++) {
            takeChunk(convolution, in, whole, state, random, longest);
            MixerState copy = state.copy();
            state.rollback(random.nextInt(1 + leastTaken(state)));
            takeChunk(convolution, in, whole, state, random, longest);
            state = random.nextBoolean() ? copy : convolution.loadState(Channels.newChannel(saved(copy)));
        }
        assertTrue(finished(state, in));
    }

    private static boolean finished(MixerState state, Sequences in) {
        boolean finished = true;
        for (int b = 0; b < state.batch(); b++) {
            finished &= state.position(b) == in.length(b);
        }
        return finished;
    }

    private static int leastTaken(MixerState state) {
        long least = state.capacity();
        for (int b = 0; b < state.batch(); b++) {
            least = Math.min(least, state.position(b));
        }
        return (int) least;
    }

    private static ByteArrayInputStream saved(MixerState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.save(Channels.newChannel(bytes));
        return new ByteArrayInputStream(bytes.toByteArray());
    }

    /** Steps by up to {@code longest} positions a sequence and checks the outputs. */
    private static void takeChunk(
            Convolution convolution, Sequences in, Tensor whole, MixerState state, Random random, int longest) {
        int time = random.nextInt(longest + 1);
        int[] done = new int[in.batch()];
        int[] lengths = new int[in.batch()];
        Tensor x = Tensor.zeros(in.batch(), time, in.width());
        x.fill(Float.NaN);
        for (int b = 0; b < lengths.length; b++) {
            done[b] = (int) state.position(b);
            lengths[b] = Math.min(random.nextInt(time + 1), in.length(b) - done[b]);
            x.slice(b).range(0, lengths[b]).copyFrom(in.tensor().slice(b).range(done[b], done[b] + lengths[b]));
        }
        int width = convolution.spec().outputWidth();
        Tensor out = Tensor.zeros(in.batch(), time, width);
        out.fill(Float.NaN);
        convolution.step(Sequences.of(x, lengths), state, out);
        for (int b = 0; b < lengths.length; b++) {
            float[] expected = new float[time * width];
            whole.slice(b).read((long) done[b] * width, expected, 0, lengths[b] * width);
            assertArrayEquals(expected, out.slice(b).toArray(), "sequence " + b + " from " + done[b]);
            assertEquals(done[b] + lengths[b], state.position(b));
        }
    }
}
