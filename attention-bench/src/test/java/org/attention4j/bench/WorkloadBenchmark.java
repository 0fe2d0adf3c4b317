package org.attention4j.bench;

import java.util.concurrent.TimeUnit;
import org.attention4j.api.Mixers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A workload of the race, forward, gradient or step. Any name of the race can be given with {@code -p workload=…}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WorkloadBenchmark {
    @Param({
        "gemm:1024:1024:1024",
        "attention:1024",
        "attention:1024:causal",
        "attention-gradient:1024",
        "decode:4096",
        "multi-head:128",
        "lstm:32:256",
        "lstm-gradient:32:256",
        "lstm-step:256",
        "conv:512:3",
        "conv-gradient:512:3",
        "depthwise:512:4"
    })
    String workload = "";

    @Param("1")
    int threads = 1;

    private Workload ready;

    @Setup
    public void make() {
        ready = new Workloads(Mixers.load()).create(workload, threads);
    }

    @TearDown
    public void close() {
        ready.close();
    }

    @Benchmark
    public void run() {
        ready.run();
    }
}
