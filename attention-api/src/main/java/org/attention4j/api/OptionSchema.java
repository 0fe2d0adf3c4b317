package org.attention4j.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The options that a kind of mixer has, beside the width that all have.
 *
 * <p>Immutable.
 */
public final class OptionSchema {
    private final Map<String, Option<?>> options = new LinkedHashMap<>();

    private OptionSchema(List<Option<?>> options) {
        for (Option<?> option : options) {
            if (option.name().equals("width") || this.options.putIfAbsent(option.name(), option) != null) {
                throw new IllegalArgumentException("there is an option named '" + option.name() + "' already");
            }
        }
    }

    /**
     * A schema of the given options.
     *
     * @param options in the order in which users should see them
     * @return the schema
     */
    public static OptionSchema of(Option<?>... options) {
        return new OptionSchema(List.of(options));
    }

    /**
     * This schema with more options behind its own.
     *
     * @param more the others
     * @return a new schema
     */
    public OptionSchema and(OptionSchema more) {
        List<Option<?>> all = new ArrayList<>(options.values());
        all.addAll(more.options.values());
        return new OptionSchema(all);
    }

    /**
     * The options.
     *
     * @return in order
     */
    public List<Option<?>> options() {
        return List.copyOf(options.values());
    }

    /**
     * The option of a name.
     *
     * @param name its name
     * @return the option
     * @throws BadConfigurationException if there is none, with the nearest name
     */
    public Option<?> option(String name) {
        return option(name, "?");
    }

    private Option<?> option(String name, Object value) {
        Option<?> option = options.get(name);
        if (option == null) {
            Set<String> known = options.keySet();
            throw new BadConfigurationException(
                    name,
                    String.valueOf(value),
                    "there is no such option" + Nearest.suggestion(name, known) + "; there are width and "
                            + Nearest.sorted(known));
        }
        return option;
    }

    /**
     * Checks a configuration against the schema and fills in every default.
     *
     * @param config as a user wrote it
     * @return the same with a value for every option
     * @throws BadConfigurationException if an option is unknown, ill-typed or out of range
     */
    public MixerConfig resolve(MixerConfig config) {
        config.options().forEach(this::option);
        Map<String, Object> resolved = new TreeMap<>();
        options.forEach((name, option) -> resolved.put(name, config.get(option)));
        return new MixerConfig(config.width(), resolved);
    }
}
