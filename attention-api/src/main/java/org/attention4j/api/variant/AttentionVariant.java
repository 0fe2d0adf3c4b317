package org.attention4j.api.variant;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.attention4j.api.InitialValue;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;
import org.attention4j.api.WeightSum;

/**
 * What is different about an attention: the scores, who sees whom, or how scores become weights. A value; parts compose.
 *
 * <pre>{@code
 * AttentionVariant alibi = AttentionVariant.softmax()
 *         .withScores((score, batch, head, query, key) -> score - slope[head] * (query - key));
 * }</pre>
 */
public final class AttentionVariant {
    private static final AttentionVariant SOFTMAX =
            of(Optional.empty(), Optional.empty(), Optional.empty(), WeightSum.ONE);

    /** Optionals, as every call of an attention asks for them and may not allocate. */
    private record Functions(
            Optional<ScoreModifier> scores,
            Optional<AttentionMask> mask,
            Optional<AttentionWeighting> weighting,
            Optional<ScoreWeighting> scoreWeighting,
            Optional<ScoreFunction> scoreFunction) {}

    /**
     * What is learned.
     *
     * @param ofHeads names of those that have a part for each head
     */
    private record Learned(List<ParameterSpec> parameters, Set<String> ofHeads) {
        private static final Learned NOTHING = new Learned(List.of(), Set.of());

        Learned with(ParameterSpec parameter, boolean ofHeads) {
            List<ParameterSpec> all = new ArrayList<>(parameters);
            all.add(parameter);
            Set<String> parted = new HashSet<>(this.ofHeads);
            if (ofHeads) {
                parted.add(parameter.name());
            }
            return new Learned(List.copyOf(all), Set.copyOf(parted));
        }
    }

    private final Functions functions;
    private final Learned learned;
    private final WeightSum weightSum;
    private final boolean smooth;

    private AttentionVariant(Functions functions, Learned learned, WeightSum weightSum, boolean smooth) {
        this.functions = functions;
        this.learned = learned;
        this.weightSum = weightSum;
        this.smooth = smooth;
    }

    private static AttentionVariant of(
            Optional<AttentionWeighting> weighting,
            Optional<ScoreWeighting> scoreWeighting,
            Optional<ScoreFunction> scoreFunction,
            WeightSum weightSum) {
        Functions functions =
                new Functions(Optional.empty(), Optional.empty(), weighting, scoreWeighting, scoreFunction);
        return new AttentionVariant(functions, Learned.NOTHING, weightSum, true);
    }

    private AttentionVariant with(Optional<ScoreModifier> scores, Optional<AttentionMask> mask) {
        Functions changed =
                new Functions(scores, mask, functions.weighting, functions.scoreWeighting, functions.scoreFunction);
        return new AttentionVariant(changed, learned, weightSum, smooth);
    }

    /**
     * Plain softmax attention, a start for the {@code with} methods.
     *
     * @return the variant without a difference
     */
    public static AttentionVariant softmax() {
        return SOFTMAX;
    }

    /**
     * Another way from query and keys to weights. It replaces the softmax and the scores, so it goes with a mask but not
     * with a score modifier. Weights of a row sum to at most 1 unless {@link #withWeightSum} says otherwise.
     *
     * @param weighting computes the weights
     * @return the variant
     */
    public static AttentionVariant of(AttentionWeighting weighting) {
        Objects.requireNonNull(weighting, "weighting");
        return of(Optional.of(weighting), Optional.empty(), Optional.empty(), WeightSum.AT_MOST_ONE);
    }

    /**
     * Another way from scores to weights. It replaces the softmax, and goes with a mask and with a score modifier. Weights of a row sum to at
     * most 1 unless {@link #withWeightSum} says otherwise.
     *
     * @param weighting computes the weights
     * @return the variant
     */
    public static AttentionVariant of(ScoreWeighting weighting) {
        Objects.requireNonNull(weighting, "weighting");
        return of(Optional.empty(), Optional.of(weighting), Optional.empty(), WeightSum.AT_MOST_ONE);
    }

    /**
     * Another way from queries and keys to scores. It replaces their product and the scale, and goes with a mask and with a score modifier.
     *
     * @param function computes the scores
     * @return the variant
     */
    public static AttentionVariant of(ScoreFunction function) {
        Objects.requireNonNull(function, "score function");
        return of(Optional.empty(), Optional.empty(), Optional.of(function), WeightSum.ONE);
    }

