package org.attention4j.tests.mutants;

import java.util.ArrayList;
import java.util.List;

/** All mutants. */
public final class Mutants {
    private Mutants() {}

    public static List<Mutant> all() {
        List<Mutant> all = new ArrayList<>();
        all.addAll(EveryMixerMutants.all());
        all.addAll(ParameterMutants.all());
        all.addAll(IncrementalMutants.all());
        all.addAll(GradientMutants.all());
        all.addAll(CapabilityMutants.all());
        all.addAll(FamilyMutants.all());
        return all;
    }

    public static Mutant of(String law) {
        return all().stream()
                .filter(mutant -> mutant.law().equals(law))
                .findFirst()
                .orElseThrow();
    }
}
