package org.attention4j.tests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of the group "attentive" as jqwik properties; see {@link MixerContract}. */
public interface AttentiveContract extends ContractBase {
    /**
     * Weights are at least 0, and those of a row sum to what the specification says.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void weightsAreShares(@ForAll("trials") @Checks("weights-are-shares") Trial trial) {
        trial.check();
    }

    /**
     * Padding attends to nothing, is attended by nothing, and is not read.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void weightsOfPaddingAreZero(@ForAll("trials") @Checks("weights-of-padding-are-zero") Trial trial) {
        trial.check();
    }

    /**
     * No weight lies on a later position.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void weightsRespectCausality(@ForAll("trials") @Checks("weights-respect-causality") Trial trial) {
        trial.check();
    }

    /**
     * A sequence's weights do not depend on its batch or on threads.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void weightsOfSequencesAlone(@ForAll("trials") @Checks("weights-of-sequences-alone") Trial trial) {
        trial.check();
    }

    /**
     * The weights of steps are those of the whole sequence, in as many columns as are asked for.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void stepWeightsEqualWhole(@ForAll("trials") @Checks("step-weights-equal-whole") Trial trial) {
        trial.check();
    }

    /**
     * Weights over a context are at least 0, sum to what the specification says, and are 0 at padding and on later positions.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void contextWeightsAreShares(@ForAll("trials") @Checks("context-weights-are-shares") Trial trial) {
        trial.check();
    }

    /**
     * Weights of another shape are refused before anything is written.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void badWeightsShapeRefused(@ForAll("trials") @Checks("bad-weights-shape-refused") Trial trial) {
        trial.check();
    }
}
