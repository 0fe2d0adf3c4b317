package org.attention4j.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.attention4j.bench.Machine;
import org.attention4j.bench.Race;
import org.attention4j.bench.Row;
import org.attention4j.bench.VariantCosts;

/** The rows of a race for the terminal, the geometric means last. */
final class BenchTable {
    private BenchTable() {}

    static void print(PrintWriter out, List<Row> rows, List<Integer> threads, Machine machine) {
        boolean raced = rows.stream().anyMatch(row -> row.theirs().isPresent());
        if (raced) {
            out.println("RATIO: our speed over PyTorch's, the median of paired turns; SPREAD: its quartiles.");
        }
        out.println("SHARE: of the machine's multiply-adds, or of reading memory, in this run.");
        Table table = raced
                ? new Table(
                        "WORKLOAD",
                        "THREADS",
                        "RATIO",
                        "SPREAD",
                        "OURS ms",
                        "BEST",
                        "PYTORCH ms",
                        "BEST",
                        "SPEED",
                        "SHARE",
                        "NOTE")
                : new Table("WORKLOAD", "THREADS", "OURS ms", "BEST", "SPEED", "SHARE", "NOTE");
        for (Row row : rows) {
            table.row(raced ? racedCells(row) : aloneCells(row));
        }
        table.print(out);
        VariantCosts.lines(rows).forEach(out::println);
        for (int count : threads) {
            out.println(format("peak on %s: %.0f GFLOP/s", threads(count), machine.peak(count)));
        }
        for (int count : threads) {
            double mean = Race.geometricMean(rows, count);
            if (!Double.isNaN(mean)) {
                out.println(format("geometric mean on %s: %.2f (%s)", threads(count), mean, Race.basis(rows, count)));
            }
        }
    }

    private static String[] racedCells(Row row) {
        String[] alone = aloneCells(row);
        return new String[] {
            alone[0],
            alone[1],
            row.theirs().map(result -> format("%.2f", result.ratio())).orElse(""),
            row.theirs()
                    .map(result -> format("%.2f–%.2f", result.lowerQuartile(), result.upperQuartile()))
                    .orElse(""),
            alone[2],
            alone[3],
            row.theirs().map(result -> milliseconds(result.times().median())).orElse(""),
            row.theirs().map(result -> milliseconds(result.times().best())).orElse(""),
            alone[4],
            alone[5],
            alone[6]
        };
    }

    private static String[] aloneCells(Row row) {
        return new String[] {
            row.workload(),
            Integer.toString(row.threads()),
            row.ours().map(side -> milliseconds(side.median())).orElse(""),
            row.ours().map(side -> milliseconds(side.best())).orElse(""),
            row.share()
                    .map(share -> format("%.1f %s", share.speed(), share.memory() ? "GB/s" : "GFLOP/s"))
                    .orElse(""),
            row.share()
                    .map(share -> format("%.0f %% of %s", 100 * share.part(), share.memory() ? "read" : "peak"))
                    .orElse(""),
            row.note()
        };
    }

    private static String threads(int count) {
        return count == 1 ? "1 thread" : count + " threads";
    }

    private static String milliseconds(double value) {
        return format(value >= 100 ? "%.0f" : value >= 1 ? "%.2f" : "%.4f", value);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
