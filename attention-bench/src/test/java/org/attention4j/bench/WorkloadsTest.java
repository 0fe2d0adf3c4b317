package org.attention4j.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.attention4j.api.Mixers;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadsTest {
    @Test
    void numbersAreThoseOfThePeerScript() {
        // python: import torch_peer; torch_peer.numbers("x", 4).tolist()
        assertArrayEquals(
                new float[] {0.7831082344055176f, 0.8693323135375977f, 0.7854244709014893f, 0.2567528486251831f},
                Numbers.of("x", 4, 1));
        assertEquals(1 / 32f, Numbers.scale(512));
        assertEquals(1 / 16f, Numbers.scale(256));
        assertEquals(1 / 2f, Numbers.scale(4));
    }

    @Test
    void aSelectionIsOfNamesKindsAndBeginnings() {
        assertEquals(Workloads.names(), Workloads.select(List.of()));
        assertEquals(List.of("decode:512", "decode:4096", "decode:32768"), Workloads.select(List.of("decode")));
        assertEquals(List.of("lstm:32:256", "lstm:32:512"), Workloads.select(List.of("lstm:32")));
        assertEquals(List.of("lstm:3:64"), Workloads.select(List.of("lstm:3:64")));
        assertEquals(12, Workloads.select(List.of("attention")).size(), "no gradients");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lstmm:1:2",
                "gemm-gradient:1:2:3",
                "multi-head-step:3",
                "variant-windw:96:24",
                "lstm:3",
                "lstm:1:2:3",
                "lstm:1:0",
                "lstm:1:256:causal",
                "gemm:1:2:x",
                "",
                "lstm:1:",
                "variant-sequences:100:256"
            })
    void aNameThatMeansNothingIsRefused(String name) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> Workloads.select(List.of(name)));

        assertTrue(refusal.getMessage().contains("'" + name + "'"), refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "multi-head:3, 8 * 3 * 512 * 512 + 4 * 512 * 3 * 3, 16 * 512 * 512 + 8 * 3 * 512",
        "conv:8:3, 2 * 8 * 8 * 3 * 2048, 8 * 8 * 2048",
        "conv-gradient:8:3, 3 * 2 * 8 * 8 * 3 * 2048, 8 * 8 * 2048",
        "depthwise:8:4, 2 * 8 * 4 * 2048, 8 * 8 * 2048",
        "lstm:2:8, 2 * 2 * 4 * 8 * 8 * 2 * 512, 0",
        "gru-gradient:2:8, 3 * 2 * 2 * 3 * 8 * 8 * 2 * 512, 0",
        "rnn-step:8, 2 * 2 * 8 * 8, 4 * 2 * 8 * 8"
    })
    void mixersCostWhatThePeerScriptCounts(String name, String flops, String bytes) {
        Workload.Cost cost = MixerSetup.of(WorkloadName.parse(name)).cost();
        assertEquals(new Workload.Cost(sum(flops), sum(bytes)), cost);
    }

    /** Of products of whole numbers. */
    private static double sum(String products) {
        return Arrays.stream(products.split("\\+"))
                .mapToDouble(product -> Arrays.stream(product.split("\\*"))
                        .mapToDouble(Double::parseDouble)
                        .reduce(1, (a, b) -> a * b))
                .sum();
    }

    @Test
    void whatIsNotThereIsSaid() {
        Workloads none = new Workloads(Mixers.of());

        assertEquals("the mixer gru is not there yet", none.missing("gru:1:256").orElseThrow());
        assertTrue(none.missing("gemm:512:512:512").isEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gemm:33:48:20",
                "gemm:1:80:7",
                "attention:20",
                "attention:20:causal",
                "attention-gradient:9:causal",
                "decode:33",
                "multi-head:3",
                "lstm:2:8",
                "lstm-gradient:2:8",
                "lstm-step:8",
                "conv:8:3",
                "conv-gradient:8:3",
                "depthwise:8:4"
            })
    void anyNumberOfThreadsGivesTheSameOutputsAndRunsRepeatThem(String name) {
        Workloads workloads = new Workloads(Mixers.load());
        assertTrue(workloads.missing(name).isEmpty(), name);
        try (Workload one = workloads.create(name, 1);
                Workload two = workloads.create(name, 2)) {
            Map<String, float[]> expected = one.compute();
            one.run();
            assertFalse(expected.isEmpty());
            two.compute().forEach((output, values) -> assertArrayEquals(expected.get(output), values, output));
            one.compute().forEach((output, values) -> assertArrayEquals(expected.get(output), values, output));
            assertTrue(expected.values().stream().allMatch(values -> Agreement.norm(values) > 0));
        }
    }

    @Test
    void everyKernelHasItsCase() {
        Set<String> cases = KernelCases.of(Kernels.scalar()).stream()
                .map(one -> one.name().split("[, ]")[0])
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> kernels = Arrays.stream(Kernels.class.getMethods())
                .filter(method -> method.getParameterCount() > 2)
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));

        for (org.attention4j.kernels.Activation f : org.attention4j.kernels.Activation.values()) {
            String activation = "apply " + f.name().toLowerCase(java.util.Locale.ROOT);
            assertTrue(
                    KernelCases.of(Kernels.scalar()).stream()
                            .anyMatch(one -> one.name().equals(activation)),
                    activation);
        }
        assertEquals(kernels, cases, "add what is missing to KernelCases, so that the canary watches it");
    }

    /** A variant's cost is what its pairs cost: a window of w over n positions sees w of them, less at the start. */
    @Test
    void variantsCountThePairsThatSeeEachOther() {
        Workloads workloads = new Workloads(Mixers.load());
        try (Workload plain = workloads.create("variant-plain:40", 1);
                Workload window = workloads.create("variant-window:40:8", 1);
                Workload mask = workloads.create("variant-mask:40", 1);
                Workload sparse = workloads.create("variant-sparsemax:40", 1);
                Workload chunk = workloads.create("variant-chunk:40:8", 1);
                Workload sequences = workloads.create("variant-causal-sequences:40:8", 1);
                Workload causal = workloads.create("variant-causal:40", 1)) {
            assertEquals(plain.cost().flops(), sparse.cost().flops());
            assertFalse(Arrays.equals(plain.compute().get("y"), sparse.compute().get("y")));
            assertEquals(4.0 * 8 * 64 * 40 * 40, plain.cost().flops());
            assertEquals(4.0 * 8 * 64 * (32 * 8 + 8 * 9 / 2), window.cost().flops());
            assertEquals(causal.cost().flops(), mask.cost().flops());
            assertEquals(chunk.cost().flops(), sequences.cost().flops());
            assertArrayEquals(causal.compute().get("y"), mask.compute().get("y"));
        }
    }

    @Test
    void variantsAreToldBesidePlainAttention() {
        Row plain = row("variant-plain:1024", 10, 100);
        Row window = row("variant-window:1024:256", 2, 80);
        Row sequences = row("variant-sequences:1024:256", 2, 100);
        Row chunk = row("variant-chunk:1024:256", 1, 50);
        List<String> lines =
                VariantCosts.lines(List.of(plain, window, sequences, chunk, row("variant-window:8192:256", 1, 1)));
        String times = " × plain attention's time for as many pairs, ";
        String whole = " × as fast as plain attention over as many positions";
        assertEquals(
                List.of(
                        "variant-window:1024:256 on 1: 1.25" + times + "5.00" + whole
                                + ", 1.25 × the time of variant-sequences:1024:256 for as many",
                        "variant-sequences:1024:256 on 1: 1.00" + times + "5.00" + whole,
                        "variant-chunk:1024:256 on 1: 2.00" + times + "10.00" + whole),
                lines);
    }

    private static Row row(String name, double milliseconds, double speed) {
        return new Row(
                name,
                1,
                Optional.of(new Row.Side(milliseconds, milliseconds)),
                Optional.empty(),
                Optional.of(new Row.Share(false, speed, 200)),
                false,
                "");
    }

    @Test
    void everyVariantRuns() {
        Workloads workloads = new Workloads(Mixers.load());
        for (String name : Workloads.select(List.of("variants"))) {
            String small = name.replaceAll("1024|4096|8192|32768", "96").replace("256", "24");
            try (Workload workload = workloads.create(small, 2)) {
                workload.run();
                assertTrue(workload.cost().flops() > 0, small);
            }
        }
        assertThrows(IllegalArgumentException.class, () -> workloads.create("variant-windw:96:24", 1));
    }
}
