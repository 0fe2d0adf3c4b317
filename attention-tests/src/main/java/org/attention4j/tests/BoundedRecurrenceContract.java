package org.attention4j.tests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of the group "bounded recurrence" as jqwik properties; see {@link MixerContract}. */
public interface BoundedRecurrenceContract extends ContractBase {
    /**
     * Hidden values stay within [−1, 1], whatever the inputs.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void outputsBounded(@ForAll("trials") @Checks("outputs-bounded") Trial trial) {
        trial.check();
    }

    /**
     * With gates driven to 0 and 1, what is taken in at the first position is kept.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void saturatedGatesLatch(@ForAll("trials") @Checks("saturated-gates-latch") Trial trial) {
        trial.check();
    }

    /**
     * Both directions give what each gives, the second on sequences reversed by their true lengths.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void bidirectionalIsTwoDirections(
            @ForAll("trials") @Checks("bidirectional-is-two-directions") Trial trial) {
        trial.check();
    }

    /**
     * Two layers give what one gives on the outputs of the other.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void layersAreAStack(@ForAll("trials") @Checks("layers-are-a-stack") Trial trial) {
        trial.check();
    }
}
