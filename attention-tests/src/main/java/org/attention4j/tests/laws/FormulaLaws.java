package org.attention4j.tests.laws;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;
import org.attention4j.tests.Tally;
import org.attention4j.tests.formulas.Formula;
import org.attention4j.tests.formulas.Formulas;

/** That a kind of which the kit knows the formula computes it. */
public final class FormulaLaws {
    private static final String LEFT_OUT =
            "sequences, in which a rounding may turn a choice of keys or change outputs by an "
                    + "eighth, or a product may overflow in float32";

    private FormulaLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(Law.counting(
                        Law.Group.EVERY_MIXER,
                        "equals-the-formula",
                        "outputs are those of the kind's formula in float64, up to rounding",
                        "the order and sizes of parameters, heads and gates; off-by-one of masks; the scale",
                        FormulaLaws::equalsTheFormula)
                .when("one whose formula the kit knows", spec -> Formulas.of(spec)
                        .isPresent()));
    }

    private static Tally equalsTheFormula(LawCase c) {
        Formula formula = Formulas.of(c.spec()).orElseThrow();
        Sequences in = c.input();
        SequenceMixer mixer = c.mixer();
        Tensor out = Runs.forward(mixer, in);
        Map<String, double[]> parameters = new LinkedHashMap<>();
        mixer.parameters().forEach((name, tensor) -> parameters.put(name, doubles(tensor)));
        SplittableRandom random = c.random("rounding");
        int compared = 0;
        int leftOut = 0;
        for (int b = 0; b < c.batch(); b++) {
            if (in.length(b) > 0) {
                boolean sure = new FormulaTolerance(formula, c, parameters, rows(in, b), random).compare(out, b);
                compared += sure ? 1 : 0;
                leftOut += sure ? 0 : 1;
            }
        }
        return new Tally(compared, leftOut, LEFT_OUT);
    }

    private static double[][] rows(Sequences in, int b) {
        double[][] rows = new double[in.length(b)][];
        for (int t = 0; t < rows.length; t++) {
            rows[t] = doubles(in.tensor().slice(b).slice(t));
        }
        return rows;
    }

    private static double[] doubles(Tensor tensor) {
        float[] values = tensor.toArray();
        double[] wide = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
