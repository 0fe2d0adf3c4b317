import org.jspecify.annotations.NullMarked;

/**
 * The conformance kit: the laws of the contract, run on any mixer as JUnit and jqwik tests or by a command. Tests of
 * mixers and the command line may read it; it knows the api alone.
 *
 * @uses org.attention4j.api.MixerProvider through {@link org.attention4j.api.Mixers}, for the command
 */
@NullMarked
module org.attention4j.tests {
    requires static org.jspecify;
    requires java.xml;
    requires jdk.management;
    requires transitive net.jqwik.api;
    requires transitive org.attention4j.api;
    requires transitive org.junit.jupiter.api;

    exports org.attention4j.tests;
}
