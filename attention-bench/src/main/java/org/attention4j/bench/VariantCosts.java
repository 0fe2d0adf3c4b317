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
     * and by that of plain attention over the same positions. Masks that leave few keys to each query are also held against attention without a
     * mask over sequences of so many positions, where as many queries and keys are read for as many pairs, if it was run.
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
                String unmasked = VariantWorkload.UNMASKED.getOrDefault(name.kind(), "")
                        + row.workload().substring(name.kind().length());
                String sequences = find(rows, unmasked, row.threads())
                        .map(base -> String.format(
                                Locale.ROOT,
                                ", %.2f × the time of %s for as many",
                                speed(base) / speed(row),
                                base.workload()))
                        .orElse("");
                find(rows, VariantWorkload.PLAIN + ":" + name.size(0), row.threads())
                        .ifPresent(base -> lines.add(line(row, base) + sequences));
            }
        }
        return lines;
    }

    private static Optional<Row> find(List<Row> rows, String workload, int threads) {
        return rows.stream()
                .filter(row -> row.workload().equals(workload) && row.threads() == threads)
                .findFirst();
    }

    private static double speed(Row row) {
        return row.share().orElseThrow().speed();
    }

    private static String line(Row row, Row plain) {
        double whole =
                plain.ours().orElseThrow().median() / row.ours().orElseThrow().median();
        return String.format(
                Locale.ROOT,
                "%s on %d: %.2f × plain attention's time for as many pairs, %.2f × as fast as plain attention over as many positions",
                row.workload(),
                row.threads(),
                speed(plain) / speed(row),
                whole);
    }
}
