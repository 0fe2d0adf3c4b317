package org.attention4j.api;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The width of the input and the options of one mixer. As a user writes it, it holds what they chose; as {@link
 * OptionSchema#resolve} returns it, it holds every option of the kind, checked.
 *
 * <p>Immutable.
 */
public final class MixerConfig {
    private final int width;
    private final Map<String, Object> options;

    /** Takes the map as it is: nobody may write to it afterwards. */
    MixerConfig(int width, Map<String, Object> options) {
        this.width = width;
        this.options = Collections.unmodifiableMap(options);
    }

    /**
     * A configuration without options.
     *
     * @param width D, the width of the input
     * @return the configuration
     * @throws BadConfigurationException if the width is not positive
     */
    public static MixerConfig width(int width) {
        if (width < 1) {
            throw new BadConfigurationException("width", Integer.toString(width), "must be an integer from 1");
        }
        return new MixerConfig(width, new TreeMap<>());
    }

    /**
     * The same with one option set.
     *
     * @param option its name
     * @param value Boolean, Integer, Double, String, or a List of Double, which is copied; a number may stand for a list of one
     * @return a new configuration
     */
    public MixerConfig with(String option, Object value) {
        Objects.requireNonNull(option, "option");
        Objects.requireNonNull(value, option);
        Map<String, Object> more = new TreeMap<>(options);
        more.put(option, value instanceof List<?> list ? List.copyOf(list) : value);
        return new MixerConfig(width, more);
    }

    /**
     * The same with one option set.
     *
     * @param option the option
     * @param value its value
     * @param <T> its type
     * @return a new configuration
     * @throws BadConfigurationException if the value is out of range
     */
    public <T> MixerConfig with(Option<T> option, T value) {
        return with(option.name(), option.check(value));
    }

    /**
     * The same with one option at its default again.
     *
     * @param option its name
     * @return a new configuration
     */
    public MixerConfig without(String option) {
        Map<String, Object> rest = new TreeMap<>(options);
        rest.remove(Objects.requireNonNull(option, "option"));
        return new MixerConfig(width, rest);
    }

    /**
     * The same for an input of another width.
     *
     * @param newWidth D
     * @return a new configuration
     * @throws BadConfigurationException if the width is not positive
     */
    public MixerConfig withWidth(int newWidth) {
        return new MixerConfig(width(newWidth).width, options);
    }

    /**
     * D, the width of the input.
     *
     * @return at least 1
     */
    public int width() {
        return width;
    }

    /**
     * The value of an option, or its default.
     *
     * @param option the option
     * @param <T> its type
     * @return the value
     * @throws BadConfigurationException if the value has the wrong type or is out of range
     */
    public <T> T get(Option<T> option) {
        Object value = options.get(option.name());
        return option.check(value != null ? value : option.defaultFor(this));
    }

    /**
     * Whether an option has the value that it has where it is not given. That may follow from other options, and there may be
     * none beside them.
     *
     * @param option the option
     * @return whether it has; false where there is no default beside the other options
     * @throws BadConfigurationException if the value has the wrong type or is out of range
     */
    public boolean isDefault(Option<?> option) {
        Object value = get(option);
        try {
            return value.equals(option.defaultFor(this));
        } catch (BadConfigurationException needed) {
            return false;
        }
    }

    /**
     * The options that are set, by name.
     *
     * @return an unmodifiable map in alphabetical order
     */
    public Map<String, Object> options() {
        return options;
    }

    @Override
    public boolean equals(@org.jspecify.annotations.Nullable Object other) {
        return other instanceof MixerConfig config && width == config.width && options.equals(config.options);
    }

    @Override
    public int hashCode() {
        return 31 * width + options.hashCode();
    }

    /** As in {@code width=8 causal=true heads=2}: the same text for equal configurations; {@link Option#text} of each value. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("width=").append(width);
        options.forEach(
                (name, value) -> text.append(' ').append(name).append('=').append(Option.text(value)));
        return text.toString();
    }
}
