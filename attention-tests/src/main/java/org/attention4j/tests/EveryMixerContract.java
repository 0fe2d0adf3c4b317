package org.attention4j.tests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of the group "every mixer" as jqwik properties; see {@link MixerContract}. */
public interface EveryMixerContract extends ContractBase {
    /**
     * Forward writes every element of [B, T, D'], whatever was there before.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void everyOutputWritten(@ForAll("trials") @Checks("every-output-written") Trial trial) {
        trial.check();
    }

    /**
     * The same call gives the same bits again.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void deterministic(@ForAll("trials") @Checks("deterministic") Trial trial) {
        trial.check();
    }

    /**
     * What a workspace was used for before changes no bit of any call.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void usedWorkspaceDoesNotMatter(@ForAll("trials") @Checks("used-workspace-does-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * A sequence's outputs do not depend on the other sequences of its batch.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void neighboursDoNotMatter(@ForAll("trials") @Checks("neighbours-do-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * The sequences of a batch in another order give the outputs in that order.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void batchOrderDoesNotMatter(@ForAll("trials") @Checks("batch-order-does-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * Positions at or past a sequence's length are never read; they may hold NaN.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void paddingNotRead(@ForAll("trials") @Checks("padding-not-read") Trial trial) {
        trial.check();
    }

    /**
     * Outputs at padding are 0.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void paddingOutputsZero(@ForAll("trials") @Checks("padding-outputs-zero") Trial trial) {
        trial.check();
    }

    /**
     * More padding changes no output.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void paddedTimeDoesNotMatter(@ForAll("trials") @Checks("padded-time-does-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * A sequence in a ragged batch gives the outputs of the sequence alone.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void raggedEqualsAlone(@ForAll("trials") @Checks("ragged-equals-alone") Trial trial) {
        trial.check();
    }

    /**
     * Sequences of one position work.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void lengthOne(@ForAll("trials") @Checks("length-one") Trial trial) {
        trial.check();
    }

    /**
     * An empty batch, an empty time and sequences of length 0 work.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void emptyInput(@ForAll("trials") @Checks("empty-input") Trial trial) {
        trial.check();
    }

    /**
     * Any number of threads gives the same bits, in every call.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void threadsDoNotMatter(@ForAll("trials") @Checks("threads-do-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * Threads of an executor give the same bits, also when it refuses all work.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void borrowedThreadsDoNotMatter(@ForAll("trials") @Checks("borrowed-threads-do-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * A call without a workspace gives the results of the same call with one.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void shortFormsAreTheSame(@ForAll("trials") @Checks("short-forms-are-the-same") Trial trial) {
        trial.check();
    }

    /**
     * A mixer serves any number of threads at once.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void concurrentCalls(@ForAll("trials") @Checks("concurrent-calls") Trial trial) {
        trial.check();
    }

    /**
     * Finite inputs of ordinary size give finite outputs.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void finiteInFiniteOut(@ForAll("trials") @Checks("finite-in-finite-out") Trial trial) {
        trial.check();
    }

    /**
     * Inputs of a million give finite outputs.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void largeInputsStayFinite(@ForAll("trials") @Checks("large-inputs-stay-finite") Trial trial) {
        trial.check();
    }

    /**
     * Tiny and subnormal inputs and zeros give finite outputs.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void tinyInputsStayFinite(@ForAll("trials") @Checks("tiny-inputs-stay-finite") Trial trial) {
        trial.check();
    }

    /**
     * Outputs are those of the kind's formula in float64, up to rounding, where the kit knows it.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void equalsTheFormula(@ForAll("trials") @Checks("equals-the-formula") Trial trial) {
        trial.check();
    }

    /**
     * A NaN in one sequence reaches no other sequence.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void nanStaysInItsSequence(@ForAll("trials") @Checks("nan-stays-in-its-sequence") Trial trial) {
        trial.check();
    }

    /**
     * A NaN inside the true length spreads to an output that depends on it.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void nanIsNotSwallowed(@ForAll("trials") @Checks("nan-is-not-swallowed") Trial trial) {
        trial.check();
    }

    /**
     * No call writes to what it is given to read, padding included.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void inputsNotWritten(@ForAll("trials") @Checks("inputs-not-written") Trial trial) {
        trial.check();
    }

    /**
     * Views into larger arrays work in every call, and nothing around a result is written.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void viewsWithOffset(@ForAll("trials") @Checks("views-with-offset") Trial trial) {
        trial.check();
    }

    /**
     * Tensors in native memory give the same bits as tensors on arrays, in every call.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void nativeMemory(@ForAll("trials") @Checks("native-memory") Trial trial) {
        trial.check();
    }

    /**
     * After warm-up, forward into given outputs allocates 0 bytes, also over a context or from a hidden state.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void noGarbage(@ForAll("trials") @Checks("no-garbage") Trial trial) {
        trial.check();
    }

    /**
     * The source is asked once for each declared parameter, in order.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void parametersAskedOnce(@ForAll("trials") @Checks("parameters-asked-once") Trial trial) {
        trial.check();
    }

    /**
     * Parameters() has the declared names and shapes, in order, and the values given.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void parametersAsGiven(@ForAll("trials") @Checks("parameters-as-given") Trial trial) {
        trial.check();
    }

    /**
     * Every declared parameter changes some output.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void parametersUsed(@ForAll("trials") @Checks("parameters-used") Trial trial) {
        trial.check();
    }

    /**
     * Writing to what parameters() gave changes nothing.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void parametersAreCopies(@ForAll("trials") @Checks("parameters-are-copies") Trial trial) {
        trial.check();
    }

    /**
     * WithParameters gives a mixer with the new ones and leaves the old one alone.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void newParametersNewMixer(@ForAll("trials") @Checks("new-parameters-new-mixer") Trial trial) {
        trial.check();
    }

    /**
     * The same seed gives the same parameters and outputs; another seed others.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void sameSeedSameBits(@ForAll("trials") @Checks("same-seed-same-bits") Trial trial) {
        trial.check();
    }

    /**
     * Spec(config) says before building what the mixer's spec() says after.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void specKnownBeforeBuilding(@ForAll("trials") @Checks("spec-known-before-building") Trial trial) {
        trial.check();
    }

    /**
     * A mixer implements the interface of every capability it declares.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void declaredCapabilityImplemented(
            @ForAll("trials") @Checks("declared-capability-implemented") Trial trial) {
        trial.check();
    }

    /**
     * A capability that is not declared is refused with UnsupportedCapabilityException and a reason.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void undeclaredCapabilityRefused(@ForAll("trials") @Checks("undeclared-capability-refused") Trial trial) {
        trial.check();
    }

    /**
     * An input of another width is refused, with both shapes, before anything is written.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void badInputWidthRefused(@ForAll("trials") @Checks("bad-input-width-refused") Trial trial) {
        trial.check();
    }

    /**
     * An output of another shape is refused, with both shapes, before anything is written.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void badOutputShapeRefused(@ForAll("trials") @Checks("bad-output-shape-refused") Trial trial) {
        trial.check();
    }

    /**
     * What is written must not share memory with what the same call reads, and is refused before anything is written.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void overlapRefused(@ForAll("trials") @Checks("overlap-refused") Trial trial) {
        trial.check();
    }

    /**
     * An option that does not exist is refused by name.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void unknownOptionRefused(@ForAll("trials") @Checks("unknown-option-refused") Trial trial) {
        trial.check();
    }

    /**
     * An ill-typed or out-of-range option is refused with its value and what is allowed.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void badOptionRefused(@ForAll("trials") @Checks("bad-option-refused") Trial trial) {
        trial.check();
    }

    /**
     * Where a mixer declares less than the same bits, it is by a bound of at most 1/64: with more, no comparison says much.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void declaredToleranceIsSmall(@ForAll("trials") @Checks("declared-tolerance-is-small") Trial trial) {
        trial.check();
    }

    /**
     * Forward leaves nothing out, whatever is said of dropout: that is for recordings.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void dropoutIsForRecordings(@ForAll("trials") @Checks("dropout-is-for-recordings") Trial trial) {
        trial.check();
    }
}
