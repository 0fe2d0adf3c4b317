package org.attention4j.cli.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.name.Names;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ForkJoinPool;
import org.attention4j.api.Attentive;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Recurrent;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.guice.MixersModule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of {@code README.md} and {@code docs/model-authors.md}, run. */
class ModelAuthorSnippetsTest {
    private static Tensor random(int... extents) {
        Tensor tensor = Tensor.zeros(extents);
        java.util.Random random = new java.util.Random(7);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.array()[i] = random.nextFloat() - 0.5f;
        }
        return tensor;
    }

    @Test
    void embed() {
        Tensor x = random(2, 10, 64);
        Tensor y = Tensor.zeros(2, 10, 64);

        SequenceMixer mixer = Mixers.load()
                .create(
                        "multi-head-attention",
                        MixerConfig.width(64).with("heads", 4).with("causal", true),
                        Initializer.seeded(42));
        mixer.forward(Sequences.of(x, 10, 7), y); // two sequences, 10 and 7 positions long

        Incremental incremental = mixer.require(Incremental.class);
        MixerState state = incremental.newState(1, 100); // one sequence of up to 100 positions
        Sequences prompt = Sequences.of(x.range(0, 1));
        Tensor outputs = Tensor.zeros(1, 10, 64);
        incremental.step(prompt, state, outputs); // the whole prompt …
        Tensor token = random(1, 1, 64);
        Tensor next = Tensor.zeros(1, 1, 64);
        incremental.step(Sequences.of(token), state, next); // … then one position at a time
        state.rollback(1); // and back

        assertTrue(outputs.sameBits(y.range(0, 1)));
        assertEquals(10, state.position(0));
    }

    @Test
    void train() {
        SequenceMixer built =
                Mixers.load().create("lstm", MixerConfig.width(8).with("hidden", 8), Initializer.seeded(1));
        Sequences in = Sequences.of(random(2, 5, 8));
        Tensor out = Tensor.zeros(2, 5, 8);
        Tensor dOut = random(2, 5, 8);

        Differentiable mixer = built.require(Differentiable.class);
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        Recording recording = mixer.record(in, out);
        mixer.backward(recording, dOut, gradients); // adds to gradients

        NamedTensors parameters = mixer.parameters(); // copies
        parameters.forEach((name, tensor) -> {
            Tensor gradient = gradients.parameters().get(name);
            for (int i = 0; i < tensor.size(); i++) {
                tensor.array()[i] -= 0.01f * gradient.array()[i];
            }
        });
        SequenceMixer trained = mixer.withParameters(ParameterSource.of(parameters));

        Tensor after = Tensor.zeros(2, 5, 8);
        trained.forward(in, after);
        assertTrue(!after.sameBits(out));
    }

    @Test
    void inject() {
        Injector injector = Guice.createInjector(MixersModule.discovered()
                .with(
                        "encoder",
                        "multi-head-attention",
                        MixerConfig.width(64).with("heads", 4),
                        Initializer.seeded(42)));
        SequenceMixer encoder =
                injector.getInstance(Key.get(SequenceMixer.class, Names.named("encoder"))); // @Named("encoder")

        assertEquals(64, encoder.spec().inputWidth());
        assertEquals(Mixers.load().ids(), injector.getInstance(Mixers.class).ids());
    }

    @Test
    void refusals() {
        Mixers mixers = Mixers.load();
        BadConfigurationException refused = assertThrows(
                BadConfigurationException.class,
                () -> mixers.spec("multi-head-attention", MixerConfig.width(8).with("head", 2)));
        assertTrue(refused.getMessage().contains("did you mean 'heads'?"), refused.getMessage());
    }

    @Test
    void workspaces() {
        SequenceMixer mixer = Mixers.load().create("convolution", MixerConfig.width(8), Initializer.seeded(1));
        Sequences in = Sequences.of(random(2, 50, 8));
        Tensor out = Tensor.zeros(2, 50, 8);
        Tensor alone = Tensor.zeros(2, 50, 8);

        try (Workspace workspace = Workspace.threads(1)) { // the calling thread and no other
            for (int i = 0; i < 1000; i++) {
                mixer.forward(in, alone, workspace); // no garbage after the first call
            }
        }
        try (Workspace workspace = Workspace.on(ForkJoinPool.commonPool(), 2)) { // borrowed threads
            mixer.forward(in, out, workspace);
        }

        assertTrue(out.sameBits(alone));
    }

    @Test
    void weights() {
        SequenceMixer mixer = Mixers.load()
                .create("multi-head-attention", MixerConfig.width(8).with("heads", 2), Initializer.seeded(1));
        Sequences in = Sequences.of(random(1, 5, 8));
        Sequences context = Sequences.of(random(1, 9, 8));
        Tensor out = Tensor.zeros(1, 5, 8);

        Tensor weights = Tensor.zeros(1, 2, 5, 5); // [batch, head, query, key]
        mixer.require(Attentive.class).weights(in, weights);
        mixer.require(Contextual.class).forward(in, context, out); // cross-attention

        float sum = 0;
        for (int j = 0; j < 5; j++) {
            sum += weights.get(0, 1, 2, j);
        }
        assertEquals(1, sum, 1e-6f);
    }

    @Test
    void hidden() {
        SequenceMixer mixer = Mixers.load().create("lstm", MixerConfig.width(8), Initializer.seeded(1));
        Sequences in = Sequences.of(random(1, 5, 8));
        Tensor out = Tensor.zeros(1, 5, 8);
        Workspace workspace = Workspace.threads(1);

        Recurrent lstm = mixer.require(Recurrent.class);
        NamedTensors hidden = lstm.newHidden(1); // h and c, [1, B, H] each
        lstm.forward(in, hidden, out, hidden, workspace); // carries on where the last call ended

        assertEquals(out.get(0, 4, 3), hidden.get("h").get(0, 0, 3));
    }

    @Test
    void saving(@TempDir Path folder) throws IOException {
        Incremental mixer = Mixers.load()
                .create("lstm", MixerConfig.width(8), Initializer.seeded(1))
                .require(Incremental.class);
        MixerState state = mixer.newState(1, 16);
        mixer.step(Sequences.of(random(1, 5, 8)), state, Tensor.zeros(1, 5, 8));
        Path file = folder.resolve("state");

        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            state.save(channel);
        }
        MixerState loaded;
        try (FileChannel channel = FileChannel.open(file)) {
            loaded = mixer.loadState(channel); // refuses another mixer's, a damaged and a cut-off one
        }

        assertEquals(5, loaded.position(0));
    }

    @Test
    void segments() {
        SequenceMixer mixer = Mixers.load().create("convolution", MixerConfig.width(4), Initializer.seeded(1));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(4L * 2 * 3 * 4);
            Tensor in = Tensor.of(memory, Shape.of(2, 3, 4)); // a view: nothing is copied
            Tensor out = Tensor.of(new float[100], 10, Shape.of(2, 3, 4)); // so is this
            mixer.forward(Sequences.of(in), out);
            assertEquals(24, out.size());
        }
    }
}
