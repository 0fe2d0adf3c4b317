import org.jspecify.annotations.NullMarked;

/**
 * The layers around a mixer (embedding, normalisation, feed-forward, block), weights files and an optimiser. Model
 * authors may read it; it gets its mixers through the registry, as their models do.
 */
@NullMarked
module org.attention4j.model {
    requires static org.jspecify;
    requires transitive org.attention4j.api;
    requires transitive org.attention4j.kernels;
    requires com.fasterxml.jackson.core;
    requires com.google.protobuf;

    exports org.attention4j.model;
    exports org.attention4j.model.bert;
    exports org.attention4j.model.files;
}
