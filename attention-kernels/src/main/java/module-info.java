import org.jspecify.annotations.NullMarked;

/**
 * The numerics under the mixers: scalar kernels, which are the specification, and Vector API kernels with the same
 * bits. Mixer modules and plugin authors may read it; a program that only uses mixers needs the api alone.
 */
@NullMarked
module org.attention4j.kernels {
    requires static transitive org.jspecify;
    requires transitive org.attention4j.api;
    requires jdk.incubator.vector;

    exports org.attention4j.kernels;
}
