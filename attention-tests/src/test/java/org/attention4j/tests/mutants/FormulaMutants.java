package org.attention4j.tests.mutants;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;
import java.util.function.UnaryOperator;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;

/** Mixers that compute the formula of another configuration, or with parameters that are misread. */
final class FormulaMutants {
    static final String LAW = "equals-the-formula";
    static final String SAYS = "against the formula in float64";

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
            Option.choice("rotary-scaling", List.of("none", "linear", "yarn", "longrope"), "none", "Of angles."),
            Option.decimal("rotary-factor", 1, 4, 2, "Of angles."),
            Option.decimals("rotary-short-factor", 0.5, 4, 2, List.of(1.0), "Of angles, where the factor is 1."),
            Option.decimals("rotary-long-factor", 0.5, 4, 2, List.of(1.0), "Of angles, where it is above."),
            Option.flag("rotary-truncate", true, "Whole pairs."));

    /** What a variant of it inherits, as far as it matters here, and two options of variants. */
    private static final OptionSchema VARIANT_OPTIONS = OptionSchema.of(
            Option.integer("heads", 2, 2, 2, "Heads."),
            Option.integer("key-value-heads", 1, 2, 2, "Heads of keys and values."),
            Option.integer("head-width", 4, 8, 4, "E."),
            Option.integer("value-head-width", 1, 8, 2, "E'."),
            Option.flag("causal", false, "No later keys."),
            Option.integer("length", 0, 64, 0, "n."),
            Option.integer("top-k", 1, 64, 2, "k."));

    private static final OptionSchema RELATIVE_OPTIONS = OptionSchema.of(
            Option.integer("heads", 2, 2, 2, "Heads."),
            Option.integer("key-value-heads", 1, 2, 2, "Heads of keys and values."),
            Option.integer("head-width", 4, 8, 4, "E."),
            Option.integer("value-head-width", 1, 8, 2, "E'."),
            Option.flag("causal", false, "No later keys."),
            Option.integer("relative-distance", 2, 4, 2, "L."),
            Option.flag("relative-shared", false, "Of all heads."),
            Option.flag("relative-query", true, "Of keys, too."),
            Option.flag("relative-bias", true, "Numbers."));

    private static final OptionSchema GATE_OPTIONS = OptionSchema.of(
            Option.integer("heads", 2, 2, 2, "Heads."),
            Option.integer("key-value-heads", 1, 2, 2, "Heads of keys and values."),
            Option.integer("head-width", 4, 8, 4, "E."),
            Option.integer("value-head-width", 1, 8, 2, "E'."),
            Option.flag("gate-elementwise", true, "Of each number."));

    private static final OptionSchema CHAIN_OPTIONS = OptionSchema.of(
            Option.integer("heads", 2, 2, 2, "Heads."),
            Option.integer("key-value-heads", 1, 2, 2, "Heads of keys and values."),
            Option.integer("head-width", 4, 8, 4, "E."),
            Option.integer("value-head-width", 1, 8, 2, "E'."),
            Option.choice("query-key-norm", List.of("rms", "layer"), "rms", "Of heads."),
            Option.choice("rotary", List.of("half", "interleaved"), "half", "Pairs."),
            Option.integer("rotary-width", 4, 4, 4, "R."),
            Option.decimal("projection-clip", 0.1, 0.5, 0.2, "Of queries, keys and values."),
            Option.flag("query-key-norm-turned", true, "Behind the turn."),
            Option.decimal("scale-growth", 2, 4, 2, "Of queries."),
            Option.integer("scale-growth-step", 2, 3, 2, "Positions of a factor."),
            Option.integer("scale-growth-first", 0, 1, 0, "Of positions."));

    private static final OptionSchema ROTARY_OPTIONS = OptionSchema.of(
            Option.integer("heads", 2, 2, 2, "Heads."),
            Option.integer("key-value-heads", 1, 2, 2, "Heads of keys and values."),
            Option.integer("head-width", 4, 8, 4, "E."),
            Option.integer("value-head-width", 1, 8, 2, "E'."),
            Option.flag("causal", false, "No later keys."),
            Option.choice("rotary", List.of("half"), "half", "Pairs."),
            Option.integer("rotary-width", 4, 4, 4, "R."));

    private static final OptionSchema LATENT_OPTIONS = OptionSchema.of(
            Option.integer("heads", 2, 2, 2, "Heads."),
            Option.integer("head-width", 1, 8, 4, "E."),
            Option.integer("value-head-width", 1, 8, 2, "E'."),
            Option.integer("latent-width", 2, 8, 4, "L."),
            Option.integer("query-latent-width", 0, 8, 0, "Of queries."),
            Option.integer("rotary-width", 4, 4, 4, "R."),
            Option.choice("rotary", List.of("half", "interleaved"), "interleaved", "Pairs."),
            Option.decimal("latent-norm-epsilon", 1e-12, 1, 1e-6, "Of norms."),
            Option.integer("prefix", 0, 64, 0, "Keys that all see."),
            Option.flag("causal", false, "No later keys."));

    private FormulaMutants() {}

    private static FormulaMixer.Subject variant(String kind, OptionSchema options) {
        return new FormulaMixer.Subject(kind, options, FormulaMutants::declare);
    }

    private static void declare(MixerSpec.Builder spec, MixerConfig config) {
        int width = config.width();
        int keyHeads = number(config, "key-value-heads");
        int keys = number(config, "head-width");
        int values = number(config, "value-head-width");
        int rows = 2 * keys + keyHeads * (keys + values);
        InitialValue initial = InitialValue.uniform(1);
        spec.parameter("in_proj_weight", initial, rows, width)
                .parameter("in_proj_bias", initial, rows)
                .parameter("relative_attention_bias.weight", initial, 8, 2)
                .parameter("q_norm.weight", initial, keys)
                .parameter("q_norm.bias", initial, keys)
                .parameter("k_norm.weight", initial, keys)
                .parameter("k_norm.bias", initial, keys)
                .parameter("gate.weight", initial, 2 * values, width)
                .parameter("sinks", initial, 2)
                .parameter("temperature", new InitialValue.Constant(3), 2)
                .parameter("energy.weight", initial, 2, keys)
                .parameter("out_proj.weight", initial, width, 2 * values)
                .parameter("out_proj.bias", initial, width);
    }

    private static void declareRelative(MixerSpec.Builder spec, MixerConfig config) {
        declare(spec, config);
        int far = number(config, "relative-distance");
        int rows = Boolean.TRUE.equals(config.options().get("causal")) ? far + 1 : 2 * far + 1;
        InitialValue initial = InitialValue.uniform(1);
        spec.parameter("relative_key.weight", initial, 2, rows, number(config, "head-width"))
                .parameter("relative_query.weight", initial, 2, rows, number(config, "head-width"))
                .parameter("relative_bias.weight", initial, 2, rows);
    }

    private static void declareLatent(MixerSpec.Builder spec, MixerConfig config) {
        int width = config.width();
        int latent = number(config, "latent-width");
        int queryLatent = number(config, "query-latent-width");
        int keys = number(config, "head-width");
        int values = number(config, "value-head-width");
        InitialValue initial = InitialValue.uniform(1);
        spec.parameter("kv_a_proj_with_mqa.weight", initial, latent + 4, width)
                .parameter("kv_a_layernorm.weight", initial, latent)
                .parameter("kv_b_proj.weight", initial, 2 * (keys + values), latent)
                .parameter("o_proj.weight", initial, width, 2 * values);
        if (queryLatent == 0) {
            spec.parameter("q_proj.weight", initial, 2 * (keys + 4), width);
        } else {
            spec.parameter("q_a_proj.weight", initial, queryLatent, width)
                    .parameter("q_a_layernorm.weight", initial, queryLatent)
                    .parameter("q_b_proj.weight", initial, 2 * (keys + 4), queryLatent);
        }
    }

    private static Mutant attention(UnaryOperator<MixerConfig> config, UnaryOperator<Map<String, double[]>> misread) {
        return mutant(variant("multi-head-attention", OPTIONS), config, misread);
    }

    /** A variant that computes another. */
    private static Mutant taken(String kind, String other) {
        return new Mutant(LAW, SAYS, variant(kind, VARIANT_OPTIONS).computing(other, same(), same()));
    }

    static Mutant mutant(
            FormulaMixer.Subject subject,
            UnaryOperator<MixerConfig> config,
            UnaryOperator<Map<String, double[]>> misread) {
        return new Mutant(LAW, SAYS, subject.computing(subject.id(), config, misread));
    }

    static <T> UnaryOperator<T> same() {
        return UnaryOperator.identity();
    }

    static int number(MixerConfig config, String option) {
        return config.options().get(option) instanceof Integer value ? value : 0;
    }

    /** Refuses what does not divide the width. */
    static void divides(String option, MixerConfig config) {
        if (config.width() % number(config, option) != 0) {
            throw new BadConfigurationException(option, "" + number(config, option), "divides the width");
        }
    }

    /** One more of what an option counts, where it is set. */
    private static Mutant oneMore(String option, int unset) {
        return attention(
                config -> number(config, option) == unset ? config : config.with(option, number(config, option) + 1),
                same());
    }

    /** The short divisors in the place of the long ones, and the other way around. */
    private static MixerConfig swapped(MixerConfig config) {
        return config.with("rotary-short-factor", config.options().get("rotary-long-factor"))
                .with("rotary-long-factor", config.options().get("rotary-short-factor"));
    }

    /** Each number of a list where its neighbour belongs. */
    private static MixerConfig turned(MixerConfig config, String option) {
        List<Object> numbers = new ArrayList<>((List<?>) config.options().get(option));
        Collections.rotate(numbers, 1);
        return config.with(option, numbers);
    }

    /** One choice in the place of another. */
    private static Mutant mistaken(String option, Object given, Object taken) {
        return attention(
                config -> given.equals(config.options().get(option)) ? config.with(option, taken) : config, same());
    }

    /** One gate for a head that has one for each number. */
    private static Mutant headForNumbers() {
        return mutant(
                variant("multi-head-attention", GATE_OPTIONS),
                config -> config.with("gate-elementwise", false),
                same());
    }

    /** What was projected is not cut off, or normalised before it is turned. */
    private static Mutant unchained(UnaryOperator<MixerConfig> config) {
        return mutant(variant("multi-head-attention", CHAIN_OPTIONS), config, same());
    }

    /** Queries turned as those of the next position, keys as they should be. */
    private static Mutant shifted() {
        return mutant(variant("multi-head-attention", ROTARY_OPTIONS), same(), parameters -> {
            int head = parameters.get("q_norm.weight").length;
            Map<String, double[]> changed = parameters;
            for (String name : List.of("in_proj_weight", "in_proj_bias")) {
                double[] wrong = parameters.get(name).clone();
                int columns = wrong.length / parameters.get("in_proj_bias").length;
                for (int pair = 0; pair < 2 * 2 * columns; pair++) { // two pairs of two heads
                    int p = pair / columns % 2;
                    int u = (pair / columns / 2 * head + p) * columns + pair % columns;
                    int v = u + 2 * columns;
                    double cos = Math.cos(Math.pow(10_000, -p / 2.0));
                    double sin = Math.sin(Math.pow(10_000, -p / 2.0));
                    double first = wrong[u];
                    wrong[u] = first * cos - wrong[v] * sin;
                    wrong[v] = first * sin + wrong[v] * cos;
                }
                changed = with(changed, name, wrong);
            }
            return changed;
        });
    }

    private static Mutant misread(String parameter) {
        return attention(same(), parameters -> reversed(parameters, parameter));
    }

    /** The elements of a parameter from the last to the first. */
    static Map<String, double[]> reversed(Map<String, double[]> parameters, String name) {
        Map<String, double[]> changed = new LinkedHashMap<>(parameters);
        double[] right = parameters.get(name);
        double[] wrong = new double[right.length];
        for (int i = 0; i < wrong.length; i++) {
            wrong[i] = right[right.length - 1 - i];
        }
        changed.put(name, wrong);
        return changed;
    }

    static Map<String, double[]> with(Map<String, double[]> parameters, String name, double[] values) {
        Map<String, double[]> changed = new LinkedHashMap<>(parameters);
        changed.put(name, values);
        return changed;
    }

    private static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Rows of E and E' of one head after the other, read as E of all heads and then E' of all. */
    private static Map<String, double[]> byKind(Map<String, double[]> parameters) {
        double[] right = parameters.get("kv_b_proj.weight");
        int latent = parameters.get("kv_a_layernorm.weight").length;
        int width = parameters.get("kv_a_proj_with_mqa.weight").length / (latent + 4);
        int values = parameters.get("o_proj.weight").length / width / 2 * latent;
        int keys = right.length / 2 - values;
        double[] wrong = new double[right.length];
        System.arraycopy(right, 0, wrong, 0, keys);
        System.arraycopy(right, 2 * keys, wrong, keys, values);
        System.arraycopy(right, keys, wrong, keys + values, keys);
        System.arraycopy(right, 2 * keys + values, wrong, 2 * keys + values, values);
        return with(parameters, "kv_b_proj.weight", wrong);
    }

    /** The turned key's rows before those of the latent. */
    private static Map<String, double[]> turnedFirst(Map<String, double[]> parameters) {
        double[] right = parameters.get("kv_a_proj_with_mqa.weight");
        int latent = parameters.get("kv_a_layernorm.weight").length;
        int turned = right.length / (latent + 4) * 4;
        double[] wrong = new double[right.length];
        System.arraycopy(right, 0, wrong, turned, right.length - turned);
        System.arraycopy(right, right.length - turned, wrong, 0, turned);
        return with(parameters, "kv_a_proj_with_mqa.weight", wrong);
    }

    private static List<Mutant> variants() {
        return List.of(
                mutant(
                        variant("cosine-attention", VARIANT_OPTIONS),
                        same(),
                        parameters -> with(parameters, "temperature", ones(2))),
                taken("cosine-attention", "multi-head-attention"),
                mutant(
                        variant("additive-attention", VARIANT_OPTIONS),
                        same(),
                        parameters -> reversed(parameters, "energy.weight")),
                mutant(variant("sigmoid-attention", VARIANT_OPTIONS), config -> config.with("length", 1), same()),
                taken("sigmoid-attention", "multi-head-attention"),
                taken("sparsemax-attention", "entmax-attention"),
                taken("entmax-attention", "sparsemax-attention"),
                taken("entmax-attention", "multi-head-attention"),
                mutant(
                        variant("top-k-attention", VARIANT_OPTIONS),
                        config -> config.with("top-k", number(config, "top-k") + 1),
                        same()));
    }

    /** Of each head, every distance has what belongs to another. */
    private static Mutant misplaced(IntBinaryOperator rightOfRows) {
        return relative(same(), parameters -> {
            Map<String, double[]> changed = parameters;
            for (String name : List.of("relative_key.weight", "relative_query.weight", "relative_bias.weight")) {
                double[] right = parameters.get(name);
                int rows = parameters.get("relative_bias.weight").length / 2;
                int width = right.length / (2 * rows);
                double[] wrong = new double[right.length];
                for (int row = 0; row < 2 * rows; row++) {
                    int from = row / rows * rows + rightOfRows.applyAsInt(row % rows, rows);
                    System.arraycopy(right, from * width, wrong, row * width, width);
                }
                changed = with(changed, name, wrong);
            }
            return changed;
        });
    }

    private static Mutant relative(UnaryOperator<MixerConfig> config, UnaryOperator<Map<String, double[]>> misread) {
        return mutant(
                new FormulaMixer.Subject("relative-attention", RELATIVE_OPTIONS, FormulaMutants::declareRelative),
                config,
                misread);
    }

    /** The halves of a parameter exchanged: those of two heads. */
    static Map<String, double[]> exchanged(Map<String, double[]> parameters, String name) {
        double[] right = parameters.get(name);
        int half = right.length / 2;
        double[] wrong = Arrays.copyOfRange(right, half, half + right.length);
        System.arraycopy(right, 0, wrong, half, half);
        return with(parameters, name, wrong);
    }

    private static List<Mutant> relative() {
        return List.of(
                misplaced((row, rows) -> Math.min(rows - 1, row + 1)), // one too far, still within the table
                misplaced((row, rows) -> Math.max(0, row - 1)),
                misplaced((row, rows) -> rows - 1 - row), // query − key
                misplaced((row, rows) -> Math.max(1, row)), // cut off too soon before the query
                misplaced((row, rows) -> Math.min(rows - 2, row)), // and behind it
                relative(same(), parameters -> exchanged(parameters, "relative_key.weight")),
                relative(same(), parameters -> exchanged(parameters, "relative_query.weight")),
                relative(same(), parameters -> exchanged(parameters, "relative_bias.weight")),
                relative(
                        same(),
                        parameters -> with(
                                with(parameters, "relative_key.weight", parameters.get("relative_query.weight")),
                                "relative_query.weight",
                                parameters.get("relative_key.weight"))),
                relative(config -> config.with("relative-shared", true), same()),
                relative(config -> config.with("relative-query", false), same()),
                relative(config -> config.with("relative-bias", false), same()));
    }

    private static List<Mutant> latent() {
        FormulaMixer.Subject latent =
                new FormulaMixer.Subject("latent-attention", LATENT_OPTIONS, FormulaMutants::declareLatent);
        return List.of(
                mutant(latent, same(), FormulaMutants::byKind),
                mutant(latent, same(), FormulaMutants::turnedFirst),
                mutant(latent, config -> config.with("rotary", "half"), same()),
                mutant(latent, config -> config.with("scale", 1 / Math.sqrt(number(config, "head-width"))), same()),
                mutant(latent, config -> config.with("prefix", 0), same()),
                mutant(
                        latent,
                        same(),
                        parameters -> with(
                                parameters,
                                "kv_a_layernorm.weight",
                                ones(parameters.get("kv_a_layernorm.weight").length))));
    }

    /** A minimal GRU whose candidate is taken as it is. */
    private static Mutant unmade() {
        FormulaMixer.Subject minimal = new FormulaMixer.Subject(
                "min-gru",
                OptionSchema.of(Option.choice("candidate-activation", List.of("positive", "tanh"), "tanh", "Of v.")),
                (spec, config) -> spec.parameter(
                                "weight_ih_l0", InitialValue.uniform(1), 2 * config.width(), config.width())
                        .parameter("bias_ih_l0", InitialValue.uniform(1), 2 * config.width()));
        return mutant(minimal, config -> config.with("candidate-activation", "linear"), same());
    }

    /** RG-LRUs: of one block for each number, whose rows are misread, or are those of the other gate; and without what their decays are. */
    private static List<Mutant> linearRecurrences() {
        FormulaMixer.Subject unit = new FormulaMixer.Subject(
                "rg-lru", OptionSchema.of(Option.integer("blocks", 1, 64, 1, "Of gates.")), (spec, config) -> {
                    divides("blocks", config);
                    spec.parameter(
                                    "weight_ih_l0",
                                    InitialValue.uniform(1),
                                    2 * config.width(),
                                    config.width() / number(config, "blocks"))
                            .parameter("recurrent_param_l0", InitialValue.between(-3, 1), config.width());
                });
        return List.of(
                mutant(unit, same(), parameters -> reversed(parameters, "weight_ih_l0")),
                mutant(
                        unit,
                        same(),
                        parameters -> with(
                                parameters, "recurrent_param_l0", ones(parameters.get("recurrent_param_l0").length))));
    }

    /** Simple recurrent units that take the cell as it is where its hyperbolic tangent is asked for, and the highway without its scale; whose peepholes are misread. */
    private static List<Mutant> simpleRecurrences() {
        FormulaMixer.Subject unit = new FormulaMixer.Subject(
                "sru",
                OptionSchema.of(
                        Option.choice("output-activation", List.of("tanh"), "tanh", "Of c."),
                        Option.decimal("highway-scale", 2, 3, 2, "Of the input.")),
                (spec, config) -> spec.parameter(
                                "weight_ih_l0", InitialValue.uniform(1), 3 * config.width(), config.width())
                        .parameter("weight_peephole_l0", InitialValue.uniform(1), 2 * config.width()));
        return List.of(
                mutant(unit, config -> config.with("output-activation", "linear"), same()),
                mutant(unit, config -> config.with("highway-scale", 1.0), same()),
                mutant(unit, same(), parameters -> reversed(parameters, "weight_peephole_l0")));
    }

    /** Windows that reach one position too far, or that end where centred ones do; the mean for the maximum; padding that is not counted. */
    private static List<Mutant> windows() {
        FormulaMixer.Subject pooling = new FormulaMixer.Subject(
                "pooling",
                OptionSchema.of(
                        Option.integer("kernel", 2, 4, 3, "Positions of a window."),
                        Option.choice("pool", List.of("max", "mean"), "max", "Of a window."),
                        Option.flag("count-padding", true, "In means."),
                        Option.flag("causal", true, "No later positions.")),
                (spec, config) -> {});
        return List.of(
                mutant(pooling, config -> config.with("kernel", number(config, "kernel") + 1), same()),
                mutant(pooling, config -> config.with("kernel", 0), same()),
                mutant(pooling, config -> config.with("causal", false), same()),
                mutant(pooling, config -> config.with("pool", "mean"), same()),
                mutant(pooling, config -> config.with("count-padding", false), same()));
    }

    /** One that cannot be compared: every product overflows in float32. */
    private static MixerProvider tooLarge() {
        return new FormulaMixer.Subject(
                        "long-convolution",
                        OptionSchema.of(Option.integer("kernel", 1, 1, 1, "Taps.")),
                        (spec, config) -> spec.parameter("weight", InitialValue.uniform(1e30), config.width(), 1, 1))
                .computing("long-convolution", same(), same());
    }

    static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>(multiHead());
        all.addAll(variants());
        all.addAll(relative());
        all.addAll(latent());
        all.add(unmade());
        all.addAll(linearRecurrences());
        all.addAll(simpleRecurrences());
        all.addAll(windows());
        all.add(new Mutant(LAW, "nothing was compared: left out", tooLarge()));
        return all;
    }

    private static List<Mutant> multiHead() {
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
                headForNumbers(),
                unchained(config -> config.with("projection-clip", 0.0)),
                unchained(config -> config.with("query-key-norm-turned", false)),
                shifted(),
                unchained(config -> config.with("scale-growth", 0.0)),
                unchained(config -> config.with("scale-growth-step", 1)),
                unchained(config -> config.with("scale-growth-first", 1 - number(config, "scale-growth-first"))),
                mistaken("rotary", "half", "none"),
                mistaken("rotary", "interleaved", "half"),
                mistaken("rotary-scaling", "linear", "none"),
                mistaken("rotary-scaling", "yarn", "linear"),
                mistaken("rotary-truncate", false, true),
                attention(FormulaMutants::swapped, same()),
                attention(config -> turned(config, "rotary-short-factor"), same()),
                attention(config -> turned(config, "rotary-long-factor"), same()),
                misread("gate.weight"),
                misread("k_norm.weight"),
                misread("in_proj_weight"),
                misread("sinks"),
                misread("relative_attention_bias.weight"));
    }
}
