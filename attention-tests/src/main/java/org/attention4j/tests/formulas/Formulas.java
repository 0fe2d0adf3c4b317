package org.attention4j.tests.formulas;

import java.util.Map;
import java.util.Optional;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;

/** The formulas that the kit knows, by the id of the kind. */
public final class Formulas {
    private static final Map<String, Formula> KNOWN = Map.ofEntries(
            Map.entry("multi-head-attention", new MultiHeadFormula(PairFormula::product, RowFormula::softmax)),
            Map.entry("cosine-attention", new MultiHeadFormula(PairFormula::cosine, RowFormula::softmax)),
            Map.entry("additive-attention", new MultiHeadFormula(PairFormula::additive, RowFormula::softmax)),
            Map.entry(
                    "relative-attention",
                    new MultiHeadFormula(
                            PairFormula::relative,
                            RowFormula::softmax,
                            "relative-distance",
                            "relative-shared",
                            "relative-query",
                            "relative-bias")),
            Map.entry("sigmoid-attention", new MultiHeadFormula(PairFormula::product, RowFormula::sigmoid, "length")),
            Map.entry("sparsemax-attention", new MultiHeadFormula(PairFormula::product, RowFormula.entmax(2))),
            Map.entry("entmax-attention", new MultiHeadFormula(PairFormula::product, RowFormula.entmax(1.5))),
            Map.entry("top-k-attention", new MultiHeadFormula(PairFormula::product, RowFormula::topK, "top-k")),
            Map.entry("latent-attention", new LatentFormula()),
            Map.entry("self-attention", new SelfAttentionFormula()),
            Map.entry("lstm", new LstmFormula()),
            Map.entry("gru", new GruFormula()),
            Map.entry("rnn", new RnnFormula()),
            Map.entry("min-gru", new MinimalFormula(false)),
            Map.entry("min-lstm", new MinimalFormula(true)),
            Map.entry("rg-lru", new RgLruFormula()),
            Map.entry("sru", new SruFormula()),
            Map.entry("convolution", new ConvolutionFormula()),
            Map.entry("gated-convolution", new GatedConvolutionFormula()),
            Map.entry("pooling", new PoolingFormula()),
            Map.entry("temporal-convolution", new TemporalConvolutionFormula()),
            Map.entry("long-convolution", new LongConvolutionFormula()));

    private Formulas() {}

    /**
     * The formula of a configuration.
     *
     * @param spec of the mixer
     * @return empty if the kit knows none of this kind, or none with an option that the configuration sets
     */
    public static Optional<Formula> of(MixerSpec spec) {
        return Optional.ofNullable(KNOWN.get(spec.kind().id())).filter(formula -> covers(formula, spec));
    }

    private static boolean covers(Formula formula, MixerSpec spec) {
        for (Option<?> option : spec.kind().options().options()) {
            Object value = spec.config().options().get(option.name());
            if (!formula.options().contains(option.name())
                    && !Option.text(value).equals(option.defaultText())) {
                return false;
            }
        }
        return true;
    }
}
