package org.attention4j.cnn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Poolings against those of PyTorch, ties, numbers that are none, and what is refused. */
class PoolingTest {
    /** Of values up to 45. */
    private static final float TOLERANCE = 5e-6f;

    /** Five positions of three channels, with equal maxima. */
    private static final float[] X = {1, -2, 3, 1, 0, 3, -4, 0, 2, 5, -1, 3, 5, -7, -3};

    /** The outputs, and the gradients by a cotangent of 1, 2, …, of {@code max_pool1d}, {@code avg_pool1d}, {@code cumsum} and {@code mean}, and the outputs of {@code cummax}, whose gradients there go to the last of equal ones. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            3 | max | false | false | 1 0 3 1 0 3 5 0 3 5 0 3 5 -1 3 | 5 0 9 0 15 9 0 11 0 30 14 27 0 0 0
            3 | mean | false | false | 1 -1 3 -0.6666667 -0.6666667 2.6666667 0.6666667 -0.3333333 2.6666667 2 -2.6666667 0.6666667 5 -4 0 \
              | 1.8333334 2.6666665 3.5 4.1666665 5.333333 6.5 7 8 9 12.166666 13.333334 14.5 9.833333 10.666667 11.5
            3 | mean | true | false | 0.6666667 -0.6666667 2 -0.6666667 -0.6666667 2.6666667 0.6666667 -0.3333333 2.6666667 2 -2.6666667 0.6666667 3.3333333 -2.6666667 0 \
              | 1.6666667 2.3333333 3 4 5 6 7 8 9 10 11 12 7.6666667 8.3333333 9
            2 | max | false | true | 1 -2 3 1 0 3 1 0 3 5 0 3 5 -1 3 | 5 2 9 7 13 9 0 11 0 23 14 27 0 0 0
            4 | mean | true | true | 0.25 -0.5 0.75 0.5 -0.5 1.5 -0.5 -0.5 2 0.75 -0.75 2.75 1.75 -2 1.25 \
              | 5.5 6.5 7.5 8.5 9.5 10.5 7.5 8.25 9 5.75 6.25 6.75 3.25 3.5 3.75
            0 | max | false | true | 1 -2 3 1 0 3 1 0 3 5 0 3 5 0 3 | 12 2 45 0 38 0 0 0 0 23 0 0 0 0 0
            0 | mean | false | true | 1 -2 3 1 -1 3 -0.6666667 -0.6666667 2.6666667 0.75 -0.75 2.75 1.6 -2 1.6 \
              | 10.433333 12.716667 15 9.433333 10.716667 12 7.4333334 8.2166667 9 5.1 5.55 6 2.6 2.8 3
            0 | max | false | false | 5 0 3 5 0 3 5 0 3 5 0 3 5 0 3 | 0 0 45 0 40 0 0 0 0 35 0 0 0 0 0
            0 | mean | false | false | 1.6 -2 1.6 1.6 -2 1.6 1.6 -2 1.6 1.6 -2 1.6 1.6 -2 1.6 | 7 8 9 7 8 9 7 8 9 7 8 9 7 8 9
            """)
    void equalsPyTorch(int kernel, String pool, boolean padding, boolean causal, String outputs, String gradient) {
        Pooling mixer = Pooling.of(MixerConfig.width(3)
                .with("kernel", kernel)
                .with("pool", pool)
                .with("count-padding", padding)
                .with("causal", causal));
        Sequences in = Sequences.of(Tensor.of(X.clone(), 1, 5, 3));
        Tensor out = Tensor.zeros(1, 5, 3);
        Recording recording = mixer.record(in, out);
        assertArrayEquals(numbers(outputs), out.toArray(), TOLERANCE);
        Tensor cotangent = Tensor.zeros(1, 5, 3);
        for (int i = 0; i < 15; i++) {
            cotangent.array()[i] = i + 1;
        }
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        mixer.backward(recording, cotangent, gradients);
        assertArrayEquals(numbers(gradient), gradients.input().orElseThrow().toArray(), TOLERANCE);
    }

    private static float[] numbers(String text) {
        String[] words = text.strip().split(" +");
        float[] numbers = new float[words.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Float.parseFloat(words[i]);
        }
        return numbers;
    }

    @Test
    void theFirstNanIsTheMaximumOfItsWindow() {
        Pooling mixer = Pooling.of(MixerConfig.width(1).with("kernel", 3));
        Sequences in = Sequences.of(Tensor.of(new float[] {9, Float.NaN, 1, Float.NaN, 2, 3, 4}, 1, 7, 1));
        Tensor out = Tensor.zeros(1, 7, 1);
        Recording recording = mixer.record(in, out);
        float nan = Float.NaN;
        assertArrayEquals(new float[] {9, nan, nan, nan, nan, nan, 4}, out.toArray());
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        Tensor ones = Tensor.zeros(1, 7, 1);
        ones.fill(1);
        mixer.backward(recording, ones, gradients);
        assertArrayEquals(
                new float[] {1, 3, 0, 2, 0, 0, 1},
                gradients.input().orElseThrow().toArray());
    }

    @Test
    void whatWouldDoNothingOrCannotGoOnIsRefused() {
        MixerConfig config = MixerConfig.width(3).with("count-padding", true);
        for (MixerConfig refused :
                new MixerConfig[] {config, config.with("pool", "mean").with("kernel", 0)}) {
            String says = assertThrows(BadConfigurationException.class, () -> Pooling.of(refused))
                    .getMessage();
            assertTrue(says.contains("count-padding=true") || says.contains("'count-padding'"), says);
            assertTrue(says.contains("needs pool=mean and a kernel above 0, were pool="), says);
        }
        Pooling centred = Pooling.of(MixerConfig.width(3).with("causal", false));
        assertEquals(
                "pooling does not support incremental: needs causal=true, was false",
                assertThrows(UnsupportedCapabilityException.class, () -> centred.newState(1, 1))
                        .getMessage());
    }
}
