package org.attention4j.tests.laws;

import org.attention4j.api.MixerSpec;

/** Tells configurations whose recordings leave values out at random, as forward does not. */
final class Dropouts {
    private Dropouts() {}

    /** Whether the options {@code dropout} and {@code …-dropout}, if there are any, are 0. */
    static boolean none(MixerSpec spec) {
        return spec.config().options().entrySet().stream()
                .filter(option -> isShare(option.getKey()))
                .noneMatch(option -> option.getValue() instanceof Number share && share.doubleValue() > 0);
    }

    /** Whether an option says how much is left out. */
    static boolean isShare(String option) {
        return option.equals("dropout") || option.endsWith("-dropout");
    }
}
