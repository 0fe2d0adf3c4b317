package org.attention4j.api;

/**
 * The SPI: makes mixers of one kind. A module that has one says {@code provides MixerProvider with …} in its descriptor
 * (a jar on the class path: {@code META-INF/services/org.attention4j.api.MixerProvider}); {@link Mixers} finds it.
 *
 * <p>A provider has a public constructor without arguments, keeps no state, and is safe for any number of threads.
 */
public interface MixerProvider {
    /**
     * What it makes.
     *
     * @return always equal
     */
    MixerKind kind();

    /**
     * What a mixer of a configuration would be; nothing is built. {@link MixerSpec#of} does most of it.
     *
     * @param config as a user wrote it
     * @return the specification
     * @throws BadConfigurationException if an option is unknown, ill-typed, out of range or contradicts another
     */
    MixerSpec spec(MixerConfig config);

    /**
     * Builds a mixer.
     *
     * @param config as a user wrote it
     * @param parameters fills every parameter; {@link MixerSpec#newParameters} asks it
     * @return the mixer
     * @throws BadConfigurationException as {@link #spec}
     */
    SequenceMixer create(MixerConfig config, ParameterSource parameters);
}
