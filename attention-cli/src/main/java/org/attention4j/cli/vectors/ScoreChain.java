package org.attention4j.cli.vectors;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.variant.ScoreModifier;

/** Modifications of scores, one after the other. */
record ScoreChain(List<ScoreModifier> steps) implements ScoreModifier {
    ScoreChain {
        steps = List.copyOf(steps);
    }

    /** c · tanh(s / c), where it does not come first: there the operator has it as an option. */
    static ScoreModifier softCap(double cap) {
        return new ScoreModifier() {
            @Override
            public float modify(float score, int batch, int head, int query, int key) {
                return (float) (cap * Math.tanh(score / cap));
            }

            @Override
            public float derivative(float score, int batch, int head, int query, int key) {
                double tanh = Math.tanh(score / cap);
                return (float) (1 - tanh * tanh);
            }
        };
    }

    /** The same with one step more. */
    ScoreChain and(ScoreModifier step) {
        List<ScoreModifier> more = new ArrayList<>(steps);
        more.add(step);
        return new ScoreChain(more);
    }

    @Override
    public float modify(float score, int batch, int head, int query, int key) {
        float modified = score;
        for (ScoreModifier step : steps) {
            modified = step.modify(modified, batch, head, query, key);
        }
        return modified;
    }

    @Override
    public float derivative(float score, int batch, int head, int query, int key) {
        return derivativeFrom(0, score, batch, head, query, key);
    }

    /** By what goes into a step, at the place of a score that goes into the first one. */
    float derivativeFrom(int first, float score, int batch, int head, int query, int key) {
        float product = 1;
        float modified = score;
        for (int n = 0; n < steps.size(); n++) {
            ScoreModifier step = steps.get(n);
            product *= n < first ? 1 : step.derivative(modified, batch, head, query, key);
            modified = step.modify(modified, batch, head, query, key);
        }
        return product;
    }
}
