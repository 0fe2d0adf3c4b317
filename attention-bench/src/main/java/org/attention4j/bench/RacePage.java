package org.attention4j.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The HTML page of a race: bars of ratios on a logarithmic scale, drawn as SVG, and the table. */
final class RacePage {
    private static final int LEFT = 230;
    private static final int WIDTH = 560;
    private static final int LINE = 18;

    /** The scale ends here, and bars are cut off. */
    private static final double WIDEST = 64;

    private static final String STYLE = """
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
            table { margin-top: 1rem; border-collapse: collapse; font-variant-numeric: tabular-nums }
            th, td { padding: .15rem .7rem; text-align: right; border-bottom: 1px solid #ddd }
            th:first-child, td:first-child, th:last-child, td:last-child { text-align: left }
            th, td { white-space: nowrap } td:last-child { white-space: normal; min-width: 16rem }
            .wide { overflow-x: auto }
            svg { width: 100%; min-width: 53rem; font: 12px system-ui, sans-serif } figure { margin: 0 }
            figcaption { color: #666 }
            .faster { fill: #2a7f62 } .slower { fill: #c2573a } .one { stroke: #222 } .grid { stroke: #ddd } .whisker { stroke: #222 }
            .mean { font-weight: bold }
            @media (prefers-color-scheme: dark) {
              body { background: #181818; color: #ddd } th, td { border-color: #444 } text { fill: #ddd } figcaption { color: #aaa }
              .one, .whisker { stroke: #ddd } .grid { stroke: #444 }
            }
            """;

    private RacePage() {}

    static String of(List<Row> rows, String title) {
        boolean raced = rows.stream().anyMatch(row -> row.theirs().isPresent());
        StringBuilder page =
                new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>")
                .append(escaped(title))
                .append("</title>\n<style>\n")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<h1>")
                .append(escaped(title))
                .append("</h1>\n<p>")
                .append(
                        raced
                                ? "Ratio: our speed over PyTorch's, the median of paired turns; spread: from the lower to the upper "
                                        + "quartile of the pairs. Above 1, ours is faster. "
                                : "")
                .append(
                        "Share: of the machine's multiply-adds (peak), or of its reading of memory (read), measured in the same "
                                + "run. Times are medians; best is the fastest run.</p>\n");
        rows.stream().mapToInt(Row::threads).distinct().forEach(threads -> {
            List<Row> some =
                    rows.stream().filter(row -> row.threads() == threads).toList();
            page.append("<h2>")
                    .append(threads)
                    .append(threads == 1 ? " thread" : " threads")
                    .append("</h2>\n");
            chart(page, some.stream().filter(row -> row.theirs().isPresent()).toList());
            table(page, some, threads, raced);
        });
        return page.append("</body>\n</html>\n").toString();
    }

