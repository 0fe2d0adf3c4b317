package org.attention4j.tests;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.attention4j.api.Exactness;
import org.attention4j.tests.laws.Differences;

/** Collects for a report how exactly the configurations of a run say that results agree, and how exactly they did. */
final class Agreements {
    private final Differences differences = new Differences();
    private final Map<Exactness.Measure, Exactness> bounds = new EnumMap<>(Exactness.Measure.class);
    private boolean bits;

    void during(Runnable laws) {
        differences.during(laws);
    }

    void declared(Exactness exactness) {
        if (exactness.isBits()) {
            bits = true;
        } else {
            bounds.merge(exactness.measure(), exactness, Exactness::and);
        }
    }

    List<Report.Agreement> all() {
        List<Report.Agreement> all = new ArrayList<>();
        if (bits) {
            all.add(new Report.Agreement(Exactness.bits(), 0));
        }
        bounds.forEach((measure, bound) -> all.add(new Report.Agreement(bound, differences.largest(measure))));
        return all;
    }
}
