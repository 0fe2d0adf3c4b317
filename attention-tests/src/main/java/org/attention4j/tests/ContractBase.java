package org.attention4j.tests;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.providers.TypeUsage;
import org.attention4j.api.MixerProvider;

/** What the contracts of all groups share: the subject, its waivers, and the cases that jqwik draws for a law. */
@AddLifecycleHook(value = ContractHook.class, propagateTo = PropagationMode.ALL_DESCENDANTS)
@PropertyDefaults(tries = Conformance.DEFAULT_TRIES)
public interface ContractBase {
    /**
     * The mixer that is checked.
     *
     * @return its provider
     */
    MixerProvider subject();

    /**
     * Laws that it is known to break.
     *
     * @return none, unless overridden
     */
    default Waivers waivers() {
        return Waivers.none();
    }

    /**
     * The cases of a law.
     *
     * @param target the annotated parameter
     * @return what jqwik draws and shrinks
     */
    @Provide
    default Arbitrary<Trial> trials(TypeUsage target) {
        Law law = Laws.named(target.findAnnotation(Checks.class).orElseThrow().value());
        Cases cases = Cases.of(this);
        return (Conformance.refused(law, cases) ? cases.refusing(law) : cases.concerned(law))
                .map(c -> new Trial(law, c));
    }
}
