package org.attention4j.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerTest {
    @Test
    void timesComeBack() throws IOException {
        try (Peer peer = FakePeer.start("none")) {
            assertArrayEquals(new double[] {2, 2}, peer.time("gemm:8:8:8", 1, 5));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nonsense, with no JSON: hello",
        "refuses, refuses 'gemm:8:8:8 1 5': KeyError: 'x'",
        "another, answers 'gemm:8:8:8 1 5' with another's",
        "timeless, without times",
        "silent, has not answered 'gemm:8:8:8 1 5'"
    })
    void aBadAnswerIsNamed(String fault, String message) throws IOException {
        try (Peer peer = FakePeer.start(fault)) {
            PeerException failure = assertThrows(PeerException.class, () -> peer.time("gemm:8:8:8", 1, 5));

            assertTrue(failure.getMessage().contains(message), failure.getMessage());
        }
    }

    @Test
    void whatADeadPeerWroteIsShown() throws IOException {
        try (Peer peer = FakePeer.start("dies")) {
            PeerException failure = assertThrows(PeerException.class, () -> peer.time("gemm:8:8:8", 1, 5));

            assertTrue(failure.getMessage().contains("ended"), failure.getMessage());
            assertTrue(
                    failure.errors().contains("Traceback: no torch"),
                    failure.errors().toString());
        }
    }

    @Test
    void anInterpreterThatIsNotThereIsAnError() {
        assertThrows(IOException.class, () -> Peer.start(List.of("no-such-python"), java.time.Duration.ofSeconds(1)));
    }

    @Test
    void theOwnScriptListsTheSameWorkloads() throws IOException {
        String script;
        try (var resource = Peer.class.getResourceAsStream("torch_peer.py")) {
            script = new String(resource.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
        for (String name : Workloads.names()) {
            String kind = WorkloadName.parse(name).base();
            assertTrue(script.contains(kind), kind + " is not in the script");
        }
        assertEquals(49, Workloads.names().size(), "as torch_peer.py --list prints");
    }
}
