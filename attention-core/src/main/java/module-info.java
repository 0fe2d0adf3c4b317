import org.jspecify.annotations.NullMarked;

/**
 * Self-attention, multi-head attention and their variants, positions, masks and caches. A program finds its mixers
 * through the registry; one that wants the typed factories may read it.
 */
@NullMarked
module org.attention4j.core {
    requires static org.jspecify;
    requires transitive org.attention4j.api;
    requires org.attention4j.kernels;

// exports org.attention4j.core; with its first public type (javac refuses an empty package)
}
