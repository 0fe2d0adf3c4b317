package org.attention4j.tests.laws;

import java.util.Arrays;
import org.attention4j.api.Incremental;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.Violation;

/**
 * How far steps may be off the whole sequence where states round what they keep by a share ε: {@value #ALLOWED} times what the whole sequence's
 * outputs change by where its inputs and parameters are off by ε at random, in the run of several that changes them most.
 *
 * <p>Numbers that a state keeps are functions of inputs and parameters, so that this moves each of them, and independently of the others, as
 * inputs of other positions do. A key W x + b is off by ε max|k| at most, rounded, and by a random number of the deviation
 * ε √((Σ W² max|x|² + Σ W² x² + b²) / 3) ≥ ε |k| / √(3 (D + 1)) here, by Cauchy and Schwarz; as large as ε |k| where the terms of the
 * product do not cancel. What follows (scores, softmax, projections, whatever cancels in them) is the same for both. Of some 250,000 outputs of
 * attention with 16- and 8-bit states, 10⁻⁴ were off by more than the largest change of 32 runs, and none by twice that; the chance that the
 * largest of 32 is below a quarter of what it is mostly is that of {@link FormulaTolerance}, 10⁻¹² or less.
 */
final class StateTolerance {
    private static final double ALLOWED = 8;
    private static final int FEW = 4;
    private static final int MANY = 32;

    private final LawCase c;
    private final double bound;
    private final Moved moved;
    private final Incremental mixer;
    private final Sequences in;
    private final int width;
    private final float[] whole;
    /** Of each position of each sequence. */
    private final double[] tolerance;

    StateTolerance(LawCase c) {
        this.c = c;
        bound = c.spec().exactness().bound();
        moved = new Moved(c, bound, c.random("rounding of states"));
        mixer = c.mixer().require(Incremental.class);
        in = c.input();
        width = c.spec().outputWidth();
        whole = Runs.forward(mixer, in).toArray();
        tolerance = new double[in.batch() * in.time()];
    }

    /** Steps, one position at a time, and compares. */
    void compare(String done, String cause) {
        Tensor out = Steps.of(mixer, in).takeAll(b -> 1).out;
        float[] steps = out.toArray();
        runs(FEW);
        if (firstBeyond(steps) >= 0) {
            runs(MANY - FEW);
        }
        int at = firstBeyond(steps);
        if (at >= 0) {
            throw new Violation(done + ": element " + Expect.index(out, at) + " differs: expected "
                    + Expect.bits(whole[at]) + ", got " + Expect.bits(steps[at]) + ", allowed " + tolerance[at / width]
                    + ", as states round by " + bound + "\n  cause?   " + cause);
        }
    }

    private int firstBeyond(float[] steps) {
        for (int i = 0; i < steps.length; i++) {
            if (steps[i] != whole[i] && !(Math.abs((double) steps[i] - whole[i]) <= tolerance[i / width])) {
                return i;
            }
        }
        return -1;
    }

    private void runs(int count) {
        for (int n = 0; n < count; n++) {
            float[] other = Runs.forward(moved.mixer(), movedInput()).toArray();
            for (int i = 0; i < whole.length; i++) {
                double change = Math.abs((double) other[i] - whole[i]);
                tolerance[i / width] = Math.max(tolerance[i / width], ALLOWED * change);
            }
        }
    }

    private Sequences movedInput() {
        float[] x = in.tensor().toArray();
        int row = c.spec().inputWidth();
        for (int at = 0; at < x.length; at += row) {
            float largest = 0;
            for (int d = 0; d < row; d++) {
                largest = Math.max(largest, Math.abs(x[at + d]));
            }
            moved.numbers(x, at, row, largest);
        }
        return Sequences.of(Tensor.of(x, in.tensor().shape().extents()), Arrays.copyOf(in.lengths(), in.batch()));
    }
}
