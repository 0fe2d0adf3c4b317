package org.attention4j.tests.mutants;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.formulas.Formula;
import org.attention4j.tests.formulas.Formulas;

/** Computes a formula, perhaps with a changed configuration and changed parameters. */
record FormulaMixer(
        MixerSpec spec,
        NamedTensors parameters,
        Formula formula,
        UnaryOperator<MixerConfig> config,
        UnaryOperator<Map<String, double[]>> misread)
        implements SequenceMixer {
    /**
     * A kind that has a formula.
     *
     * @param id of the kind
     * @param options some of its options
     * @param parameters declares the kind's parameters
     */
    record Subject(String id, OptionSchema options, BiConsumer<MixerSpec.Builder, MixerConfig> parameters) {
        private MixerKind kind() {
            return new MixerKind(id, MixerFamily.OTHER, "Computes a formula.", options, Set.of());
        }

        private MixerSpec spec(MixerConfig given) {
            MixerSpec.Builder spec = MixerSpec.of(kind(), given);
            parameters.accept(spec, spec.config());
            return spec.build();
        }

        /** Mixers that compute what another kind does, or the same, with another configuration and parameters. */
        MixerProvider computing(
                String other, UnaryOperator<MixerConfig> config, UnaryOperator<Map<String, double[]>> misread) {
            Subject taken = new Subject(other, options, parameters);
            return computing(spec -> taken.formula(spec.config()), config, misread);
        }

        /** Mixers that compute a formula in another way. */
        MixerProvider computing(UnaryOperator<Formula> defect) {
            return computing(
                    spec -> defect.apply(formula(spec.config())), UnaryOperator.identity(), UnaryOperator.identity());
        }

        private Formula formula(MixerConfig config) {
            return Formulas.of(spec(config)).orElseThrow();
        }

        private MixerProvider computing(
                Function<MixerSpec, Formula> formula,
                UnaryOperator<MixerConfig> config,
                UnaryOperator<Map<String, double[]>> misread) {
            return new MixerProvider() {
                @Override
                public MixerKind kind() {
                    return Subject.this.kind();
                }

                @Override
                public MixerSpec spec(MixerConfig given) {
                    return Subject.this.spec(given);
                }

                @Override
                public SequenceMixer create(MixerConfig given, ParameterSource source) {
                    MixerSpec spec = spec(given);
                    return new FormulaMixer(spec, spec.newParameters(source), formula.apply(spec), config, misread);
                }
            };
        }
    }

    @Override
    public SequenceMixer withParameters(ParameterSource source) {
        return new FormulaMixer(spec, spec.newParameters(source), formula, config, misread);
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        Map<String, double[]> numbers = new LinkedHashMap<>();
        parameters.forEach((name, tensor) -> numbers.put(name, doubles(tensor)));
        out.fill(0);
        for (int b = 0; b < in.batch(); b++) {
            double[][] x = new double[in.length(b)][];
            for (int t = 0; t < x.length; t++) {
                x[t] = doubles(in.tensor().slice(b).slice(t));
            }
            double[][] y = formula.outputs(config.apply(spec.config()), misread.apply(numbers), x, exact -> exact);
            for (int t = 0; t < x.length; t++) {
                for (int d = 0; d < y[t].length; d++) {
                    out.set((float) y[t][d], b, t, d);
                }
            }
        }
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
