import org.jspecify.annotations.NullMarked;

/**
 * The contract of every sequence mixer: tensors, capabilities, the two service-provider interfaces and the registry
 * that finds providers. Everyone may read it; it reads {@code java.base} and nobody else.
 */
@NullMarked
module org.attention4j.api {
    requires static transitive org.jspecify;

// exports org.attention4j.api; with its first public type (javac refuses an empty package)
}
