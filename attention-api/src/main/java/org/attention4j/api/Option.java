package org.attention4j.api;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * One option of a mixer: name, type, range, default and meaning. It is data that a command line can print and a form can
 * bind, and a typed key that {@link MixerConfig#get} reads.
 *
 * @param <T> Boolean, Integer, Double or String
 */
public final class Option<T> {
    /** The types an option may have. */
    public enum Type {
        /** {@code true} or {@code false}. */
        BOOLEAN,
        /** A whole number in a range. */
        INTEGER,
        /** A finite decimal number in a range. */
        DECIMAL,
        /** One of a few words. */
        CHOICE
    }

    private final String name;
    private final Type type;
    private final Class<T> javaType;
    private final double least;
    private final double most;
    private final List<String> choices;
    private final Function<MixerConfig, T> defaultValue;
    private final String defaultText;
    private final String meaning;

    private Option(
            String name,
            Type type,
            Class<T> javaType,
            double least,
            double most,
            List<String> choices,
            Function<MixerConfig, T> defaultValue,
            String defaultText,
            String meaning) {
        this.name = Names.checked("option", name);
        this.type = type;
        this.javaType = javaType;
        this.least = least;
        this.most = most;
        this.choices = List.copyOf(choices);
        this.defaultValue = Objects.requireNonNull(defaultValue, "defaultValue");
        this.defaultText = Objects.requireNonNull(defaultText, "defaultText");
        this.meaning = Objects.requireNonNull(meaning, "meaning");
        if (!(least <= most)) {
            throw new IllegalArgumentException("option '" + name + "' allows nothing: " + least + " to " + most);
        }
    }

    private static double inRange(String name, double least, double most, double defaultValue) {
        if (!(defaultValue >= least && defaultValue <= most)) {
            throw new IllegalArgumentException(
                    "default " + defaultValue + " of option '" + name + "' is not in " + least + " to " + most);
        }
        return defaultValue;
    }

    /**
     * A switch.
     *
     * @param name lower case, words joined by '-'
     * @param defaultValue its value where none is given
     * @param meaning one sentence for users
     * @return the option
     */
    public static Option<Boolean> flag(String name, boolean defaultValue, String meaning) {
        return new Option<>(
                name,
                Type.BOOLEAN,
                Boolean.class,
                0,
                1,
                List.of("true", "false"),
                config -> defaultValue,
                Boolean.toString(defaultValue),
                meaning);
    }

    /**
     * A whole number.
     *
     * @param name lower case, words joined by '-'
     * @param least smallest allowed
     * @param most largest allowed
     * @param defaultValue its value where none is given
     * @param meaning one sentence for users
     * @return the option
     */
    public static Option<Integer> integer(String name, int least, int most, int defaultValue, String meaning) {
        inRange(name, least, most, defaultValue);
        return integer(name, least, most, config -> defaultValue, Integer.toString(defaultValue), meaning);
    }

    /**
     * A whole number whose default follows from the width or from other options.
     *
     * @param name lower case, words joined by '-'
     * @param least smallest allowed
     * @param most largest allowed
     * @param defaultValue computes the value where none is given
     * @param defaultText says how, for users: {@code "width"}
     * @param meaning one sentence for users
     * @return the option
     */
    public static Option<Integer> integer(
            String name,
            int least,
            int most,
            Function<MixerConfig, Integer> defaultValue,
            String defaultText,
            String meaning) {
        return new Option<>(
                name, Type.INTEGER, Integer.class, least, most, List.of(), defaultValue, defaultText, meaning);
    }

    /**
     * A decimal number.
     *
     * @param name lower case, words joined by '-'
     * @param least smallest allowed
     * @param most largest allowed
     * @param defaultValue its value where none is given
     * @param meaning one sentence for users
     * @return the option
     */
    public static Option<Double> decimal(String name, double least, double most, double defaultValue, String meaning) {
        inRange(name, least, most, defaultValue);
        return decimal(name, least, most, config -> defaultValue, Double.toString(defaultValue), meaning);
    }

    /**
     * A decimal number whose default follows from the width or from other options.
     *
     * @param name lower case, words joined by '-'
     * @param least smallest allowed
     * @param most largest allowed
     * @param defaultValue computes the value where none is given
     * @param defaultText says how, for users
     * @param meaning one sentence for users
     * @return the option
     */
    public static Option<Double> decimal(
            String name,
            double least,
            double most,
            Function<MixerConfig, Double> defaultValue,
            String defaultText,
            String meaning) {
        return new Option<>(
                name, Type.DECIMAL, Double.class, least, most, List.of(), defaultValue, defaultText, meaning);
    }

    /**
     * One of a few words.
     *
     * @param name lower case, words joined by '-'
     * @param choices the words
     * @param defaultValue the one where none is given
     * @param meaning one sentence for users
     * @return the option
     */
    public static Option<String> choice(String name, List<String> choices, String defaultValue, String meaning) {
        if (!choices.contains(defaultValue)) {
            throw new IllegalArgumentException(
                    "default '" + defaultValue + "' of option '" + name + "' is not one of " + choices);
        }
        return new Option<>(
                name, Type.CHOICE, String.class, 0, 0, choices, config -> defaultValue, defaultValue, meaning);
    }

    /**
     * The name.
     *
     * @return lower case, words joined by '-'
     */
    public String name() {
        return name;
    }

    /**
     * The type.
     *
     * @return one of four
     */
    public Type type() {
        return type;
    }

    /**
     * The smallest number allowed.
     *
     * @return meaningful for numbers
     */
    public double least() {
        return least;
    }

    /**
     * The largest number allowed.
     *
     * @return meaningful for numbers
     */
    public double most() {
        return most;
    }

    /**
     * The words allowed.
     *
     * @return empty for numbers
     */
    public List<String> choices() {
        return choices;
    }

    /**
     * The default as text.
     *
     * @return a value, or how it follows from others
     */
    public String defaultText() {
        return defaultText;
    }

    /**
     * What it means.
     *
     * @return one sentence
     */
    public String meaning() {
        return meaning;
    }

    /**
     * What is allowed, for messages: {@code "an integer from 1 to 4096"}.
     *
     * @return a phrase
     */
    public String allowed() {
        return switch (type) {
            case BOOLEAN -> "true or false";
            case INTEGER -> "an integer from " + (long) least + " to " + (long) most;
            case DECIMAL -> "a number from " + least + " to " + most;
            case CHOICE -> "one of " + String.join(", ", choices);
        };
    }

    /**
     * The value that text stands for, as a command line gives it.
     *
     * @param text the text
     * @return the value
     * @throws BadConfigurationException if it is none
     */
    public T parse(String text) {
        try {
            Object value =
                    switch (type) {
                        case BOOLEAN -> choices.contains(text) ? Boolean.valueOf(text) : text;
                        case INTEGER -> Integer.valueOf(text);
                        case DECIMAL -> Double.valueOf(text);
                        case CHOICE -> text;
                    };
            return check(value);
        } catch (NumberFormatException notANumber) {
            throw refusal("'" + text + "'");
        }
    }

    /** The value in its own type; an integer may stand for a decimal number. */
    T check(Object value) {
        Object exact = type == Type.DECIMAL && value instanceof Integer whole ? Double.valueOf(whole) : value;
        exact = type == Type.DECIMAL && exact instanceof Float single ? Double.valueOf(single) : exact;
        if (!javaType.isInstance(exact)) {
            throw refusal(
                    value instanceof String
                            ? "'" + value + "'"
                            : value + " (" + value.getClass().getSimpleName() + ")");
        }
        boolean fits = exact instanceof Number number
                ? number.doubleValue() >= least && number.doubleValue() <= most
                : type == Type.BOOLEAN || choices.contains(String.valueOf(exact));
        if (!fits) {
            throw refusal(String.valueOf(value));
        }
        return javaType.cast(exact);
    }

    T defaultFor(MixerConfig config) {
        return defaultValue.apply(config);
    }

    private BadConfigurationException refusal(String value) {
        return new BadConfigurationException(name, value, "must be " + allowed());
    }

    /** Name, type and default. */
    @Override
    public String toString() {
        return name + ": " + allowed() + ", default " + defaultText;
    }
}
