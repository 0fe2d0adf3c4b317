/**
 * JMH benchmarks of the kernels and mixers. After {@code mvn package}, in this module's folder:
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector -cp 'target/classes:target/libs/*' org.openjdk.jmh.Main
 * }</pre>
 */
package org.attention4j.bench;
