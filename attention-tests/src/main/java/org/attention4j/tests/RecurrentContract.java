package org.attention4j.tests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of the group "recurrent" as jqwik properties; see {@link MixerContract}. */
public interface RecurrentContract extends ContractBase {
    /**
     * From the hidden state of newHidden, a pass gives the outputs of forward.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void zeroHiddenIsForward(@ForAll("trials") @Checks("zero-hidden-is-forward") Trial trial) {
        trial.check();
    }

    /**
     * Two parts of a sequence, the hidden state carried over, give the whole.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void hiddenCarriedEqualsWhole(@ForAll("trials") @Checks("hidden-carried-equals-whole") Trial trial) {
        trial.check();
    }

    /**
     * A sequence of length 0 ends in the state it began with.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void hiddenOfEmptySequenceStays(@ForAll("trials") @Checks("hidden-of-empty-sequence-stays") Trial trial) {
        trial.check();
    }

    /**
     * The initial state is not written, unless it is given as the last one too.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void initialHiddenNotWritten(@ForAll("trials") @Checks("initial-hidden-not-written") Trial trial) {
        trial.check();
    }

    /**
     * NewState from a hidden state goes on as forward from it does.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void hiddenStartsAState(@ForAll("trials") @Checks("hidden-starts-a-state") Trial trial) {
        trial.check();
    }

    /**
     * A hidden state of another shape is refused.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void badHiddenRefused(@ForAll("trials") @Checks("bad-hidden-refused") Trial trial) {
        trial.check();
    }

    /**
     * Gradients by the initial state, input and parameters are the derivatives, also through the last state.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void initialHiddenGradientIsDerivative(
            @ForAll("trials") @Checks("initial-hidden-gradient-is-derivative") Trial trial) {
        trial.check();
    }
}
