package org.attention4j.tests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of the group "differentiable" as jqwik properties; see {@link MixerContract}. */
public interface DifferentiableContract extends ContractBase {
    /**
     * Record gives the outputs of forward.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void recordingComputesForward(@ForAll("trials") @Checks("recording-computes-forward") Trial trial) {
        trial.check();
    }

    /**
     * Backward adds to what is there.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void gradientsAccumulate(@ForAll("trials") @Checks("gradients-accumulate") Trial trial) {
        trial.check();
    }

    /**
     * A recording gives the same gradients again.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void recordingUsedTwice(@ForAll("trials") @Checks("recording-used-twice") Trial trial) {
        trial.check();
    }

    /**
     * Asking for some gradients gives them the bits they have when all are asked for.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void onlyWantedGradients(@ForAll("trials") @Checks("only-wanted-gradients") Trial trial) {
        trial.check();
    }

    /**
     * Padding is not read and gets no gradient, whatever input and cotangent hold there.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void paddingHasNoGradient(@ForAll("trials") @Checks("padding-has-no-gradient") Trial trial) {
        trial.check();
    }

    /**
     * Gradients have the same bits on any number of threads.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void gradientThreadsDoNotMatter(@ForAll("trials") @Checks("gradient-threads-do-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * A recording of another mixer is refused, and a recording names its own.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void foreignRecordingRefused(@ForAll("trials") @Checks("foreign-recording-refused") Trial trial) {
        trial.check();
    }

    /**
     * A cotangent of another shape, or in the memory of a gradient, is refused before anything is added.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void badCotangentRefused(@ForAll("trials") @Checks("bad-cotangent-refused") Trial trial) {
        trial.check();
    }

    /**
     * The input's gradient is the derivative of the outputs by the input.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void inputGradientIsDerivative(@ForAll("trials") @Checks("input-gradient-is-derivative") Trial trial) {
        trial.check();
    }

    /**
     * Each parameter's gradient is the derivative by that parameter.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void parameterGradientsAreDerivatives(
            @ForAll("trials") @Checks("parameter-gradients-are-derivatives") Trial trial) {
        trial.check();
    }

    /**
     * The gradient of a sum of cotangents is the sum of their gradients.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void backwardIsLinear(@ForAll("trials") @Checks("backward-is-linear") Trial trial) {
        trial.check();
    }
}
