import org.jspecify.annotations.NullMarked;

/**
 * The race against PyTorch, the canary and the cold start, behind {@code attention bench}; JMH benchmarks of the same
 * workloads are in the tests. Not published: only the command reads it.
 */
@NullMarked
module org.attention4j.bench {
    requires static org.jspecify;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires jdk.incubator.vector;
    requires transitive org.attention4j.api;
    requires org.attention4j.core;
    requires org.attention4j.kernels;

    exports org.attention4j.bench;
}
