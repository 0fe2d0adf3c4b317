package org.attention4j.examples.model;

import java.util.List;
import java.util.Random;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Workspace;
import org.attention4j.model.AdamW;
import org.attention4j.model.Tokens;

/**
 * Trains a {@link LanguageModel} for some steps and lets it go on with a text, letter by letter:
 *
 * <pre>
 * java … org.attention4j.examples.model.Main multi-head-attention causal=true heads=4
 * java … org.attention4j.examples.model.Main lstm
 * java … org.attention4j.examples.model.Main convolution causal=true kernel=5
 * </pre>
 */
public final class Main {
    private static final String TEXT = "the cat sat on the mat and the rat sat on the hat of the cat. "
            + "the cat that sat on the mat sat on the rat that sat on the hat. ";

    private static final int BATCH = 8;
    private static final int TIME = 32;
    private static final int WIDTH = 32;

    private Main() {}

    /**
     * Trains and generates.
     *
     * @param arguments the mixer's id and its options, as {@code name=value}
     */
    public static void main(String... arguments) {
        String id = arguments.length > 0 ? arguments[0] : "multi-head-attention";
        OptionSchema options = Mixers.load().kind(id).options();
        MixerConfig config = MixerConfig.width(WIDTH);
        for (String argument : List.of(arguments).subList(Math.min(1, arguments.length), arguments.length)) {
            String[] pair = argument.split("=", 2);
            config = config.with(pair[0], options.option(pair[0]).parse(pair[pair.length - 1]));
        }
        LanguageModel model = trained(LanguageModel.of(128, id, config), 300);
        System.out.println(continued(model, "the cat ", 100));
    }

    static LanguageModel trained(LanguageModel untrained, int steps) {
        Random random = new Random(42);
        LanguageModel model = untrained;
        NamedTensors parameters = model.parameters();
        NamedTensors gradients = parameters.zerosLike();
        AdamW optimizer = new AdamW(parameters, AdamW.Options.of(0.005));
        try (Workspace workspace = Workspace.create()) {
            for (int step = 1; step <= steps; step++) {
                int[][] windows = new int[BATCH][];
                for (int b = 0; b < BATCH; b++) {
                    int from = random.nextInt(TEXT.length() - TIME);
                    windows[b] = TEXT.substring(from, from + TIME).chars().toArray();
                }
                gradients.fill(0);
                double loss = model.loss(Tokens.of(windows), gradients, workspace);
                optimizer.step(gradients, workspace);
                model = model.withParameters(ParameterSource.of(parameters));
                if (step == 1 || step % 50 == 0) {
                    System.out.printf("step %d: loss %.3f%n", step, loss);
                }
            }
        }
        return model;
    }

    static String continued(LanguageModel model, String prompt, int letters) {
        StringBuilder text = new StringBuilder(prompt);
        List<MixerState> states = model.newStates(prompt.length() + letters);
        int next = model.next(Tokens.of(prompt.chars().toArray()), states);
        for (int i = 0; i < letters; i++) {
            text.append((char) next);
            next = model.next(Tokens.of(new int[] {next}), states);
        }
        return text.toString();
    }
}
