/**
 * How fast the mixers are. {@link org.attention4j.bench.Race} times them and PyTorch in turn on the same numbers; start there.
 * {@link org.attention4j.bench.Workloads} lists what is run, {@link org.attention4j.bench.Machine} measures what the machine
 * could do at most, {@link org.attention4j.bench.Canary} looks for kernels that the compiler let down, and
 * {@link org.attention4j.bench.ColdStart} starts a JVM of its own.
 *
 * <p>JMH benchmarks of the same workloads and of each kernel are among this module's tests, on the class path, because of the
 * classes that JMH generates. After {@code mvn package}, in this module's folder:
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector -cp 'target/test-classes:target/classes:target/libs/*' org.openjdk.jmh.Main \
 *     WorkloadBenchmark -p workload=lstm:32:256 -p threads=1
 * }</pre>
 */
package org.attention4j.bench;
