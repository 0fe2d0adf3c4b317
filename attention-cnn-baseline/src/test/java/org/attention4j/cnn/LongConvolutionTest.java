package org.attention4j.cnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Exactness;
import org.attention4j.api.Gradients;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;

/** Blocks of Fourier transforms against the direct form, which is the specification, and the bits that they keep. */
class LongConvolutionTest {
    /** Of outputs around 1, gradients around 10; what a filter of 600 taps adds up has errors of some 1e-6. */
    private static final double TOLERANCE = 1e-5;

    record Case(int width, int kernel, int block, int first, int second, long seed) {
        MixerConfig config(int blockOrDirect) {
            return MixerConfig.width(width)
                    .with(LongConvolution.KERNEL, kernel)
                    .with(LongConvolution.BLOCK, blockOrDirect);
        }

        LongConvolution mixer(int blockOrDirect, Kernels kernels) {
            return LongConvolution.of(config(blockOrDirect), Initializer.seeded(seed), kernels);
        }

        Sequences input() {
            Tensor x = random(1);
            x.slice(0).range(first, x.extent(1)).fill(Float.NaN);
            x.slice(1).range(second, x.extent(1)).fill(Float.NaN);
            return Sequences.of(x, first, second);
        }

        Tensor random(int salt) {
            Tensor tensor = Tensor.zeros(2, Math.max(first, second) + 1, width);
            Random random = new Random(seed + salt);
            for (int i = 0; i < tensor.size(); i++) {
                tensor.array()[i] = (float) random.nextGaussian();
            }
            return tensor;
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Integer> length = Arbitraries.oneOf(
                Arbitraries.integers().between(0, 40), Arbitraries.integers().between(100, 700));
        return Combinators.combine(
                        Arbitraries.of(1, 3, 16, 21, 37),
                        Arbitraries.oneOf(
                                Arbitraries.integers().between(1, 40),
                                Arbitraries.integers().between(41, 600)),
                        Arbitraries.of(1, 2, 4, 8, 32, 128),
                        length,
                        length,
                        Arbitraries.longs())
                .as(Case::new)
                .filter(c -> c.block > 4 || c.kernel < 100);
    }

    private static Gradients gradients(LongConvolution mixer, Case c, Tensor out) {
        Gradients gradients = Gradients.zeros(mixer.spec(), c.input());
        mixer.backward(mixer.record(c.input(), out), c.random(2), gradients);
        return gradients;
    }

    private static void assertClose(String what, Tensor expected, Tensor got) {
        double largest = 1;
        for (float value : expected.toArray()) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.size(); i++) {
            int at = i;
            double difference = Math.abs((double) expected.array()[i] - got.array()[i]);
            double allowed = TOLERANCE * largest;
            assertTrue(
                    difference <= allowed,
                    () -> what + "[" + at + "] is " + got.array()[at] + ", direct " + expected.array()[at]);
        }
    }

    @Property(tries = 60)
    void blocksGiveWhatTheDirectFormGives(@ForAll("cases") Case c) {
        Tensor expected = c.random(3);
        Tensor out = c.random(4);
        Gradients direct = gradients(c.mixer(0, Kernels.preferred()), c, expected);
        Gradients blocks = gradients(c.mixer(c.block, Kernels.preferred()), c, out);
        assertClose("output", expected, out);
        assertClose(
                "gradient of input",
                direct.input().orElseThrow(),
                blocks.input().orElseThrow());
        direct.parameters()
                .forEach((name, tensor) -> assertClose(
                        "gradient of " + name, tensor, blocks.parameters().get(name)));
    }

    @Property(tries = 20)
    void scalarAndVectorKernelsAgreeBitForBit(@ForAll("cases") Case c) {
        Tensor scalarOut = c.random(3);
        Tensor vectorOut = c.random(4);
        Gradients scalar = gradients(c.mixer(c.block, Kernels.scalar()), c, scalarOut);
        Gradients vector = gradients(c.mixer(c.block, Kernels.preferred()), c, vectorOut);
        assertTrue(scalarOut.sameBits(vectorOut));
        assertTrue(scalar.input().orElseThrow().sameBits(vector.input().orElseThrow()));
        scalar.parameters()
                .forEach((name, tensor) ->
                        assertTrue(tensor.sameBits(vector.parameters().get(name)), name));
    }

    /** Not only within the declared bound: blocks are counted from a sequence's first position. */
    @Property(tries = 40)
    void chunksAndRollbacksKeepTheBits(@ForAll("cases") Case c) {
        LongConvolution mixer = c.mixer(c.block, Kernels.preferred());
        Tensor x = c.random(1);
        Tensor whole = Tensor.zeros(x.shape());
        mixer.forward(Sequences.of(x), whole);
        Random random = new Random(c.seed);
        MixerState state = mixer.newState(2, 1000);
        for (int t = 0; t < x.extent(1); ) {
            int count = Math.min(x.extent(1) - t, 1 + random.nextInt(random.nextBoolean() ? 3 : 200));
            Tensor chunk = Tensor.zeros(2, count, c.width);
            Tensor out = Tensor.zeros(2, count, c.width);
            for (int b = 0; b < 2; b++) {
                chunk.slice(b).copyFrom(x.slice(b).range(t, t + count));
            }
            mixer.step(Sequences.of(chunk), state, out);
            for (int b = 0; b < 2; b++) {
                assertTrue(out.slice(b).sameBits(whole.slice(b).range(t, t + count)), "from " + t);
            }
            t += count;
            int back = random.nextInt(3) == 0 ? random.nextInt(Math.min(t, 50) + 1) : 0;
            if (back > 0) {
                Tensor other = Tensor.zeros(2, 1, c.width);
                other.fill(random.nextFloat());
                state.rollback(1);
                mixer.step(Sequences.of(other), state, Tensor.zeros(2, 1, c.width));
                state.rollback(back);
                t -= back;
            }
        }
    }

    @Test
    void exactnessIsDeclaredWhereTransformsAre() {
        MixerConfig config = MixerConfig.width(4);
        assertEquals(
                Exactness.withinSequence(1e-5),
                LongConvolutionProvider.specOf(config).exactness());
        assertEquals(
                Exactness.bits(),
                LongConvolutionProvider.specOf(config.with(LongConvolution.BLOCK, 0))
                        .exactness());
        assertEquals(
                Exactness.bits(),
                LongConvolutionProvider.specOf(config.with(LongConvolution.KERNEL, 63))
                        .exactness());
    }

    @Test
    void blocksArePowersOfTwo() {
        BadConfigurationException refused = assertThrows(
                BadConfigurationException.class,
                () -> LongConvolutionProvider.specOf(MixerConfig.width(4).with(LongConvolution.BLOCK, 48)));
        assertTrue(refused.getMessage().contains("32 and 64"), refused::getMessage);
    }
}
