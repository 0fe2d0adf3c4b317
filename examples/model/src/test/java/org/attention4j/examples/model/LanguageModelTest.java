package org.attention4j.examples.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Workspace;
import org.attention4j.model.Block;
import org.attention4j.model.Tokens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The same program with each kind of mixer. */
class LanguageModelTest {
    private static final int LETTERS = 128;

    static List<Arguments> mixers() {
        MixerConfig config = MixerConfig.width(32);
        return List.of(
                Arguments.of("multi-head-attention", config.with("causal", true).with("heads", 4)),
                Arguments.of("lstm", config),
                Arguments.of("convolution", config.with("causal", true).with("kernel", 5)));
    }

    @ParameterizedTest
    @MethodSource("mixers")
    void itLearnsAndWrites(String mixer, MixerConfig config) {
        LanguageModel untrained = LanguageModel.of(LETTERS, mixer, config);
        LanguageModel model = Main.trained(untrained, 120);
        double before = loss(untrained);
        double after = loss(model);
        assertTrue(after < before / 3, mixer + ": loss " + before + ", after training " + after);
        String text = Main.continued(model, "the cat ", 20);
        assertEquals(28, text.length());
        assertTrue(text.matches("the cat [a-z .]{20}"), text);
        assertEquals(text, Main.continued(Main.trained(untrained, 120), "the cat ", 20), "same seed, same bits");
    }

    private static double loss(LanguageModel model) {
        try (Workspace workspace = Workspace.create()) {
            Tokens text = Tokens.of("the cat sat on the mat and".chars().toArray());
            return model.loss(text, model.parameters().zerosLike(), workspace);
        }
    }

    @ParameterizedTest
    @MethodSource("mixers")
    void letterByLetterIsAsGoodAsTheWholePrompt(String mixer, MixerConfig config) {
        LanguageModel model = LanguageModel.of(LETTERS, mixer, config);
        int[] prompt = "the cat sat on".chars().toArray();
        List<MixerState> whole = model.newStates(40);
        List<MixerState> single = model.newStates(40);
        int next = model.next(Tokens.of(prompt), whole);
        int same = -1;
        for (int letter : prompt) {
            same = model.next(Tokens.of(new int[] {letter}), single);
        }
        assertEquals(next, same);
        whole.forEach(state -> state.rollback(2));
        assertEquals(next, model.next(Tokens.of("on".chars().toArray()), whole));
    }

    /** Of the same two blocks, and one more. */
    @Test
    void everyBlockHasItsParameters() {
        LanguageModel two = LanguageModel.of(LETTERS, "lstm", MixerConfig.width(8));
        List<Block> blocks =
                List.of(two.blocks().get(0), two.blocks().get(1), two.blocks().get(0));
        LanguageModel three = new LanguageModel(two.embedding(), blocks, two.head());
        NamedTensors parameters = three.parameters();
        assertTrue(
                parameters.contains("blocks.2.linear1.weight"),
                parameters.names().toString());
        LanguageModel again = three.withParameters(ParameterSource.of(parameters));
        assertEquals(parameters.names(), again.parameters().names());
    }

    @Test
    void aMixerThatSeesTheFutureIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> LanguageModel.of(LETTERS, "multi-head-attention", MixerConfig.width(32)));
    }
}
