package org.attention4j.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.Mixers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RaceTest {
    private static final String SMALL = "gemm:40:24:8";

    private static Race race(List<String> progress, String... names) {
        return new Race(
                new Workloads(Mixers.of()),
                new RaceOptions(List.of(names), List.of(1), 3, 1, 1),
                new Machine(),
                progress::add);
    }

    @Test
    void aRaceGivesARowForEachWorkload() throws IOException {
        List<String> progress = new ArrayList<>();
        List<Row> rows;
        try (Peer peer = FakePeer.start("none")) {
            rows = race(progress, SMALL, "gru:1:256").against(peer, peer);
        }

        Race.Result result = rows.get(0).theirs().orElseThrow();
        Row.Side ours = rows.get(0).ours().orElseThrow();
        assertEquals(2, result.times().median());
        assertEquals(3, result.pairs());
        assertTrue(result.ratio() > 0
                && result.lowerQuartile() <= result.ratio()
                && result.ratio() <= result.upperQuartile());
        assertTrue(ours.best() <= ours.median());
        assertEquals(result.ratio(), Race.geometricMean(rows, 1), 1e-9, "rows without a ratio do not count");
        assertEquals("the mixer gru is not there yet", rows.get(1).note());
        assertEquals(List.of("check " + SMALL, "check gru:1:256", SMALL, "gru:1:256"), progress);
        assertReports(rows);
    }

    private static void assertReports(List<Row> rows) throws IOException {
        JsonNode json = new ObjectMapper().readTree(Report.json(rows));
        assertEquals(2, json.size());
        assertEquals(SMALL, json.get(0).path("workload").asText());
        assertEquals(
                rows.get(0).ratio().orElseThrow(), json.get(0).path("ratio").asDouble());
        assertEquals(
                json.get(0).path("ratio_q3").asDouble()
                        - json.get(0).path("ratio_q1").asDouble(),
                json.get(0).path("spread").asDouble(),
                1e-12);
        assertTrue(json.get(0).path("share").isNumber()
                && json.get(0).path("ours_ms").isNumber());
        assertTrue(json.get(1).path("ratio").isNull());

        String page = Report.html(rows, "a <title>");
        assertTrue(!page.contains("http") && !page.contains("src=") && !page.contains("<script"), "opens offline");
        assertTrue(page.contains("a &lt;title&gt;") && page.contains("<svg") && page.contains(SMALL));
        assertTrue(page.contains("geometric mean"));
        assertTrue(page.contains("<th>PyTorch, ms</th>") && page.contains("times as fast as PyTorch"), page);
        assertTrue(page.contains("% of read</td>"), "a share says of what");
    }

    @ParameterizedTest
    @CsvSource({"element, output y[", "nan, output y[", "norm, has the norm", "size, elements", "name, has the outputs"
    })
    void aRunInWhichTheNumbersDifferIsRefused(String fault, String message) throws IOException {
        try (Peer peer = FakePeer.start(fault)) {
            DisagreementException refusal =
                    assertThrows(DisagreementException.class, () -> race(new ArrayList<>(), SMALL)
                            .against(peer, peer));

            assertTrue(refusal.getMessage().contains(message), refusal.getMessage());
            assertTrue(refusal.getMessage().startsWith(SMALL + " on 1 thread"), refusal.getMessage());
        }
    }

    @Test
    void oursAloneHasNoRatio() {
        Row row = race(new ArrayList<>(), SMALL).alone().get(0);

        assertTrue(row.ratio().isEmpty() && row.share().orElseThrow().part() > 0);
        assertTrue(Double.isNaN(Race.geometricMean(List.of(row), 1)));
        String page = Report.html(List.of(row), "alone");
        assertFalse(page.contains("PyTorch") || page.contains("Ratio") || page.contains("<svg"), page);
    }
}