    private static void chart(StringBuilder page, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        int height = rows.size() * LINE + 24;
        page.append("<figure class=\"wide\">\n");
        page.append(format(
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Ratio of each workload\">\n",
                LEFT + WIDTH + 60, height));
        for (double tick = 0.125; tick <= WIDEST; tick *= 2) {
            String name = tick < 1 ? "1/" + Math.round(1 / tick) : Long.toString(Math.round(tick));
            page.append(format(
                    "<line class=\"%s\" x1=\"%.1f\" x2=\"%.1f\" y1=\"0\" y2=\"%d\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                    tick == 1 ? "one" : "grid", x(tick), x(tick), height - 18, x(tick), height - 4, name));
        }
        for (int i = 0; i < rows.size(); i++) {
            bar(page, rows.get(i), rows.get(i).theirs().orElseThrow(), i * LINE);
        }
        page.append(format(
                "</svg>\n<figcaption>Bars: times as fast as PyTorch, on a logarithmic scale that ends at 1/8 and %.0f; green where "
                        + "ours is faster, red where PyTorch is. Lines: the spread.</figcaption>\n</figure>\n",
                WIDEST));
    }

    private static void bar(StringBuilder page, Row row, Race.Result result, int y) {
        double from = Math.min(x(1), x(result.ratio()));
        double to = Math.max(x(1), x(result.ratio()));
        double middle = y + LINE / 2.0;
        page.append(format(
                "<g><title>%s: %.2f (%.2f to %.2f), ours %s ms, PyTorch %s ms</title>",
                escaped(row.workload()),
                result.ratio(),
                result.lowerQuartile(),
                result.upperQuartile(),
                milliseconds(row.ours().orElseThrow().median()),
                milliseconds(result.times().median())));
        page.append(format(
                "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                LEFT - 8, middle + 4, escaped(row.workload())));
        page.append(format(
                "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
                result.ratio() >= 1 ? "faster" : "slower", from, y + 3, to - from, LINE - 6));
        page.append(format(
                "<line class=\"whisker\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>",
                x(result.lowerQuartile()), x(result.upperQuartile()), middle, middle));
        page.append(format(
                "<text x=\"%.1f\" y=\"%.1f\">%.2f</text></g>\n",
                Math.max(to, x(result.upperQuartile())) + 6, middle + 4, result.ratio()));
    }

    private static double x(double ratio) {
        double cut = Math.max(1 / 8.0, Math.min(WIDEST, ratio));
        return LEFT + WIDTH * (Math.log(8 * cut) / Math.log(8 * WIDEST));
    }

    private static void table(StringBuilder page, List<Row> rows, int threads, boolean raced) {
        page.append("<div class=\"wide\">\n<table>\n<tr><th>Workload</th>")
                .append(raced ? "<th>Ratio</th><th>Spread</th>" : "")
                .append("<th>Ours, ms</th><th>Best, ms</th>")
                .append(raced ? "<th>PyTorch, ms</th><th>Best, ms</th>" : "")
                .append("<th>Speed</th><th>Share</th><th>Note</th></tr>\n");
        for (Row row : rows) {
            page.append("<tr><td>").append(escaped(row.workload())).append("</td>");
            if (raced) {
                cell(page, theirs(row, result -> format("%.2f", result.ratio())));
                cell(page, theirs(row, result -> format("%.2f–%.2f", result.lowerQuartile(), result.upperQuartile())));
            }
            cell(page, row.ours().map(side -> milliseconds(side.median())).orElse(""));
            cell(page, row.ours().map(side -> milliseconds(side.best())).orElse(""));
            if (raced) {
                cell(page, theirs(row, result -> milliseconds(result.times().median())));
                cell(page, theirs(row, result -> milliseconds(result.times().best())));
            }
            cell(page, row.share().map(RacePage::speed).orElse(""));
            cell(page, row.share().map(RacePage::part).orElse(""));
            cell(page, escaped(row.note()));
            page.append("</tr>\n");
        }
        double mean = Race.geometricMean(rows, threads);
        if (!Double.isNaN(mean)) {
            page.append(format(
                    "<tr class=\"mean\"><td>geometric mean</td><td>%.2f</td><td colspan=\"8\">%s</td></tr>\n",
                    mean, Race.basis(rows, threads)));
        }
        page.append("</table>\n</div>\n");
    }

    /** What is to be said of PyTorch's side, if it ran. */
    private static String theirs(Row row, Function<Race.Result, String> text) {
        return row.theirs().map(text).orElse("");
    }

    private static void cell(StringBuilder page, String text) {
        page.append("<td>").append(text).append("</td>");
    }

    private static String speed(Row.Share share) {
        return format("%.1f %s", share.speed(), share.memory() ? "GB/s" : "GFLOP/s");
    }

    private static String part(Row.Share share) {
        return format("%.0f %% of %s", 100 * share.part(), share.memory() ? "read" : "peak");
    }

    /** With three digits at least. */
    static String milliseconds(double value) {
        return value >= 100 ? format("%.0f", value) : format(value >= 1 ? "%.2f" : "%.4f", value);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
