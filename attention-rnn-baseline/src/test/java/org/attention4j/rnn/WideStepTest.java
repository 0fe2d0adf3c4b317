package org.attention4j.rnn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One position of layers so wide that threads share it has the bits of whole sequences on one thread. */
class WideStepTest {
    private static final int TIME = 4;
    private static final int WIDTH = 64;

    private static RecurrentMixer mixer(String id, Kernels kernels) {
        MixerConfig config = MixerConfig.width(WIDTH).with("hidden", 1_040).with("layers", 2);
        return switch (id) {
            case "lstm" -> Lstm.of(config, Initializer.seeded(1), kernels);
            case "gru" -> Gru.of(config, Initializer.seeded(1), kernels);
            default -> Rnn.of(config, Initializer.seeded(1), kernels);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "rnn"})
    void stepsOfAnyThreadsAreTheWholeOfOne(String id) {
        RecurrentMixer scalar = mixer(id, Kernels.scalar());
        RecurrentMixer mixer = mixer(id, Kernels.preferred());
        Tensor x = new LstmCase(WIDTH, 1, true, false, List.of(1), 0, 3).random(1, 1, TIME, WIDTH);
        Tensor whole = Tensor.zeros(mixer.spec().outputShape(Sequences.of(x)));
        Tensor threaded = Tensor.zeros(whole.shape());
        try (Workspace one = Workspace.threads(1);
                Workspace many = Workspace.threads(3)) {
            scalar.forward(Sequences.of(x), whole, one);
            mixer.forward(Sequences.of(x), threaded, many);
            assertTrue(whole.sameBits(threaded), "whole sequences");
            for (Workspace workspace : List.of(one, many)) {
                MixerState state = mixer.newState(1, 2);
                for (int t = 0; t < TIME; t++) {
                    Tensor out = Tensor.zeros(1, 1, whole.extent(2));
                    Tensor position = x.slice(0).range(t, t + 1).reshape(1, 1, WIDTH);
                    mixer.step(Sequences.of(position), state, out, workspace);
                    assertTrue(out.slice(0).slice(0).sameBits(whole.slice(0).slice(t)), "step " + t);
                    mixer.step(Sequences.of(Tensor.zeros(1, 1, WIDTH), 0), state, out, workspace);
                }
            }
        }
    }
}
