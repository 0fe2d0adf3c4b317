package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.attention4j.api.Attentive;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Mixers;
import org.attention4j.api.Option;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;

/** Mixers of all kinds take turns with one workspace: what one has left in it is nothing to the next. */
class SharedWorkspaceTest {
    private static final int WIDTH = 8;
    private static final int BATCH = 2;
    private static final int TIME = 5;
    private static final int CONFIGURATIONS = 8;
    private static final long SEED = 20_261_129L;

    @Test
    void resultsDoNotDependOnWhatUsedTheWorkspaceBefore() {
        SplittableRandom random = new SplittableRandom(SEED);
        Mixers mixers = Mixers.load();
        List<SequenceMixer> all = new ArrayList<>();
        for (String id : mixers.ids()) {
            for (int i = 0; i < CONFIGURATIONS; i++) {
                all.add(mixers.create(id, config(mixers, id, i, random), Initializer.seeded(i)));
            }
        }
        Collections.shuffle(all, new Random(SEED));
        Sequences in = Sequences.of(input(), TIME, TIME - 2);
        try (Workspace shared = Workspace.threads(1)) {
            for (SequenceMixer mixer : all) {
                List<Tensor> alone = results(mixer, in, () -> Workspace.threads(1));
                List<Tensor> taken = results(mixer, in, () -> shared);
                for (int i = 0; i < alone.size(); i++) {
                    assertArrayEquals(
                            alone.get(i).toArray(), taken.get(i).toArray(), "result " + i + " of " + mixer.spec());
                }
            }
        }
    }

    /** Defaults first, then some of the options, each where the others allow it. */
    private static MixerConfig config(Mixers mixers, String id, int index, SplittableRandom random) {
        MixerConfig config = MixerConfig.width(WIDTH);
        for (Option<?> option : mixers.kind(id).options().options()) {
            if (index > 0 && random.nextInt(4) == 0) {
                MixerConfig more = config.with(option.name(), value(option, random));
                try {
                    mixers.spec(id, more);
                    config = more;
                } catch (BadConfigurationException refused) {
                    continue;
                }
            }
        }
        return config;
    }

    private static Object value(Option<?> option, SplittableRandom random) {
        return switch (option.type()) {
            case BOOLEAN -> random.nextBoolean();
            case CHOICE -> option.choices().get(random.nextInt(option.choices().size()));
            case INTEGER -> (int) Math.min(option.most(), option.least() + random.nextInt(5));
            case DECIMAL, DECIMALS -> Math.clamp(random.nextDouble(2), option.least(), option.most());
        };
    }

    private static Tensor input() {
        Random random = new Random(SEED);
        Tensor input = Tensor.zeros(BATCH, TIME, WIDTH);
        for (int i = 0; i < input.size(); i++) {
            input.array()[i] = random.nextFloat() * 4 - 2;
        }
        return input;
    }

    /** Outputs, weights, gradients and a step. */
    private static List<Tensor> results(SequenceMixer mixer, Sequences in, Supplier<Workspace> workspaces) {
        List<Tensor> results = new ArrayList<>();
        int width = mixer.spec().outputWidth();
        Tensor out = Tensor.zeros(BATCH, TIME, width);
        mixer.forward(in, out, workspaces.get());
        results.add(out);
        if (mixer.spec().supports(Capability.ATTENTIVE)) {
            Tensor weights = Tensor.zeros(BATCH, mixer.spec().heads(), TIME, TIME);
            mixer.require(Attentive.class).weights(in, weights, workspaces.get());
            results.add(weights);
        }
        if (mixer.spec().supports(Capability.DIFFERENTIABLE)) {
            Differentiable differentiable = mixer.require(Differentiable.class);
            Tensor dOut = Tensor.zeros(BATCH, TIME, width);
            Arrays.fill(dOut.array(), 1f);
            Gradients gradients = Gradients.zeros(mixer.spec(), in);
            Recording recording = differentiable.record(in, Tensor.zeros(BATCH, TIME, width), workspaces.get());
            differentiable.backward(recording, dOut, gradients, workspaces.get());
            results.add(gradients.input().orElseThrow());
            gradients.parameters().forEach((name, gradient) -> results.add(gradient));
        }
        if (mixer.spec().supports(Capability.INCREMENTAL)) {
            Incremental incremental = mixer.require(Incremental.class);
            Tensor stepped = Tensor.zeros(BATCH, TIME, width);
            incremental.step(in, incremental.newState(BATCH, TIME), stepped, workspaces.get());
            results.add(stepped);
        }
        return results;
    }
}
