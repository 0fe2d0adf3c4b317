package org.attention4j.cli.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.attention4j.api.Capability;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Activation;
import org.attention4j.model.ActivationLayer;
import org.attention4j.model.BlockConfig;
import org.attention4j.model.Branches;
import org.attention4j.model.Identity;
import org.attention4j.model.LayerNorm;
import org.attention4j.model.LinearLayer;
import org.attention4j.model.Mlp;
import org.attention4j.model.Residual;
import org.attention4j.model.Sequential;
import org.attention4j.model.TransformerDecoder;
import org.attention4j.model.TransformerEncoder;
import org.attention4j.model.files.ElementType;
import org.attention4j.model.files.StateDict;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The snippets of {@code docs/layers.md}, run. */
class LayerSnippetsTest {
    private static Tensor random(int... extents) {
        Tensor tensor = Tensor.zeros(extents);
        Random random = new Random(7);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.array()[i] = random.nextFloat() - 0.5f;
        }
        return tensor;
    }

    @Test
    void encodeDecodeAndStore(@TempDir Path folder) throws IOException {
        Mixers mixers = Mixers.load();
        Tensor x = random(2, 9, 32);
        Tensor memory = Tensor.zeros(2, 9, 32);
        Sequences y = Sequences.of(random(2, 1, 32));
        Tensor out = Tensor.zeros(2, 1, 32);
        Sequences token = y;
        Tensor next = Tensor.zeros(2, 1, 32);
        Path file = folder.resolve("model.safetensors");
        try (Workspace workspace = Workspace.threads(2)) {
            BlockConfig config = BlockConfig.transformer(128); // hidden width; PyTorch's defaults and names
            MixerConfig attention = MixerConfig.width(32).with("heads", 4);
            TransformerEncoder encoder = TransformerEncoder.of(
                    2,
                    source -> mixers.create("multi-head-attention", attention, source),
                    config,
                    false,
                    Initializer.seeded(1));
            TransformerDecoder decoder = TransformerDecoder.of(
                    2,
                    source -> mixers.create("multi-head-attention", attention.with("causal", true), source),
                    source -> mixers.create("multi-head-attention", attention, source),
                    config,
                    false,
                    Initializer.seeded(2));
            encoder.forward(Sequences.of(x, 9, 5), memory, workspace);
            decoder.forward(y, Sequences.of(memory, 9, 5), out, workspace);

            MixerState state = decoder.newState(Sequences.of(memory, 9, 5), 100, workspace);
            decoder.step(token, state, next); // the same bits as the whole sequence

            assertTrue(next.sameBits(out));

            NamedTensors all =
                    NamedTensors.empty().and("encoder.", encoder.parameters()).and("decoder.", decoder.parameters());
            StateDict.write(file, all, ElementType.BF16);
            NamedTensors read = StateDict.read(file, "encoder.", encoder.spec().parameters());
            TransformerEncoder same = encoder.withParameters(ParameterSource.of(read));

            assertEquals(encoder.parameters().names(), same.parameters().names());
        }
    }

    @Test
    void residualSums() {
        Mixers mixers = Mixers.load();
        Initializer source = Initializer.seeded(1);
        MixerConfig lstm = MixerConfig.width(64);
        SequenceMixer first = mixers.create("lstm", lstm, source);
        SequenceMixer second = mixers.create("lstm", lstm, source);
        SequenceMixer third = mixers.create("lstm", lstm, source);
        SequenceMixer depthwise = mixers.create(
                "convolution", lstm.with("kernel", 7).with("groups", 64).with("causal", false), source);

        SequenceMixer deep = Sequential.of(first) // GNMT: from the third LSTM on, each is added to its input
                .then(second)
                .then(Residual.of(third));
        SequenceMixer convolutional = Residual.of(Sequential.of(depthwise) // ConvNeXt
                .then(LayerNorm.of(64, 1e-6, source.under("1.")))
                .then(Mlp.of(64, 256, Activation.GELU, source.under("2."))));

        SequenceMixer values = mixers.create("convolution", lstm.with("output-width", 32), source);
        SequenceMixer opening = mixers.create("convolution", lstm.with("output-width", 32), source);
        SequenceMixer three = mixers.create("convolution", lstm.with("kernel", 3), source);
        SequenceMixer four = mixers.create("convolution", lstm.with("kernel", 4), source);
        LinearLayer t = LinearLayer.of(64, 64, true, source);
        LinearLayer minusT = LinearLayer.of(64, 64, true, source);
        SequenceMixer gated = Branches.product( // a gate
                values, Sequential.of(opening).then(ActivationLayer.of(32, Activation.SIGMOID)));
        SequenceMixer bank = Branches.concatenation(three, four); // TextCNN: of width 128 together
        SequenceMixer highway = Branches.sum( // σ(t) ⊙ f(x) + (1 − σ(t)) ⊙ x, 1 − σ(t) being σ(−t)
                Branches.product(Sequential.of(t).then(ActivationLayer.of(64, Activation.SIGMOID)), first),
                Branches.product(
                        Sequential.of(minusT).then(ActivationLayer.of(64, Activation.SIGMOID)),
                        Sequential.of(Identity.of(64))));

        assertTrue(gated.spec().supports(Capability.INCREMENTAL));
        assertEquals(32, gated.spec().outputWidth());
        assertEquals(128, bank.spec().outputWidth());
        assertTrue(highway.parameters().contains("0.1.weight_hh_l0"));
        assertTrue(deep.spec().supports(Capability.INCREMENTAL));
        assertTrue(deep.parameters().contains("2.mixer.weight_hh_l0"));
        assertTrue(convolutional.parameters().contains("mixer.2.linear1.weight"));
        Tensor out = Tensor.zeros(1, 9, 64);
        convolutional.forward(Sequences.of(random(1, 9, 64)), out);
        deep.forward(Sequences.of(random(1, 9, 64)), out);
    }
}
