package org.attention4j.bench;

import java.util.concurrent.TimeUnit;
import org.attention4j.kernels.Kernels;
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
import org.openjdk.jmh.annotations.Warmup;

/** A kernel on small operands. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class KernelBenchmark {
    @Param({
        "multiply, 128 rows",
        "multiply, 1 row",
        "multiplySkippingZeros, 128 rows",
        "multiplyPanels",
        "multiplyColumns",
        "pack",
        "max",
        "sum",
        "dot",
        "count",
        "keep",
        "clearUpTo",
        "sumExcess",
        "sumSquaredExcess",
        "expSum",
        "scaleMaxima",
        "addExpSums",
        "columnMaxima",
        "shrink",
        "finite",
        "hideColumns",
        "addColumnExpSums",
        "softmaxWeights",
        "softmaxGradient",
        "scale",
        "scaleRows",
        "add",
        "multiplyAdd",
        "multiplyElementwise",
        "multiplyAddElementwise",
        "rotate",
        "depthwise",
        "apply exp",
        "gradient exp",
        "apply tanh",
        "gradient tanh",
        "apply sigmoid",
        "gradient sigmoid",
        "apply relu",
        "gradient relu",
        "apply erf",
        "gradient erf",
        "apply gelu",
        "gradient gelu",
        "apply gelu_tanh",
        "gradient gelu_tanh",
        "apply silu",
        "gradient silu",
        "apply softplus",
        "gradient softplus",
        "apply log",
        "gradient log",
        "lstmCell",
        "lstmCellBackward",
        "layerNorm",
        "layerNormInputGradient",
        "layerNormParameterGradient",
        "rmsNorm",
        "rmsNormInputGradient",
        "rmsNormParameterGradient",
        "widenBfloat16",
        "widenRows",
        "widenColumns"
    })
    String kernel = "";

    @Param({"vector", "scalar"})
    String kind = "";

    private Runnable ready;

    @Setup
    public void make() {
        Kernels kernels = kind.equals("scalar") ? Kernels.scalar() : Kernels.vector();
        ready = KernelCases.of(kernels).stream()
                .filter(one -> one.name().equals(kernel))
                .findFirst()
                .orElseThrow()
                .run();
    }

    @Benchmark
    public void run() {
        ready.run();
    }
}