    /**
     * The same with a score modifier.
     *
     * @param modifier changes every score
     * @return a new variant
     * @throws IllegalStateException if there is one already, or the scores are replaced
     */
    public AttentionVariant withScores(ScoreModifier modifier) {
        if (functions.scores.isPresent() || functions.weighting.isPresent()) {
            throw new IllegalStateException(
                    functions.scores.isPresent()
                            ? "the scores are modified already"
                            : "the scores are replaced by a weighting");
        }
        return with(Optional.of(Objects.requireNonNull(modifier, "modifier")), functions.mask);
    }

    /**
     * The same with a mask; of several, all must allow a key.
     *
     * @param more says which keys a query may see
     * @return a new variant
     */
    public AttentionVariant withMask(AttentionMask more) {
        Objects.requireNonNull(more, "mask");
        AttentionMask both = functions.mask.map(first -> first.and(more)).orElse(more);
        return with(functions.scores, Optional.of(both));
    }

    /**
     * The same with a learned parameter, which the weighting reads by {@link AttentionRow#parameter} and the score function by {@link
     * ScoreBlock#parameters}. It is one of the mixer's parameters, under this name,
     * and is initialised, saved and trained as they are.
     *
     * @param name a name that neither multi-head attention nor the variant has
     * @param initial what a new one holds
     * @param extents its shape
     * @return a new variant
     * @throws IllegalStateException if there is no weighting or score function that could read it
     */
    public AttentionVariant withParameter(String name, InitialValue initial, int... extents) {
        return with(new ParameterSpec(name, Shape.of(extents), initial), false);
    }

    /**
     * The same with a learned parameter of which every head has a part, as {@link #withParameter} otherwise: what computes with a head reads its part
     * and adds to the gradient of its part alone. Gradients of many numbers then need less memory, and are sooner added up.
     *
     * @param name a name that neither multi-head attention nor the variant has
     * @param initial what a new one holds
     * @param extents its shape, H first
     * @return a new variant
     * @throws IllegalStateException if there is no weighting or score function that could read it
     */
    public AttentionVariant withHeadParameter(String name, InitialValue initial, int... extents) {
        return with(new ParameterSpec(name, Shape.of(extents), initial), true);
    }

    private AttentionVariant with(ParameterSpec parameter, boolean ofHeads) {
        if (functions.weighting.isEmpty() && functions.scoreWeighting.isEmpty() && functions.scoreFunction.isEmpty()) {
            throw new IllegalStateException("parameter '" + parameter.name()
                    + "' has no reader: only weightings and score functions read parameters");
        }
        return new AttentionVariant(functions, learned.with(parameter, ofHeads), weightSum, smooth);
    }

    /**
     * The same with a promise what the weights of a row sum to, which the conformance kit checks.
     *
     * @param sum the promise
     * @return a new variant
     */
    public AttentionVariant withWeightSum(WeightSum sum) {
        Objects.requireNonNull(sum, "weight sum");
        return new AttentionVariant(functions, learned, sum, smooth);
    }

    /**
     * The same with the statement that weights have kinks or jumps, where the conformance kit does not compare gradients with differences.
     *
     * @return a new variant
     */
    public AttentionVariant withKinks() {
        return new AttentionVariant(functions, learned, weightSum, false);
    }

    /**
     * The score modifier.
     *
     * @return empty if scores are left as they are
     */
    public Optional<ScoreModifier> scores() {
        return functions.scores;
    }

    /**
     * The mask.
     *
     * @return empty if every key may be seen
     */
    public Optional<AttentionMask> mask() {
        return functions.mask;
    }

    /**
     * What replaces scores and softmax.
     *
     * @return empty unless scores are replaced
     */
    public Optional<AttentionWeighting> weighting() {
        return functions.weighting;
    }

    /**
     * What replaces the softmax alone.
     *
     * @return empty for softmax attention, and where scores are replaced too
     */
    public Optional<ScoreWeighting> scoreWeighting() {
        return functions.scoreWeighting;
    }

    /**
     * What replaces the product of queries and keys.
     *
     * @return empty unless it is replaced alone
     */
    public Optional<ScoreFunction> scoreFunction() {
        return functions.scoreFunction;
    }

    /**
     * The learned parameters.
     *
     * @return in order; unmodifiable
     */
    public List<ParameterSpec> parameters() {
        return learned.parameters;
    }

    /**
     * Whether a parameter has a part for each head.
     *
     * @param parameter one of {@link #parameters}
     * @return true if {@link #withHeadParameter} added it
     */
    public boolean ofHeads(ParameterSpec parameter) {
        return learned.ofHeads.contains(parameter.name());
    }

    /**
     * What the weights of a row sum to.
     *
     * @return one for softmax attention
     */
    public WeightSum weightSum() {
        return weightSum;
    }

    /**
     * Whether weights have no kinks and jumps.
     *
     * @return true unless {@link #withKinks} said otherwise
     */
    public boolean smooth() {
        return smooth;
    }
}
