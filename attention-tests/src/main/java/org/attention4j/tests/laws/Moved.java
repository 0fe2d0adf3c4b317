package org.attention4j.tests.laws;

import java.util.SplittableRandom;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Tensor;
import org.attention4j.tests.LawCase;

/**
 * What a case is made of, with each number off by a share of it at random: what comes out then shows how far roundings carry.
 *
 * @param c the case
 * @param share the most that a number is off, relative to itself
 * @param random says by how much each is
 */
record Moved(LawCase c, double share, SplittableRandom random) {
    /** The case's mixer with moved parameters, new ones each time. */
    SequenceMixer mixer() {
        ParameterSource given = c.parameters("parameters");
        return c.provider().create(c.config(), (parameter, target) -> {
            given.fill(parameter, target);
            target.copyFrom(tensor(target));
        });
    }

    /** A copy. */
    Tensor tensor(Tensor of) {
        float[] values = of.toArray();
        numbers(values, 0, values.length, 0);
        return Tensor.of(values, of.shape().extents());
    }

    /** Moves numbers by their share of themselves, or of a larger one. */
    void numbers(float[] values, int at, int count, float largest) {
        for (int i = at; i < at + count; i++) {
            values[i] += (float) (share * random.nextDouble(-1, 1) * Math.max(largest, Math.abs(values[i])));
        }
    }
}
