package org.attention4j.cnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;

/** Gates against their formula in float64, on sums that the plain convolution makes; and the same bits from both kernels. */
class GatedConvolutionTest {
    /** Of values around 1 to 10. */
    private static final double TOLERANCE = 1e-5;

    @Provide
    Arbitrary<ConvolutionCase> cases() {
        return ConvolutionCase.any();
    }

    @Provide
    Arbitrary<String> gates() {
        return Arbitraries.of("separate", "tanh", "self");
    }

    private static MixerConfig config(ConvolutionCase c, String gate) {
        MixerConfig config = c.config().with(GatedConvolution.GATE, gate.equals("self") ? "self" : "separate");
        return gate.equals("tanh") ? config.with(GatedConvolution.ACTIVATION, "tanh") : config;
    }

    private static ParameterSource parameters(ConvolutionCase c, String gate) {
        NamedTensors drawn = GatedConvolutionProvider.specOf(config(c, gate)).zeroParameters();
        int salt = 5;
        for (String name : drawn.names()) {
            drawn.get(name).copyFrom(c.random(salt++, drawn.get(name).shape().extents()));
        }
        return ParameterSource.of(drawn);
    }

    /** What the plain convolution makes of the parameters under a prefix. */
    private static Tensor sums(ConvolutionCase c, GatedConvolution mixer, String prefix) {
        NamedTensors plain = ConvolutionProvider.specOf(c.config()).zeroParameters();
        plain.forEach((name, tensor) -> tensor.copyFrom(mixer.parameters().get(prefix + name)));
        Tensor sums = c.newOutput();
        Convolution.of(c.config(), ParameterSource.of(plain)).forward(c.input(), sums);
        return sums;
    }

    @Property(tries = 50)
    void aSeparateGateIsAConvolutionOfItsOwn(@ForAll("cases") ConvolutionCase c) {
        GatedConvolution mixer = GatedConvolution.of(config(c, "separate"), parameters(c, "separate"));
        Tensor out = c.newOutput();
        mixer.forward(c.input(), out);
        Tensor values = sums(c, mixer, "");
        Tensor gates = sums(c, mixer, "gate.");
        for (int i = 0; i < out.size(); i++) {
            double expected = values.array()[i] / (1 + Math.exp(-gates.array()[i]));
            assertClose(expected, out.array()[i]);
        }
    }

    @Property(tries = 50)
    void sumsAreHyperbolicTangentsWhereThatIsAskedFor(@ForAll("cases") ConvolutionCase c) {
        GatedConvolution mixer = GatedConvolution.of(config(c, "tanh"), parameters(c, "tanh"));
        Tensor out = c.newOutput();
        mixer.forward(c.input(), out);
        Tensor values = sums(c, mixer, "");
        Tensor gates = sums(c, mixer, "gate.");
        for (int i = 0; i < out.size(); i++) {
            assertClose(Math.tanh(values.array()[i]) / (1 + Math.exp(-gates.array()[i])), out.array()[i]);
        }
        BadConfigurationException refused = assertThrows(
                BadConfigurationException.class,
                () -> GatedConvolutionProvider.specOf(config(c, "self").with(GatedConvolution.ACTIVATION, "tanh")));
        assertTrue(refused.getMessage().contains("tanh: must be linear with gate=self"), refused.getMessage());
    }

    @Property(tries = 50)
    void aSumThatIsItsOwnGateIsSilu(@ForAll("cases") ConvolutionCase c) {
        GatedConvolution mixer = GatedConvolution.of(config(c, "self"), parameters(c, "self"));
        Tensor out = c.newOutput();
        mixer.forward(c.input(), out);
        Tensor values = sums(c, mixer, "");
        for (int i = 0; i < out.size(); i++) {
            double z = values.array()[i];
            assertClose(z / (1 + Math.exp(-z)), out.array()[i]);
        }
    }

    private static void assertClose(double expected, float got) {
        assertTrue(Math.abs(expected - got) <= TOLERANCE * (1 + Math.abs(expected)), () -> expected + " is " + got);
    }

    @Property(tries = 50)
    void scalarAndVectorKernelsAgreeBitForBit(@ForAll("cases") ConvolutionCase c, @ForAll("gates") String gate) {
        Sequences in = c.input();
        Tensor scalarOut = c.newOutput();
        Tensor vectorOut = c.newOutput();
        Gradients scalar = gradients(
                GatedConvolution.of(config(c, gate), parameters(c, gate), Kernels.scalar()), c, in, scalarOut);
        Gradients vector = gradients(
                GatedConvolution.of(config(c, gate), parameters(c, gate), Kernels.preferred()), c, in, vectorOut);
        assertTrue(scalarOut.sameBits(vectorOut));
        assertTrue(scalar.input().orElseThrow().sameBits(vector.input().orElseThrow()));
        scalar.parameters()
                .forEach((name, tensor) ->
                        assertTrue(tensor.sameBits(vector.parameters().get(name)), name));
    }

    private static Gradients gradients(GatedConvolution mixer, ConvolutionCase c, Sequences in, Tensor out) {
        Recording recording = mixer.record(in, out);
        int kept = mixer.spec().config().get(GatedConvolution.GATE).equals("separate") ? 2 : 1;
        assertEquals(kept * out.size() * Float.BYTES, recording.bytes());
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        mixer.backward(recording, c.cotangent(), gradients);
        return gradients;
    }
}
