package org.attention4j.tests.mutants;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.formulas.Formulas;

/** Mixers that compute the formula of another configuration, or with parameters that are misread. */
final class FormulaMutants {
    private static final String LAW = "equals-the-formula";
    private static final String SAYS = "against the formula in float64";

    /** Two heads over one or two key heads, with every option that hides keys or changes scores. */
    private static final OptionSchema OPTIONS = OptionSchema.of(
            Option.integer("heads", 2, 2, 2, "Heads."),
            Option.integer("key-value-heads", 1, 2, 2, "Heads of keys and values."),
            Option.integer("head-width", 4, 8, 4, "E."),
            Option.integer("value-head-width", 1, 8, 2, "E'."),
            Option.flag("causal", false, "No later keys."),
            Option.integer("window", 0, 64, 0, "Keys a query sees."),
            Option.integer("window-ahead", 0, 64, 0, "Keys after it."),
            Option.integer("chunk", 0, 64, 0, "Positions of a chunk."),
            Option.integer("prefix", 0, 64, 0, "Keys that all see."),
            Option.integer("dilation", 1, 64, 1, "Distance of keys."),
            Option.integer("global-tokens", 0, 64, 0, "Positions that see all."),
            Option.decimal("scale", 0, 4, 0, "Of scores."),
            Option.decimal("soft-cap", 0, 4, 0, "Of scores."),
            Option.choice("position-bias", List.of("none", "alibi", "t5"), "none", "By distance."),
            Option.integer("buckets", 8, 8, 8, "Of t5."),
            Option.integer("max-distance", 16, 16, 16, "Of t5."),
            Option.choice("sink", List.of("none", "learned", "off-by-one"), "none", "Without a value."),
            Option.choice("query-key-norm", List.of("none", "rms", "layer"), "none", "Of heads."),
            Option.flag("gate", false, "Of heads."),
            Option.choice("rotary", List.of("none", "half", "interleaved"), "none", "Pairs."),
            Option.integer("rotary-width", 4, 4, 4, "R."),
            Option.choice("rotary-scaling", List.of("none", "linear", "yarn"), "none", "Of angles."),
            Option.decimal("rotary-factor", 2, 4, 2, "Of angles."));

    private FormulaMutants() {}

    /** Computes with a changed configuration and changed parameters. */
    private record FormulaMixer(
            MixerSpec spec,
            NamedTensors parameters,
            UnaryOperator<MixerConfig> config,
            UnaryOperator<Map<String, double[]>> misread)
            implements SequenceMixer {
        @Override
        public SequenceMixer withParameters(ParameterSource source) {
            return new FormulaMixer(spec, spec.newParameters(source), config, misread);
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
                double[][] y = Formulas.of(spec)
                        .orElseThrow()
                        .outputs(config.apply(spec.config()), misread.apply(numbers), x, exact -> exact);
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

    private static MixerProvider attention(
            UnaryOperator<MixerConfig> config, UnaryOperator<Map<String, double[]>> misread) {
        MixerKind kind =
                new MixerKind("multi-head-attention", MixerFamily.SOFTMAX_ATTENTION, "Attention", OPTIONS, Set.of());
        return new MixerProvider() {
            @Override
            public MixerKind kind() {
                return kind;
            }

            @Override
            public MixerSpec spec(MixerConfig given) {
                MixerSpec.Builder spec = MixerSpec.of(kind, given);
                int width = given.width();
                int keyHeads = number(spec.config(), "key-value-heads");
                int keys = number(spec.config(), "head-width");
                int values = number(spec.config(), "value-head-width");
                int rows = 2 * keys + keyHeads * (keys + values);
                return spec.parameter("in_proj_weight", InitialValue.uniform(1), rows, width)
                        .parameter("in_proj_bias", InitialValue.uniform(1), rows)
                        .parameter("relative_attention_bias.weight", InitialValue.uniform(1), 8, 2)
                        .parameter("q_norm.weight", InitialValue.uniform(1), keys)
                        .parameter("q_norm.bias", InitialValue.uniform(1), keys)
                        .parameter("k_norm.weight", InitialValue.uniform(1), keys)
                        .parameter("k_norm.bias", InitialValue.uniform(1), keys)
                        .parameter("gate.weight", InitialValue.uniform(1), 2, width)
                        .parameter("sinks", InitialValue.uniform(1), 2)
                        .parameter("out_proj.weight", InitialValue.uniform(1), width, 2 * values)
                        .parameter("out_proj.bias", InitialValue.uniform(1), width)
                        .heads(2)
                        .build();
            }

            @Override
            public SequenceMixer create(MixerConfig given, ParameterSource source) {
                MixerSpec spec = spec(given);
                return new FormulaMixer(spec, spec.newParameters(source), config, misread);
            }
        };
    }

    private static int number(MixerConfig config, String option) {
        return config.options().get(option) instanceof Integer value ? value : 0;
    }

    /** One more of what an option counts, where it is set. */
    private static Mutant oneMore(String option, int unset) {
        return new Mutant(
                LAW,
                SAYS,
                attention(
                        config -> number(config, option) == unset
                                ? config
                                : config.with(option, number(config, option) + 1),
                        parameters -> parameters));
    }

    /** One choice in the place of another. */
    private static Mutant mistaken(String option, Object given, Object taken) {
        return new Mutant(
                LAW,
                SAYS,
                attention(
                        config -> given.equals(config.options().get(option)) ? config.with(option, taken) : config,
                        parameters -> parameters));
    }

    private static Mutant misread(String parameter) {
        return new Mutant(LAW, SAYS, attention(config -> config, parameters -> reversed(parameters, parameter)));
    }

    /** The elements of a parameter from the last to the first. */
    private static Map<String, double[]> reversed(Map<String, double[]> parameters, String name) {
        Map<String, double[]> changed = new LinkedHashMap<>(parameters);
        double[] right = parameters.get(name);
        double[] wrong = new double[right.length];
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = right[right.length - 1 - i];
        }
        changed.put(name, wrong);
        return changed;
    }

    static List<Mutant> all() {
        return List.of(
                oneMore("window", 0),
                oneMore("window-ahead", 0),
                oneMore("chunk", 0),
                oneMore("prefix", 0),
                oneMore("dilation", 1),
                oneMore("global-tokens", 0),
                mistaken("causal", true, false),
                mistaken("position-bias", "alibi", "none"),
                mistaken("position-bias", "t5", "none"),
                mistaken("sink", "off-by-one", "none"),
                mistaken("sink", "learned", "off-by-one"),
                mistaken("query-key-norm", "layer", "rms"),
                mistaken("rotary", "half", "none"),
                mistaken("rotary", "interleaved", "half"),
                mistaken("rotary-scaling", "linear", "none"),
                mistaken("rotary-scaling", "yarn", "linear"),
                misread("gate.weight"),
                misread("k_norm.weight"),
                misread("in_proj_weight"),
                misread("sinks"),
                misread("relative_attention_bias.weight"));
    }
}
