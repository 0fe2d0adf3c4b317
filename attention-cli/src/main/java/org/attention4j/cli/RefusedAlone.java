package org.attention4j.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.Option;

/** Values of options that a mixer refuses while all other options are at their defaults: they need another one, or are never allowed. */
final class RefusedAlone {
    /** What small heads, groups and blocks divide. */
    static final int WIDTH = 8;

    private RefusedAlone() {}

    /** Of each option some values that are not its default, and of those that are refused why. */
    static Map<String, String> by(MixerProvider provider) {
        Map<String, String> refused = new LinkedHashMap<>();
        for (Option<?> option : provider.kind().options().options()) {
            for (Object value : values(option)) {
                try {
                    provider.spec(MixerConfig.width(WIDTH).with(option.name(), value));
                } catch (BadConfigurationException refusal) {
                    boolean itself = refusal.option().equals(option.name());
                    refused.put(
                            option.name() + "=" + Option.text(value),
                            itself ? refusal.allowed() : refusal.getMessage());
                }
            }
        }
        return refused;
    }

    private static List<?> values(Option<?> option) {
        return switch (option.type()) {
            case BOOLEAN -> List.of(!Boolean.parseBoolean(option.defaultText()));
            case CHOICE ->
                option.choices().stream()
                        .filter(choice -> !choice.equals(option.defaultText()))
                        .toList();
            case INTEGER -> option.least() <= 2 && option.most() >= 2 ? List.of(2) : List.of((int) option.least());
            case DECIMAL -> List.of(option.least() <= 0.5 && option.most() >= 0.5 ? 0.5 : option.least());
            case DECIMALS -> List.of(List.of(option.least()));
        };
    }
}
