package org.attention4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.attention4j.api.Mixers;

/** A program that speaks the peer's protocol: it answers checks with our own numbers, and times with 2 ms. Its argument says what it gets wrong. */
final class FakePeer {
    private FakePeer() {}

    static Peer start(String fault) throws IOException {
        return Peer.start(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        classPath(),
                        FakePeer.class.getName(),
                        fault),
                fault.equals("silent") ? Duration.ofMillis(200) : Duration.ofSeconds(30));
    }

    private static String classPath() {
        return System.getProperty("jdk.module.path", "")
                + java.io.File.pathSeparator
                + System.getProperty("java.class.path")
                + java.io.File.pathSeparator
                + Path.of("target", "classes")
                + java.io.File.pathSeparator
                + Path.of("target", "test-classes");
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        String fault = arguments[0];
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ");
            switch (fault) {
                case "dies":
                    System.err.println("Traceback: no torch");
                    System.exit(3);
                    break;
                case "silent":
                    Thread.sleep(60_000);
                    break;
                case "nonsense":
                    System.out.println("hello");
                    break;
                case "refuses":
                    System.out.println("{\"error\": \"KeyError: 'x'\", \"request\": \"\"}");
                    break;
                case "another":
                    System.out.println("{\"workload\": \"gemm:1:1:1\", \"threads\": 1, \"ms\": [1]}");
                    break;
                case "timeless":
                    System.out.println("{\"workload\": \"" + words[0] + "\", \"threads\": 1, \"ms\": []}");
                    break;
                default:
                    System.out.println(words[0].equals("check") ? check(words[1], fault) : time(words));
            }
        }
    }

    private static String time(String[] words) {
        return "{\"workload\": \"" + words[0] + "\", \"threads\": " + words[1]
                + ", \"flops\": 1, \"bytes\": 0, \"ms\": [2.0, 2.0]}";
    }

    private static String check(String name, String fault) {
        StringBuilder outputs = new StringBuilder();
        try (Workload workload = new Workloads(Mixers.load()).create(name, 1)) {
            for (Map.Entry<String, float[]> output : workload.compute().entrySet()) {
                outputs.append(outputs.isEmpty() ? "" : ", ")
                        .append(summary(output.getKey(), output.getValue(), fault));
            }
        }
        return "{\"workload\": \"" + name + "\", \"threads\": 1, \"outputs\": {" + outputs + "}}";
    }

    private static String summary(String name, float[] values, String fault) {
        double norm = Agreement.norm(values) * (fault.equals("norm") ? 1.001 : 1);
        String sample = IntStream.range(0, Math.min(1024, values.length))
                .mapToObj(j -> element(j, values, fault))
                .collect(Collectors.joining(", "));
        int size = values.length + (fault.equals("size") ? 1 : 0);
        return "\"" + (fault.equals("name") ? "z" : name) + "\": {\"size\": " + size + ", \"norm\": " + norm
                + ", \"sample\": [" + sample + "]}";
    }

    private static String element(int j, float[] values, String fault) {
        float value = values[Numbers.sampleIndex(j, values.length)];
        if (j == 7 && fault.equals("nan")) {
            return "null";
        }
        return Float.toString(j == 7 && fault.equals("element") ? value + 0.01f : value);
    }
}
