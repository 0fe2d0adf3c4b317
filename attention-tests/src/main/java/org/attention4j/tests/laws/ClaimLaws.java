package org.attention4j.tests.laws;

import java.util.List;
import java.util.Locale;
import org.attention4j.api.Exactness;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Option;
import org.attention4j.api.SequenceMixer;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** That what a specification says leaves something to check. */
public final class ClaimLaws {
    /**
     * Four times what rounding to 8 bits with a common scale is off by at most. Most laws compare within what a mixer declares: with more than
     * this they would let pass what is wrong, too.
     */
    private static final double LOOSEST = 0x1p-6;

    private ClaimLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                EveryMixerLaws.law(
                                "declared-tolerance-is-small",
                                "where a mixer declares less than the same bits, it is by a bound of at most 1/64: with more, no comparison says much",
                                "exactness(…) in the spec: conform prints the largest difference that it saw; of two mixers in one that round"
                                        + " differently, no small bound is known",
                                ClaimLaws::tolerance)
                        .when("declaring less than the same bits", spec -> !spec.exactness()
                                .isBits()),
                EveryMixerLaws.law(
                                "dropout-is-for-recordings",
                                "forward leaves nothing out, whatever is said of dropout: that is for recordings",
                                "forward with dropout: neither at random nor by a fixed choice",
                                ClaimLaws::dropout)
                        .when("with dropout", spec -> !Dropouts.none(spec)));
    }

    private static void tolerance(LawCase c) {
        Exactness declared = c.spec().exactness();
        Expect.that(
                declared.bound() <= LOOSEST,
                String.format(
                        Locale.ROOT,
                        "a bound of %s is declared (%s), more than %s: the laws that compare within it would pass nearly anything",
                        declared.bound(),
                        declared.measure().name().toLowerCase(Locale.ROOT),
                        LOOSEST));
    }

    private static void dropout(LawCase c) {
        MixerConfig without = c.config();
        for (Option<?> option : c.spec().kind().options().options()) {
            if (Dropouts.isShare(option.name())) {
                without = without.with(option.name(), 0.0);
            }
        }
        SequenceMixer none = c.mixer(without);
        Expect.sameBits(
                "forward with dropout, against forward without",
                Runs.forward(none, c.input()),
                Runs.forward(c.mixer(), c.input()),
                "forward leaves something out, as a recording does");
    }
}
