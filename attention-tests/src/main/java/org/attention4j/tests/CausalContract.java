package org.attention4j.tests;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The laws of the group "causal" as jqwik properties; see {@link MixerContract}. */
public interface CausalContract extends ContractBase {
    /**
     * Changing position t changes no output before t.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void laterInputsDoNotMatter(@ForAll("trials") @Checks("later-inputs-do-not-matter") Trial trial) {
        trial.check();
    }

    /**
     * A prefix alone gives the outputs of the prefix in the whole sequence.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void prefixEqualsWhole(@ForAll("trials") @Checks("prefix-equals-whole") Trial trial) {
        trial.check();
    }

    /**
     * The gradient of earlier outputs by later inputs is exactly 0.
     *
     * @param trial drawn by jqwik
     */
    @Property
    default void earlierOutputsHaveNoLaterGradient(
            @ForAll("trials") @Checks("earlier-outputs-have-no-later-gradient") Trial trial) {
        trial.check();
    }
}
