import org.jspecify.annotations.NullMarked;

/**
 * The conformance kit: the laws of the contract, run on any mixer as JUnit and jqwik tests or by a command. Tests of
 * mixers and the command line may read it; it knows the api alone.
 */
@NullMarked
module org.attention4j.tests {
    requires static org.jspecify;
    requires transitive org.attention4j.api;
    requires transitive net.jqwik.api;
    requires transitive org.junit.jupiter.api;

// exports org.attention4j.tests; with its first public type (javac refuses an empty package)
}
