package org.attention4j.tests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of the group "convolution" as jqwik properties; see {@link MixerContract}. */
public interface ConvolutionContract extends ContractBase {
    /**
     * Inputs outside the declared receptive field do not matter, those at its ends do.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void receptiveFieldIsExact(@ForAll("trials") @Checks("receptive-field-is-exact") Trial trial) {
        trial.check();
    }

    /**
     * A sequence that is shifted gives outputs that are shifted, away from its ends.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void translationEquivariance(@ForAll("trials") @Checks("translation-equivariance") Trial trial) {
        trial.check();
    }

    /**
     * Without the bias, outputs of a·x + y are a times those of x plus those of y.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void linearInInputs(@ForAll("trials") @Checks("linear-in-inputs") Trial trial) {
        trial.check();
    }

    /**
     * A kernel with a single 1 moves the input by its tap.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void oneHotKernelShifts(@ForAll("trials") @Checks("one-hot-kernel-shifts") Trial trial) {
        trial.check();
    }

    /**
     * A dilated kernel gives what the kernel with zeros between its taps gives.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void dilationIsZeroStuffing(@ForAll("trials") @Checks("dilation-is-zero-stuffing") Trial trial) {
        trial.check();
    }

    /**
     * Groups give what a full kernel gives that is zero between groups.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void groupsDoNotMix(@ForAll("trials") @Checks("groups-do-not-mix") Trial trial) {
        trial.check();
    }
}
