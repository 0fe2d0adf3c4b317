import org.jspecify.annotations.NullMarked;

/**
 * The {@code attention} command, the only composition root of the project. Nobody reads it.
 */
@NullMarked
module org.attention4j.cli {
    requires static org.jspecify;
    requires ai.djl.api;
    requires ai.djl.tokenizers;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.google.gson; // DJL needs it and has no descriptor to say so
    requires com.google.guice;
    requires jakarta.inject;
    requires me.tongfei.progressbar;
    requires info.picocli;
    requires org.attention4j.api;
    requires org.attention4j.bench;
    requires org.attention4j.cnn;
    requires org.attention4j.core;
    requires org.attention4j.guice;
    requires org.attention4j.kernels;
    requires org.attention4j.model;
    requires org.attention4j.rnn;
    requires org.attention4j.tests;
    requires org.slf4j; // as Gson

    opens org.attention4j.cli to
            com.google.guice,
            info.picocli;
}
