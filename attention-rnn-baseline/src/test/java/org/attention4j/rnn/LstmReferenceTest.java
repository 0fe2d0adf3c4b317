package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** Outputs, last states and gradients against the formula in float64. */
class LstmReferenceTest {
    /** Of values around 1 after at most 9 steps; a float has 6e-8. */
    private static final double TOLERANCE = 2e-6;

    /** Of a central difference of the float64 formula over ±STEP, relative to gradients around 1. */
    private static final double GRADIENT_TOLERANCE = 2e-4;

    private static final float STEP = 0x1p-10f;

    @Provide
    Arbitrary<LstmCase> cases() {
        return LstmCase.any();
    }

    @Property(tries = 150)
    void outputsAndLastStatesAreTheFormula(@ForAll("cases") LstmCase c) {
        Lstm lstm = c.lstm();
        Sequences in = c.input();
        NamedTensors initial = c.hidden(5);
        NamedTensors last = lstm.newHidden(c.batch());
        Tensor out = c.newOutput();
        try (Workspace workspace = Workspace.threads(1)) {
            lstm.forward(in, initial, out, last, workspace);
        }
        NaiveLstm.Result expected = NaiveLstm.run(c, lstm.parameters(), in, initial);
        assertClose("output", expected.out(), out, TOLERANCE);
        assertClose("last h", expected.h(), last.get("h"), TOLERANCE);
        assertClose("last c", expected.c(), last.get("c"), TOLERANCE);
    }

    @Property(tries = 25)
    void gradientsAreCentralDifferences(@ForAll("cases") LstmCase c) {
        Lstm lstm = c.lstm();
        Sequences in = c.input();
        NamedTensors initial = c.hidden(5);
        Tensor dOut = c.random(7, c.batch(), c.time(), c.directions() * c.hidden());
        NamedTensors dLast = c.hidden(8);
        Gradients gradients = Gradients.zeros(lstm.spec(), in).withInitial(lstm.newHidden(c.batch()));
        try (Workspace workspace = Workspace.threads(1)) {
            Recording recording = lstm.record(in, initial, c.newOutput(), lstm.newHidden(c.batch()), workspace);
            Tensor withNan = dOut.copy();
            fillPadding(in, withNan);
            lstm.backward(recording, withNan, dLast, gradients, workspace);
        }
        Loss loss = new Loss(c, lstm.parameters(), in, initial, dOut, dLast);
        loss.parameters.forEach((name, tensor) ->
                loss.check(name, tensor, gradients.parameters().get(name)));
        loss.check("input", in.tensor(), gradients.input().orElseThrow());
        initial.forEach((name, tensor) -> loss.check(
                "initial " + name, tensor, gradients.initial().orElseThrow().get(name)));
    }

    private static void fillPadding(Sequences in, Tensor dOut) {
        for (int b = 0; b < in.batch(); b++) {
            dOut.slice(b).range(in.length(b), in.time()).fill(Float.NaN);
        }
    }

    /** sum(dOut · out) + sum(dLast · last) in float64, as a function of tensors that are changed in place. */
    private record Loss(
            LstmCase c, NamedTensors parameters, Sequences in, NamedTensors initial, Tensor dOut, NamedTensors dLast) {
        double value() {
            NaiveLstm.Result result = NaiveLstm.run(c, parameters, in, initial);
            return dot(result.out(), dOut) + dot(result.h(), dLast.get("h")) + dot(result.c(), dLast.get("c"));
        }

        private static double dot(double[] values, Tensor cotangent) {
            float[] factors = cotangent.toArray();
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                sum += values[i] * factors[i];
            }
            return sum;
        }

        /** At a few elements, and at all padding: there both are 0. */
        void check(String what, Tensor at, Tensor gradient) {
            float[] values = at.toArray();
            float[] actual = gradient.toArray();
            Random random = new Random(c.seed());
            for (int tried = 0; tried < 6 && values.length > 0; tried++) {
                int i = random.nextInt(values.length);
                double difference = 0;
                if (!Float.isNaN(values[i])) {
                    float up = values[i] + STEP;
                    float down = values[i] - STEP;
                    difference = (valueWith(at, i, up) - valueWith(at, i, down)) / ((double) up - down);
                    at.write(i, values, i, 1);
                }
                double error = Math.abs(actual[i] - difference);
                String message = what + " [" + i + "]: " + actual[i] + ", central difference " + difference;
                assertTrue(error <= GRADIENT_TOLERANCE * (1 + Math.abs(difference)), message);
            }
        }

        private double valueWith(Tensor at, int i, float value) {
            at.write(i, new float[] {value}, 0, 1);
            return value();
        }
    }

    @Property(tries = 20)
    void newParametersAreTheFormulasToo(@ForAll("cases") LstmCase c) {
        Lstm changed =
                c.lstm().withParameters(ParameterSource.of(negated(c.lstm().parameters())));
        Sequences in = c.input();
        NamedTensors zeros = changed.newHidden(c.batch());
        Tensor out = c.newOutput();
        changed.forward(in, out);
        assertClose("output", NaiveLstm.run(c, changed.parameters(), in, zeros).out(), out, TOLERANCE);
    }

    private static NamedTensors negated(NamedTensors parameters) {
        parameters.forEach((name, tensor) -> {
            float[] values = tensor.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] = -values[i];
            }
            tensor.write(0, values, 0, values.length);
        });
        return parameters;
    }

    private static void assertClose(String what, double[] expected, Tensor actual, double tolerance) {
        float[] values = actual.toArray();
        assertEquals(expected.length, values.length, what);
        for (int i = 0; i < values.length; i++) {
            String message = what + " [" + i + "]: " + values[i] + ", expected " + expected[i];
            assertTrue(Math.abs(values[i] - expected[i]) <= tolerance * (1 + Math.abs(expected[i])), message);
        }
    }
}
