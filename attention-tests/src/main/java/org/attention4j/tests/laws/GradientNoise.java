package org.attention4j.tests.laws;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.tests.LawCase;

/**
 * How far roundings carry in gradients: {@value #ALLOWED} times what an element changes by where inputs, parameters and the cotangent are moved
 * by about a unit in the last place, in the run of {@value #RUNS} that changes it most. A gradient may be what is left where large terms cancel,
 * as that of a score whose key has nearly all the weight, w (dw − Σ w dw), so that its own size does not say.
 *
 * <p>Not every run meets a rounding that differs, but the chance that none of so many does is small where one may be seen at all.
 */
final class GradientNoise {
    private static final double ALLOWED = 16;
    private static final int RUNS = 32;
    private static final double LAST_PLACE = 0x1p-23;

    private final LawCase c;
    private final Sequences in;
    private final Tensor dOut;
    private final Gradients gradients;
    private final Moved moved;
    private final List<Gradients> others = new ArrayList<>();

    /** Of the gradients that a cotangent gave. */
    GradientNoise(LawCase c, Sequences in, Tensor dOut, Gradients gradients) {
        this.c = c;
        this.in = in;
        this.dOut = dOut;
        this.gradients = gradients;
        moved = new Moved(c, LAST_PLACE, c.random("rounding of gradients"));
    }

    /** That of the input's gradient; no more runs are made than show that it is as large as asked for. */
    double ofInput(double asked) {
        return of(gradients.input().orElseThrow(), other -> other.input().orElseThrow(), asked);
    }

    /** That of a parameter's gradient, likewise. */
    double ofParameter(String name, double asked) {
        return of(gradients.parameters().get(name), other -> other.parameters().get(name), asked);
    }

    private double of(Tensor gradient, Function<Gradients, Tensor> same, double asked) {
        double noise = 0;
        for (int n = 0; n < RUNS && noise < asked; n++) {
            noise = Math.max(
                    noise,
                    ALLOWED * change(gradient.toArray(), same.apply(run(n)).toArray()));
        }
        return noise;
    }

    private static double change(float[] here, float[] there) {
        double change = 0;
        for (int i = 0; i < here.length; i++) {
            change = Math.max(change, Math.abs((double) here[i] - there[i]));
        }
        return change;
    }

    private Gradients run(int n) {
        if (n == others.size()) {
            Differentiable mixer = moved.mixer().require(Differentiable.class);
            Sequences input = Sequences.of(moved.tensor(in.tensor()), in.lengths());
            others.add(GradientLaws.gradients(c, mixer, input, moved.tensor(dOut), 1));
        }
        return others.get(n);
    }
}
