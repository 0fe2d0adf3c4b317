import org.jspecify.annotations.NullMarked;

/**
 * Convolutional sequence mixers. A program finds them through the registry; one that wants the typed factories may
 * read it.
 */
@NullMarked
module org.attention4j.cnn {
    requires static org.jspecify;
    requires transitive org.attention4j.api;
    requires org.attention4j.kernels;

// exports org.attention4j.cnn; with its first public type (javac refuses an empty package)
}
