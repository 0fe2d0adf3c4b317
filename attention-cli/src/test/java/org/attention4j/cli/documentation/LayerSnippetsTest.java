package org.attention4j.cli.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerState;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.model.BlockConfig;
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
}
