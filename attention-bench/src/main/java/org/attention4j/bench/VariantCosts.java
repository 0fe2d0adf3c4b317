package org.attention4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What attention variants cost beside plain attention of the same run. */
public final class VariantCosts {
    private VariantCosts() {}

    /**
     * A line for each row of a variant over whole sequences: its time by that of plain attention for as many pairs of a query and a key,
     * and by that of plain attention over the same positions.
     *
     * @param rows of a run without PyTorch
     * @return lines in the order of the rows; none where plain attention over as many positions was not run
     */
    public static List<String> lines(List<Row> rows) {
        List<String> lines = new ArrayList<>();
        for (Row row : rows) {
            WorkloadName name = WorkloadName.parse(row.workload());
            boolean plain = name.kind().equals(VariantWorkload.PLAIN);
            if (name.variant()
                    && !plain
                    && row.share().filter(share -> !share.memory()).isPresent()) {
                plain(rows, name.size(0), row.threads()).ifPresent(base -> lines.add(line(row, base)));
            }
        }
        return lines;
    }

    private static Optional<Row> plain(List<Row> rows, int positions, int threads) {
        String name = VariantWorkload.PLAIN + ":" + positions;
        return rows.stream()
                .filter(row -> row.workload().equals(name) && row.threads() == threads)
                .findFirst();
    }

    private static String line(Row row, Row plain) {
        double speed = row.share().orElseThrow().speed();
        double whole =
                plain.ours().orElseThrow().median() / row.ours().orElseThrow().median();
        return String.format(
                Locale.ROOT,
                "%s on %d: %.2f × plain attention's time for as many pairs, %.2f × as fast as plain attention over as many positions",
                row.workload(),
                row.threads(),
                plain.share().orElseThrow().speed() / speed,
                whole);
    }
}
