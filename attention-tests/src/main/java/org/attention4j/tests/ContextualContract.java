package org.attention4j.tests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of the group "contextual" as jqwik properties; see {@link MixerContract}. */
public interface ContextualContract extends ContractBase {
    /**
     * Positions past a context's length are never read; they may hold NaN.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void contextPaddingNotRead(@ForAll("trials") @Checks("context-padding-not-read") Trial trial) {
        trial.check();
    }

    /**
     * A sequence and its context alone give the same outputs as in a batch.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void contextRaggedEqualsAlone(@ForAll("trials") @Checks("context-ragged-equals-alone") Trial trial) {
        trial.check();
    }

    /**
     * Query i of T sees no position of a context of S past i + (S − T), by true lengths.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void laterContextDoesNotMatter(@ForAll("trials") @Checks("later-context-does-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * An empty context works and gives finite outputs.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void emptyContext(@ForAll("trials") @Checks("empty-context") Trial trial) {
        trial.check();
    }

    /**
     * Any number of threads gives the same bits.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void contextThreadsDoNotMatter(@ForAll("trials") @Checks("context-threads-do-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * A context that was read once gives the bits of the context, any number of times, whatever becomes of it.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void preparedContextEqualsContext(
            @ForAll("trials") @Checks("prepared-context-equals-context") Trial trial) {
        trial.check();
    }

    /**
     * A context of another batch or width, of another mixer's making or in the output's memory is refused before anything is written.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void badContextRefused(@ForAll("trials") @Checks("bad-context-refused") Trial trial) {
        trial.check();
    }

    /**
     * The gradients by context, input and parameters are the derivatives.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void contextGradientIsDerivative(@ForAll("trials") @Checks("context-gradient-is-derivative") Trial trial) {
        trial.check();
    }

    /**
     * Padding of a context is not read and gets no gradient, and what is there is added to.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void contextGradientAddsOutsidePadding(
            @ForAll("trials") @Checks("context-gradient-adds-outside-padding") Trial trial) {
        trial.check();
    }
}
