package org.attention4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void theMedianIsTheMiddleOrHalfWayBetweenTheTwoMiddleOnes() {
        assertEquals(3, Statistics.median(9, 1, 3));
        assertEquals(2.5, Statistics.median(4, 1, 2, 3));
        assertEquals(7, Statistics.median(7));
        assertThrows(IllegalArgumentException.class, Statistics::median);
    }

    @Test
    void quartilesAreInterpolated() {
        double[] values = {5, 1, 4, 2, 3};

        assertEquals(2, Statistics.quantile(values, 0.25));
        assertEquals(4, Statistics.quantile(values, 0.75));
        assertEquals(1.75, Statistics.quantile(new double[] {4, 3, 2, 1}, 0.25));
        assertEquals(1, Statistics.least(values));
        assertEquals(5, values[0], "the values stay in their order");
    }

    @Test
    void theGeometricMeanIsTheRootOfTheProduct() {
        assertEquals(2, Statistics.geometricMean(List.of(1.0, 2.0, 4.0)), 1e-12);
        assertEquals(1, Statistics.geometricMean(List.of(0.5, 2.0)), 1e-12);
        assertTrue(Double.isNaN(Statistics.geometricMean(List.of())));
    }

    @Property(tries = 100)
    void quartilesLieInOrderBetweenTheEnds(
            @ForAll @Size(min = 1, max = 40) List<@DoubleRange(min = -9, max = 9) Double> list) {
        double[] values = list.stream().mapToDouble(Double::doubleValue).toArray();
        double[] cuts = {
            Statistics.least(values),
            Statistics.quantile(values, 0.25),
            Statistics.median(values),
            Statistics.quantile(values, 0.75),
            Statistics.quantile(values, 1)
        };

        for (int i = 1; i < cuts.length; i++) {
            assertTrue(cuts[i - 1] <= cuts[i]);
        }
    }
}
