package org.attention4j.cli.vectors;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.SplittableRandom;
import org.attention4j.api.Gradients;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Tensor;
import org.junit.jupiter.api.Test;

/** Strides and paddings that no case of the suites has, against the definition. */
class PaddedConvolutionTest {
    private static final int TRIES = 200;

    private static Tensor random(SplittableRandom random, int... extents) {
        Tensor tensor = Tensor.zeros(extents);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.array()[i] = (float) random.nextDouble(-1, 1);
        }
        return tensor;
    }

    private static double dot(Tensor x, Tensor y) {
        assertEquals(x.shape(), y.shape());
        double sum = 0;
        for (int i = 0; i < x.size(); i++) {
            sum += (double) x.array()[i] * y.array()[i];
        }
        return sum;
    }

    /** One output by the definition; a position outside counts as 0. */
    private static double at(Tensor x, Tensor weight, PaddedConvolution.Placing placing, int b, int o, int i) {
        int inner = weight.extent(1);
        int first = o / (weight.extent(0) * inner / x.extent(1)) * inner;
        double sum = 0;
        for (int c = 0; c < inner; c++) {
            for (int k = 0; k < placing.kernel(); k++) {
                int t = i * placing.stride() + k * placing.dilation() - placing.before();
                sum += t < 0 || t >= x.extent(2) ? 0 : (double) weight.get(o, c, k) * x.get(b, first + c, t);
            }
        }
        return sum;
    }

    @Test
    void everyPlacingIsAsDefined() throws UnsupportedCaseException {
        Mixers mixers = Mixers.load();
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < TRIES; i++) {
            PaddedConvolution.Placing placing = new PaddedConvolution.Placing(
                    random.nextInt(1, 6),
                    random.nextInt(9),
                    random.nextInt(9),
                    random.nextInt(1, 4),
                    random.nextInt(1, 4));
            int groups = random.nextInt(1, 3);
            Tensor weight = random(random, 2 * groups, random.nextInt(1, 3), placing.kernel());
            Tensor x = random(random, 2, groups * weight.extent(1), random.nextInt(1, 12));
            PaddedConvolution.Pass pass =
                    new PaddedConvolution(mixers, NamedTensors.of(Map.of("weight", weight)), groups, placing)
                    .new Pass(x);
            Tensor out = pass.out();
            for (int b = 0; b < 2; b++) {
                for (int o = 0; o < out.extent(1); o++) {
                    for (int t = 0; t < out.extent(2); t++) {
                        assertEquals(at(x, weight, placing, b, o, t), out.get(b, o, t), 1e-5, placing.toString());
                    }
                }
            }
            // y is linear in x and in the weight, so both gradients give back the sum they belong to
            Tensor dOut = random(random, out.shape().extents());
            Gradients gradients = pass.backward(dOut);
            double sum = dot(dOut, out);
            assertEquals(sum, dot(gradients.input().orElseThrow(), x), 1e-4, placing.toString());
            assertEquals(sum, dot(gradients.parameters().get("weight"), weight), 1e-4, placing.toString());
        }
    }

    @Test
    void outputsAreAsManyAsOnnxSays() {
        assertEquals(5, new PaddedConvolution.Placing(3, 0, 0, 2, 1).outputs(11));
        assertEquals(0, new PaddedConvolution.Placing(5, 1, 0, 3, 2).outputs(4));
        assertEquals(0, new PaddedConvolution.Placing(9, 0, 0, 4, 1).outputs(1));
    }
}
