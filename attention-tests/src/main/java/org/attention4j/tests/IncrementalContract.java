package org.attention4j.tests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of the group "incremental" as jqwik properties; see {@link MixerContract}. */
public interface IncrementalContract extends ContractBase {
    /**
     * One position at a time gives the outputs of the whole sequence.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void tokenByTokenEqualsWhole(@ForAll("trials") @Checks("token-by-token-equals-whole") Trial trial) {
        trial.check();
    }

    /**
     * The whole prompt in one step gives the outputs of forward.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void promptEqualsWhole(@ForAll("trials") @Checks("prompt-equals-whole") Trial trial) {
        trial.check();
    }

    /**
     * Any partition into chunks gives the outputs of the whole sequence.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void chunksEqualWhole(@ForAll("trials") @Checks("chunks-equal-whole") Trial trial) {
        trial.check();
    }

    /**
     * Each sequence may take another number of positions a step, also none.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void raggedChunksEqualWhole(@ForAll("trials") @Checks("ragged-chunks-equal-whole") Trial trial) {
        trial.check();
    }

    /**
     * Steps on any number of threads give the same bits.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void stepThreadsDoNotMatter(@ForAll("trials") @Checks("step-threads-do-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * States of one mixer that take turns give what each gives alone.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void statesDoNotInterfere(@ForAll("trials") @Checks("states-do-not-interfere") Trial trial) {
        trial.check();
    }

    /**
     * Position(b) counts what sequence b has taken; batch and capacity are as asked for.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void positionsCounted(@ForAll("trials") @Checks("positions-counted") Trial trial) {
        trial.check();
    }

    /**
     * A step past the capacity is refused and leaves state and output as they were.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void fullStateRefusesMore(@ForAll("trials") @Checks("full-state-refuses-more") Trial trial) {
        trial.check();
    }

    /**
     * A state of fixed size takes sequences longer than its capacity.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void boundedStateGoesOn(@ForAll("trials") @Checks("bounded-state-goes-on") Trial trial) {
        trial.check();
    }

    /**
     * A step of another batch, width or output shape is refused and changes nothing.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void badStepRefused(@ForAll("trials") @Checks("bad-step-refused") Trial trial) {
        trial.check();
    }

    /**
     * NewState refuses a negative batch, a capacity below 1, and what is larger than Java's arrays.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void badStateSizeRefused(@ForAll("trials") @Checks("bad-state-size-refused") Trial trial) {
        trial.check();
    }

    /**
     * A step whose thread is interrupted is done all the same, or throws CancelledException and leaves the state as it was.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void cancelledStepLeavesState(@ForAll("trials") @Checks("cancelled-step-leaves-state") Trial trial) {
        trial.check();
    }

    /**
     * After warm-up, a step and its roll-back allocate 0 bytes.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void noGarbagePerStep(@ForAll("trials") @Checks("no-garbage-per-step") Trial trial) {
        trial.check();
    }

    /**
     * A copy stands where the state does, and neither changes the other.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void copiesAreIndependent(@ForAll("trials") @Checks("copies-are-independent") Trial trial) {
        trial.check();
    }

    /**
     * After reorder, sequence b goes on from where sequence sources[b] stood, whoever else does.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void reorderedSequencesGoOn(@ForAll("trials") @Checks("reordered-sequences-go-on") Trial trial) {
        trial.check();
    }

    /**
     * Rolled back by k and replayed, a state gives the same outputs.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void rollbackAndReplay(@ForAll("trials") @Checks("rollback-and-replay") Trial trial) {
        trial.check();
    }

    /**
     * A roll-back past position, capacity or 0, in one or in several, is refused and changes nothing.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void rollbackTooFarRefused(@ForAll("trials") @Checks("rollback-too-far-refused") Trial trial) {
        trial.check();
    }

    /**
     * How far a state can be rolled back, and to what, outlives steps, copies, reorder and loading, and begins anew with reset.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void rollbackLimitIsKept(@ForAll("trials") @Checks("rollback-limit-is-kept") Trial trial) {
        trial.check();
    }

    /**
     * After reset a state gives what a new one gives.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void resetStartsOver(@ForAll("trials") @Checks("reset-starts-over") Trial trial) {
        trial.check();
    }

    /**
     * Bytes() is stateBytes(…) and what newState really allocates.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void declaredStateSize(@ForAll("trials") @Checks("declared-state-size") Trial trial) {
        trial.check();
    }

    /**
     * A state that was saved and loaded goes on with the same bits.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void savedStateContinues(@ForAll("trials") @Checks("saved-state-continues") Trial trial) {
        trial.check();
    }

    /**
     * Loading reads the state's own bytes and no more.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void savedStatesReadInTurn(@ForAll("trials") @Checks("saved-states-read-in-turn") Trial trial) {
        trial.check();
    }

    /**
     * A saved state that is cut off is refused with CorruptFileException.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void cutOffStateRefused(@ForAll("trials") @Checks("cut-off-state-refused") Trial trial) {
        trial.check();
    }

    /**
     * A damaged saved state is refused as corrupt or foreign, or is a state; nothing else.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void damagedStateRefused(@ForAll("trials") @Checks("damaged-state-refused") Trial trial) {
        trial.check();
    }

    /**
     * A state of another configuration is refused by step and loadState.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void foreignStateRefused(@ForAll("trials") @Checks("foreign-state-refused") Trial trial) {
        trial.check();
    }
}
