package org.attention4j.tests.laws;

import org.attention4j.api.MixerSpec;

/** Tells configurations whose recordings leave values out at random, as forward does not. */
final class Dropouts {
    private Dropouts() {}

    /** Whether the options {@code dropout} and {@code …-dropout}, if there are any, are 0. */
    static boolean none(MixerSpec spec) {
        return spec.config().options().entrySet().stream()
                .filter(option ->
                        option.getKey().equals("dropout") || option.getKey().endsWith("-dropout"))
                .noneMatch(option -> option.getValue() instanceof Number share && share.doubleValue() > 0);
    }
}
