import org.jspecify.annotations.NullMarked;

/**
 * Guice bindings for the registry and every mixer that it finds. Programs that are wired with Guice may read it.
 */
@NullMarked
module org.attention4j.guice {
    requires static org.jspecify;
    requires transitive org.attention4j.api;
    requires transitive com.google.guice;
    requires transitive jakarta.inject; // Guice needs it and has no descriptor to say so

    exports org.attention4j.guice;
}
