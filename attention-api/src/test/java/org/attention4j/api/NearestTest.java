package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestTest {
    private static final List<String> KNOWN = List.of("lstm", "gru", "convolution", "multi-head-attention");

    @Test
    void theNearestNameIsSuggested() {
        assertEquals(" (did you mean 'lstm'?)", Nearest.suggestion("lsmt", KNOWN));
        assertEquals(" (did you mean 'lstm'?)", Nearest.suggestion("LSTM", KNOWN));
        assertEquals(" (did you mean 'multi-head-attention'?)", Nearest.suggestion("multihead_attention", KNOWN));
        assertTrue(
                Nearest.suggestion("nonesuch", KNOWN).startsWith(" (the nearest is '"), "far, and named all the same");
        assertEquals("", Nearest.suggestion("lstm", List.of()));
    }

    @Test
    void ofTwoAsNearTheFirstInTheAlphabetIsSuggested() {
        assertEquals(" (did you mean 'gra'?)", Nearest.suggestion("grx", List.of("gru", "gra")));
    }

    @Test
    void distancesOfTheTextbook() {
        assertEquals(3, Nearest.distance("kitten", "sitting"));
        assertEquals(4, Nearest.distance("", "lstm"));
        assertEquals(4, Nearest.distance("lstm", ""));
    }

    /** It is a metric, and one edit away is at distance one. */
    @Property(tries = 200)
    void distanceIsAMetric(
            @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 6) String a,
            @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 6) String b,
            @ForAll @CharRange(from = 'a', to = 'c') @StringLength(max = 6) String c) {
        assertEquals(0, Nearest.distance(a, a));
        assertEquals(Nearest.distance(a, b), Nearest.distance(b, a));
        assertTrue(Nearest.distance(a, c) <= Nearest.distance(a, b) + Nearest.distance(b, c));
        assertEquals(1, Nearest.distance(a, a + "x"));
        assertTrue(a.equals(b) == (Nearest.distance(a, b) == 0));
    }
}
