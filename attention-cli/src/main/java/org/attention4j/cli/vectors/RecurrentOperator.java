package org.attention4j.cli.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Recurrent;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * PyTorch's {@code nn.LSTM}, {@code nn.GRU} or {@code nn.RNN}: (output, last states) of (input, initial states), by true
 * lengths where they are given.
 */
final class RecurrentOperator implements Operator {
    private final Mixers mixers;
    private final String id;

    /** For a mixer whose id is that of the operator. */
    RecurrentOperator(Mixers mixers, String id) {
        this.mixers = mixers;
        this.id = id;
    }

    @Override
    public String name() {
        return id;
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Recurrent mixer = mixer(reference);
        Layouts.Batching batching = Layouts.Batching.of(reference);
        Tensor x = batching.in(reference.input("input"));
        Sequences in = Sequences.of(x, lengths(reference, x));
        Tensor out = Tensor.zeros(mixer.spec().outputShape(in));
        NamedTensors initial = hidden(reference, mixer, in.batch(), "input.", "_0");
        NamedTensors last = mixer.newHidden(in.batch());
        Map<String, Tensor> results = new LinkedHashMap<>();
        try (Workspace workspace = Workspace.create()) {
            Recording recording = mixer.record(in, initial, out, last, workspace);
            if (reference.hasGradients()) {
                Gradients gradients = Gradients.zeros(mixer.spec(), in).withInitial(initial.zerosLike());
                Tensor dOut = batching.in(reference.cotangent("output"));
                NamedTensors dLast = hidden(reference, mixer, in.batch(), "cotangent.", "_n");
                mixer.backward(recording, dOut, dLast, gradients, workspace);
                gradients.input().ifPresent(dIn -> results.put("grad.input.input", batching.out(dIn)));
                gradients.parameters().forEach((name, tensor) -> results.put("grad.param." + name, tensor));
                gradients.initial().ifPresent(tensors -> putHidden(results, "grad.input.", "_0", tensors, batching));
            }
        }
        results.put("output.output", batching.out(out));
        putHidden(results, "output.", "_n", last, batching);
        return results;
    }

    private Recurrent mixer(ReferenceCase reference) throws UnsupportedCaseException {
        MixerConfig config = MixerConfig.width(reference.integer("input_size", 0))
                .with("hidden", reference.integer("hidden_size", 0))
                .with("bias", reference.flag("bias"))
                .with("bidirectional", reference.flag("bidirectional"));
        String activation = reference.text("nonlinearity", "");
        config = activation.isEmpty() ? config : config.with("activation", activation);
        config = withUnless(config, "layers", reference.integer("num_layers", 1), 1);
        config = withUnless(config, "projection", reference.integer("proj_size", 0), 0);
        return Operator.mixer(mixers, id, config, reference.parameters()).require(Recurrent.class);
    }

    /** Sets an option that is not at the value that stands for "none". */
    private static MixerConfig withUnless(MixerConfig config, String option, int value, int none) {
        return value == none ? config : config.with(option, value);
    }

    private static int[] lengths(ReferenceCase reference, Tensor x) {
        JsonNode packed = reference.attribute("packed_lengths");
        int[] lengths = new int[x.extent(0)];
        for (int b = 0; b < lengths.length; b++) {
            lengths[b] = packed.isArray() ? packed.path(b).asInt() : x.extent(1);
        }
        return lengths;
    }

    /** Hidden tensors under PyTorch's names {@code h_0}, {@code c_0}; zeros where the case has none. */
    private static NamedTensors hidden(
            ReferenceCase reference, Recurrent mixer, int batch, String prefix, String suffix) {
        NamedTensors hidden = mixer.newHidden(batch);
        hidden.forEach((name, tensor) -> {
            if (reference.has(prefix + name + suffix)) {
                tensor.copyFrom(reference
                        .tensor(prefix + name + suffix)
                        .reshape(tensor.shape().extents()));
            }
        });
        return hidden;
    }

    private static void putHidden(
            Map<String, Tensor> results, String prefix, String suffix, NamedTensors hidden, Layouts.Batching batching) {
        hidden.forEach((name, tensor) -> results.put(
                prefix + name + suffix,
                batching == Layouts.Batching.UNBATCHED ? tensor.reshape(tensor.extent(0), tensor.extent(2)) : tensor));
    }
}
