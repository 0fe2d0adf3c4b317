package org.attention4j.cnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ReceptiveField;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;

/** Outputs and gradients against the formula in float64, and what follows from the formula. */
class ConvolutionReferenceTest {
    /** Of what the terms of a sum come to, whatever cancels: sixteen roundings; one of 130 · 19 terms is hundreds of times as much. */
    private static final double TOLERANCE = 1e-6;

    @Provide
    Arbitrary<ConvolutionCase> cases() {
        return ConvolutionCase.any();
    }

    @Property(tries = 150)
    void outputsAndGradientsAreTheFormula(@ForAll("cases") ConvolutionCase c) {
        Convolution convolution = c.convolution();
        Sequences in = c.input();
        Tensor out = c.newOutput();
        Gradients gradients = Gradients.zeros(convolution.spec(), in);
        convolution.backward(convolution.record(in, out), c.cotangent(), gradients);
        NaiveConvolution expected = new NaiveConvolution(c, convolution.parameters(), in, c.cotangent());
        NaiveConvolution terms = NaiveConvolution.ofMagnitudes(c, convolution.parameters(), in, c.cotangent());
        NamedTensors parameters = gradients.parameters();
        assertClose("output", expected.out, terms.out, out);
        assertClose(
                "gradient of input", expected.dIn, terms.dIn, gradients.input().orElseThrow());
        assertClose("gradient of weight", expected.dWeight, terms.dWeight, parameters.get("weight"));
        if (c.bias()) {
            assertClose("gradient of bias", expected.dBias, terms.dBias, parameters.get("bias"));
        }
    }

    private static void assertClose(String what, double[] expected, double[] terms, Tensor actual) {
        double error = NaiveConvolution.error(expected, terms, actual);
        assertTrue(error <= TOLERANCE, () -> what + " is off by " + error);
    }

    /** Far outliers show whether an input matters; nothing else is within reach of them. */
    @Property(tries = 100)
    void theReceptiveFieldIsExact(@ForAll("cases") ConvolutionCase c) {
        Convolution convolution = c.convolution();
        Sequences in = c.input();
        Tensor before = c.newOutput();
        convolution.forward(in, before);
        int changed = in.length(0) / 2;
        if (in.length(0) > 0) {
            in.tensor().slice(0).range(changed, changed + 1).fill(1e4f);
        }
        Tensor after = c.newOutput();
        convolution.forward(in, after);
        for (int t = 0; t < in.length(0); t++) {
            boolean reads = false;
            for (int k = 0; k < c.kernel(); k++) {
                reads |= t + c.shift(k) == changed;
            }
            for (int o = 0; o < c.out(); o++) {
                if (reads) {
                    assertNotEquals(before.get(0, t, o), after.get(0, t, o), "output " + t);
                } else {
                    assertEquals(before.get(0, t, o), after.get(0, t, o), "output " + t);
                }
            }
        }
        ReceptiveField field = convolution.spec().receptiveField().orElseThrow();
        assertEquals(new ReceptiveField(-c.shift(0), c.shift(c.kernel() - 1)), field);
    }

    @Property(tries = 60)
    void aOneHotKernelShifts(@ForAll("cases") ConvolutionCase c, @ForAll long any) {
        int hot = (int) Math.floorMod(any, (long) c.kernel());
        int width = c.in();
        ConvolutionCase depthwise = new ConvolutionCase(
                new ConvolutionCase.Layout(width, 1, 1),
                c.kernel(),
                c.dilation(),
                c.causal(),
                false,
                c.lengths(),
                c.seed());
        Convolution convolution = depthwise.convolution().withParameters((parameter, target) -> {
            for (int channel = 0; channel < width; channel++) {
                target.set(1, channel, 0, hot);
            }
        });
        Sequences in = depthwise.input();
        Tensor out = depthwise.newOutput();
        convolution.forward(in, out);
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                int from = t + depthwise.shift(hot);
                float expected = from >= 0 && from < in.length(b) ? in.tensor().get(b, from, width - 1) : 0;
                assertTrue(expected == out.get(b, t, width - 1), "output " + t);
            }
        }
    }

    @Property(tries = 60)
    void dilationIsAZeroStuffedKernel(@ForAll("cases") ConvolutionCase c) {
        Convolution dilated = c.convolution();
        NamedTensors parameters = dilated.parameters();
        Tensor weight = parameters.get("weight");
        Convolution stuffed = Convolution.of(
                c.config()
                        .with(Convolution.KERNEL, c.dilation() * (c.kernel() - 1) + 1)
                        .with(Convolution.DILATION, 1),
                (parameter, target) -> {
                    if (parameter.name().equals("bias")) {
                        target.copyFrom(parameters.get("bias"));
                        return;
                    }
                    for (int o = 0; o < weight.extent(0); o++) {
                        for (int i = 0; i < weight.extent(1); i++) {
                            for (int k = 0; k < weight.extent(2); k++) {
                                target.set(weight.get(o, i, k), o, i, k * c.dilation());
                            }
                        }
                    }
                });
        Tensor expected = c.newOutput();
        Tensor actual = c.newOutput();
        stuffed.forward(c.input(), expected);
        dilated.forward(c.input(), actual);
        for (int i = 0; i < expected.size(); i++) {
            assertTrue(expected.toArray()[i] == actual.toArray()[i], "element " + i); // −0 may have become 0
        }
    }

    /** Depthwise weights written as a dense matrix of which most is zero. */
    @Property(tries = 60)
    void groupsAreADenseKernelWithZeros(@ForAll("cases") ConvolutionCase c) {
        Convolution grouped = c.convolution();
        NamedTensors parameters = grouped.parameters();
        Tensor weight = parameters.get("weight");
        MixerConfig config = c.config().with(Convolution.GROUPS, 1);
        Convolution dense = Convolution.of(config, (parameter, target) -> {
            if (parameter.name().equals("bias")) {
                target.copyFrom(parameters.get("bias"));
                return;
            }
            for (int o = 0; o < c.out(); o++) {
                int first = o / c.layout().out() * c.layout().in();
                for (int i = 0; i < c.layout().in(); i++) {
                    for (int k = 0; k < c.kernel(); k++) {
                        target.set(weight.get(o, i, k), o, first + i, k);
                    }
                }
            }
        });
        Tensor expected = c.newOutput();
        Tensor actual = c.newOutput();
        dense.forward(c.input(), expected);
        grouped.forward(c.input(), actual);
        float[] one = expected.toArray();
        float[] other = actual.toArray();
        for (int i = 0; i < one.length; i++) {
            assertTrue(one[i] == other[i], "element " + i);
        }
    }

    @Property(tries = 10)
    void newParametersTakeEffect(@ForAll("cases") ConvolutionCase c) {
        NamedTensors other = c.convolution().parameters();
        other.forEach((name, tensor) -> tensor.fill(0.5f));
        Convolution changed = c.convolution().withParameters(ParameterSource.of(other));
        Tensor out = c.newOutput();
        changed.forward(c.input(), out);
        NaiveConvolution expected = new NaiveConvolution(c, other, c.input(), c.cotangent());
        NaiveConvolution terms = NaiveConvolution.ofMagnitudes(c, other, c.input(), c.cotangent());
        assertClose("output", expected.out, terms.out, out);
        assertEquals(
                List.copyOf(other.names()), List.copyOf(changed.parameters().names()));
    }
}
