package org.attention4j.tests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of the group "softmax attention" as jqwik properties; see {@link MixerContract}. */
public interface SoftmaxAttentionContract extends ContractBase {
    /**
     * The weights of every true query sum to 1.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void weightsSumToOne(@ForAll("trials") @Checks("weights-sum-to-one") Trial trial) {
        trial.check();
    }

    /**
     * Weights are softmax(QKᵀ/√E) over the keys that a query sees, in float64.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void weightsAreSoftmaxOfScores(@ForAll("trials") @Checks("weights-are-softmax-of-scores") Trial trial) {
        trial.check();
    }

    /**
     * Outputs are the shown weights times values, projected.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void outputIsWeightsTimesValues(@ForAll("trials") @Checks("output-is-weights-times-values") Trial trial) {
        trial.check();
    }

    /**
     * Positions in another order give the outputs in that order.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void permutationEquivariance(@ForAll("trials") @Checks("permutation-equivariance") Trial trial) {
        trial.check();
    }

    /**
     * Adding one vector to all keys changes nothing: it shifts all scores of a row.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void logitShiftInvariance(@ForAll("trials") @Checks("logit-shift-invariance") Trial trial) {
        trial.check();
    }

    /**
     * Each head's output lies between the least and the greatest visible value.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void outputsInHullOfValues(@ForAll("trials") @Checks("outputs-in-hull-of-values") Trial trial) {
        trial.check();
    }

    /**
     * Values twice as large give outputs twice as large.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void linearInValues(@ForAll("trials") @Checks("linear-in-values") Trial trial) {
        trial.check();
    }

    /**
     * With queries of zero, outputs are the mean of the visible values.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void equalScoresGiveMean(@ForAll("trials") @Checks("equal-scores-give-mean") Trial trial) {
        trial.check();
    }

    /**
     * K key/value heads give what H heads give whose keys and values are repeated.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void groupedHeadsAreRepeatedHeads(
            @ForAll("trials") @Checks("grouped-heads-are-repeated-heads") Trial trial) {
        trial.check();
    }

    /**
     * A window as long as the sequence is no window.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void longWindowIsFull(@ForAll("trials") @Checks("long-window-is-full") Trial trial) {
        trial.check();
    }

    /**
     * Behind a window, what came before it and how much of it there was changes nothing.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void onlyDistancesMatter(@ForAll("trials") @Checks("only-distances-matter") Trial trial) {
        trial.check();
    }

    /**
     * A sequence as its own context gives the outputs of forward.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void contextOfItselfIsForward(@ForAll("trials") @Checks("context-of-itself-is-forward") Trial trial) {
        trial.check();
    }
}
