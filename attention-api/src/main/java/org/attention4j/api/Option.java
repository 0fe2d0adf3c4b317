package org.attention4j.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One option of a mixer: name, type, range, default and meaning. It is data that a command line can print and a form can
 * bind, and a typed key that {@link MixerConfig#get} reads.
 *
 * <p>Immutable, as its values are.
 *
 * @param <T> Boolean, Integer, Double, String, or a List of Double
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
        CHOICE,
        /** One or more finite decimal numbers, each in a range. */
        DECIMALS
    }

    @SuppressWarnings("unchecked") // there is one class for all lists; check puts Doubles in
    private static final Class<List<Double>> LIST = (Class<List<Double>>) (Class<?>) List.class;

    private final String name;
    private final Type type;
    private final Class<T> javaType;
    private final double least;
    private final double most;
    private final int longest;
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
            int longest,
            List<String> choices,
            Function<MixerConfig, T> defaultValue,
            String defaultText,
            String meaning) {
        this.name = Names.checked("option", name);
        this.type = type;
        this.javaType = javaType;
        this.least = least;
        this.most = most;
        this.longest = longest;
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
                name, Type.INTEGER, Integer.class, least, most, 1, List.of(), defaultValue, defaultText, meaning);
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
                name, Type.DECIMAL, Double.class, least, most, 1, List.of(), defaultValue, defaultText, meaning);
    }

    /**
     * One decimal number or several: one for each pair of dimensions, say. How many there must be may depend on other options: then {@link
     * MixerProvider#spec} refuses other lengths, naming this option. A list of one may be written as the number alone.
     *
     * @param name lower case, words joined by '-'
     * @param least smallest allowed of each number
     * @param most largest allowed of each number
     * @param longest how many numbers there may be at most, from 1; there must be one at least
     * @param defaultValue its value where none is given
     * @param meaning one sentence for users
     * @return the option
     */
    public static Option<List<Double>> decimals(
            String name, double least, double most, int longest, List<Double> defaultValue, String meaning) {
        List<Double> copy = List.copyOf(defaultValue);
        copy.forEach(number -> inRange(name, least, most, number));
        if (copy.isEmpty() || copy.size() > longest) {
            throw new IllegalArgumentException("default of option '" + name + "' has " + copy.size()
                    + " numbers, and there may be 1 to " + longest);
        }
        return new Option<>(
                name, Type.DECIMALS, LIST, least, most, longest, List.of(), config -> copy, text(copy), meaning);
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
                name, Type.CHOICE, String.class, 0, 0, 1, choices, config -> defaultValue, defaultValue, meaning);
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
     * @return one of five
     */
    public Type type() {
        return type;
    }

    /**
     * The smallest number allowed, of a list each.
     *
     * @return meaningful for numbers
     */
    public double least() {
        return least;
    }

    /**
     * The largest number allowed, of a list each.
     *
     * @return meaningful for numbers
     */
    public double most() {
        return most;
    }

    /**
     * How many numbers a list may have.
     *
     * @return 1 for what is no list
     */
    public int longest() {
        return longest;
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
            case DECIMALS -> "1 to " + longest + " numbers from " + least + " to " + most + ", separated by commas";
        };
    }

    /**
     * The value that text stands for, as a command line gives it; numbers of a list are separated by commas.
     *
     * @param text the text
     * @return the value
     * @throws BadConfigurationException if it is none
     */
    public T parse(String text) {
        if (type == Type.DECIMALS) {
            String[] parts = text.split(",", -1);
            List<Object> numbers = new ArrayList<>(parts.length);
            for (String part : parts) {
                numbers.add(parsed(part, place(numbers.size(), parts.length)));
            }
            return check(numbers);
        }
        return check(parsed(text, ""));
    }

    private Object parsed(String text, String place) {
        try {
            return switch (type) {
                case BOOLEAN -> choices.contains(text) ? Boolean.valueOf(text) : text;
                case INTEGER -> Integer.valueOf(text);
                case DECIMAL, DECIMALS -> Double.valueOf(text);
                case CHOICE -> text;
            };
        } catch (NumberFormatException notANumber) {
            throw refusal("'" + text + "'" + place);
        }
    }

    /**
     * A value as text, from which {@link #parse} makes the same value again.
     *
     * @param value of any option
     * @return numbers of a list are separated by commas, without spaces
     */
    public static String text(Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(value);
    }

    /** The value in its own type; an integer may stand for a decimal number, and a number for a list of one. */
    T check(Object value) {
        if (type != Type.DECIMALS) {
            return javaType.cast(checked(value, javaType, ""));
        }
        List<?> given = value instanceof List<?> list ? list : List.of(value);
        if (given.isEmpty() || given.size() > longest) {
            throw refusal(given.size() + " numbers");
        }
        List<Object> numbers = new ArrayList<>(given.size());
        for (Object number : given) {
            numbers.add(checked(number, Double.class, place(numbers.size(), given.size())));
        }
        return javaType.cast(List.copyOf(numbers));
    }

    /** One value, or one of a list. */
    private Object checked(Object value, Class<?> wanted, String place) {
        boolean decimal = wanted == Double.class;
        Object exact = decimal && value instanceof Integer whole ? Double.valueOf(whole) : value;
        exact = decimal && exact instanceof Float single ? Double.valueOf(single) : exact;
        if (!wanted.isInstance(exact)) {
            throw refusal((value instanceof String
                            ? "'" + value + "'"
                            : value + " (" + value.getClass().getSimpleName() + ")")
                    + place);
        }
        boolean fits = exact instanceof Number number
                ? number.doubleValue() >= least && number.doubleValue() <= most
                : type == Type.BOOLEAN || choices.contains(String.valueOf(exact));
        if (!fits) {
            throw refusal(value + place);
        }
        return exact;
    }

    /** Which of a list's numbers; of a single one there is nothing to say. */
    private static String place(int index, int count) {
        return count == 1 ? "" : ", number " + (index + 1) + " of " + count;
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
