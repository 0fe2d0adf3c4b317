import org.jspecify.annotations.NullMarked;

/** A model author's program, compiled with the library so that it stays true. Nobody reads it. */
@NullMarked
module org.attention4j.examples.model {
    requires static org.jspecify;
    requires org.attention4j.model;
}
