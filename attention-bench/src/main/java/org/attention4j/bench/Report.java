package org.attention4j.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Rows as JSON and as an HTML page. */
public final class Report {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Report() {}

    /**
     * An array of one record a row: {@code workload}, {@code threads}, {@code ratio} (our speed over PyTorch's, the median of pairs),
     * {@code spread} (the interquartile range of the pairs' ratios, whose ends are {@code ratio_q1} and {@code ratio_q3}), {@code pairs},
     * {@code ours_ms} and {@code pytorch_ms} (medians), {@code ours_best_ms} and {@code pytorch_best_ms}, {@code share} of
     * {@code share_of} (peak or read), {@code gflops} or {@code gbs} with the machine's {@code limit},
     * {@code disturbed} (whether something else had the machine), {@code note}. What is not known is null.
     *
     * @param rows of a race
     * @return text
     */
    public static String json(List<Row> rows) {
        ArrayNode records = MAPPER.createArrayNode();
        for (Row row : rows) {
            ObjectNode node = records.addObject();
            node.put("workload", row.workload()).put("threads", row.threads());
            Race.Result theirs = row.theirs().orElse(null);
            Row.Side ours = row.ours().orElse(null);
            Row.Share share = row.share().orElse(null);
            node.put("ratio", theirs == null ? null : theirs.ratio());
            node.put("spread", theirs == null ? null : theirs.spread());
            node.put("ratio_q1", theirs == null ? null : theirs.lowerQuartile());
            node.put("ratio_q3", theirs == null ? null : theirs.upperQuartile());
            node.put("pairs", theirs == null ? null : theirs.pairs());
            node.put("ours_ms", ours == null ? null : ours.median());
            node.put("pytorch_ms", theirs == null ? null : theirs.times().median());
            node.put("ours_best_ms", ours == null ? null : ours.best());
            node.put("pytorch_best_ms", theirs == null ? null : theirs.times().best());
            node.put("share", share == null ? null : share.part());
            node.put("share_of", share == null ? null : share.memory() ? "read" : "peak");
            node.put("gflops", share == null || share.memory() ? null : share.speed());
            node.put("gbs", share == null || !share.memory() ? null : share.speed());
            node.put("limit", share == null ? null : share.limit());
            node.put("disturbed", row.disturbed());
            node.put("note", row.note().isEmpty() ? null : row.note());
        }
        return records.toPrettyString() + "\n";
    }

    /**
     * One self-contained page with a chart for each number of threads and the table.
     *
     * @param rows of a race
     * @param title its heading, without markup
     * @return text
     */
    public static String html(List<Row> rows, String title) {
        return RacePage.of(rows, title);
    }
}
