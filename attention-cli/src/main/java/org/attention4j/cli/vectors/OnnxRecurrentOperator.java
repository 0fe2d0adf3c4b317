package org.attention4j.cli.vectors;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recurrent;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.model.files.OnnxParameters;

/**
 * ONNX's {@code LSTM}, {@code GRU} and {@code RNN}. Each direction is a mixer of its own, since each may have its own
 * activations; the reverse one is given its sequences from their true ends.
 *
 * <p>With layout 0, X is {@code [T, B, I]}, Y {@code [T, D, B, H]}, hidden states {@code [D, B, H]}; with layout 1 they are
 * {@code [B, T, I]}, {@code [B, T, D, H]} and {@code [B, D, H]}.
 */
final class OnnxRecurrentOperator implements Operator {
    private static final List<String> DIRECTIONS = List.of("forward", "reverse", "bidirectional");

    private final Mixers mixers;
    private final String name;

    /** The operator of a name, run by the mixer whose id is that in lower case. */
    OnnxRecurrentOperator(Mixers mixers, String name) {
        this.mixers = mixers;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        boolean batchFirst = reference.integer("layout", 0) == 1;
        Tensor x = batchFirst ? reference.input("X") : Layouts.swapOuter(reference.input("X"));
        int[] lengths = lengths(reference, x);
        String direction = reference.text("direction", "forward");
        if (!DIRECTIONS.contains(direction)) {
            throw new UnsupportedCaseException("direction " + direction + " is none of ONNX's");
        }
        int directions = direction.equals("bidirectional") ? 2 : 1;
        int hidden = reference.input("R").extent(2);
        int batch = x.extent(0);
        int time = x.extent(1);
        Tensor y = batchFirst
                ? Tensor.zeros(batch, time, directions, hidden)
                : Tensor.zeros(time, directions, batch, hidden);
        Map<String, Tensor> results = new LinkedHashMap<>();
        results.put("output.Y", y);
        for (int d = 0; d < directions; d++) {
            boolean reverse = d == 1 || direction.equals("reverse");
            Recurrent mixer = mixer(reference, x.extent(2), hidden, d);
            Sequences in = Sequences.of(reverse ? reversed(x, lengths) : x, lengths);
            NamedTensors state = initial(reference, mixer, batch, d, batchFirst);
            Tensor out = Tensor.zeros(batch, time, hidden);
            try (Workspace workspace = Workspace.create()) {
                mixer.forward(in, state, out, state, workspace);
            }
            put(reverse ? reversed(out, lengths) : out, y, d, batchFirst);
            putLast(results, state, lengths, d, directions, batchFirst);
        }
        return results;
    }

    private static int[] lengths(ReferenceCase reference, Tensor x) {
        if (reference.hasInput("sequence_lens")) {
            return reference.integers("sequence_lens", x.extent(0));
        }
        int[] lengths = new int[x.extent(0)];
        Arrays.fill(lengths, x.extent(1));
        return lengths;
    }

    /** Each sequence from its true end to its beginning; zeros behind it. */
    private static Tensor reversed(Tensor x, int[] lengths) {
        Tensor reversed = Tensor.zeros(x.shape());
        for (int b = 0; b < lengths.length; b++) {
            for (int t = 0; t < lengths[b]; t++) {
                reversed.slice(b).slice(t).copyFrom(x.slice(b).slice(lengths[b] - 1 - t));
            }
        }
        return reversed;
    }

    private Recurrent mixer(ReferenceCase reference, int width, int hidden, int d) throws UnsupportedCaseException {
        MixerConfig config = MixerConfig.width(width)
                .with("hidden", hidden)
                .with("bias", reference.hasInput("B"))
                .with("clip", reference.number("clip", 0));
        List<String> functions = List.of("");
        if (name.equals("LSTM")) {
            functions = List.of("gate-", "candidate-", "output-");
            config = config.with("peepholes", reference.hasInput("P"))
                    .with("coupled", reference.integer("input_forget", 0) != 0);
        } else if (name.equals("GRU")) {
            functions = List.of("gate-", "candidate-");
            boolean after = reference.integer("linear_before_reset", 0) != 0;
            config = config.with("reset", after ? "after" : "before");
        }
        config = OnnxCellActivations.apply(reference, config, d, functions);
        return Operator.mixer(mixers, name.toLowerCase(Locale.ROOT), config, parameters(reference, d))
                .require(Recurrent.class);
    }

    private NamedTensors parameters(ReferenceCase reference, int d) {
        return OnnxParameters.recurrent(
                name,
                reference.input("W").slice(d),
                reference.input("R").slice(d),
                part(reference, "B", d),
                part(reference, "P", d),
                "_l0");
    }

    /** One direction's part of an input, where there is one. */
    private static Optional<Tensor> part(ReferenceCase reference, String name, int d) {
        return reference.hasInput(name) ? Optional.of(reference.input(name).slice(d)) : Optional.empty();
    }

    private static NamedTensors initial(
            ReferenceCase reference, Recurrent mixer, int batch, int d, boolean batchFirst) {
        NamedTensors state = mixer.newHidden(batch);
        state.forEach((part, tensor) -> {
            if (reference.hasInput("initial_" + part)) {
                Tensor given = reference.input("initial_" + part);
                tensor.slice(0).copyFrom((batchFirst ? Layouts.swapOuter(given) : given).slice(d));
            }
        });
        return state;
    }

    private static void put(Tensor out, Tensor y, int d, boolean batchFirst) {
        for (int b = 0; b < out.extent(0); b++) {
            for (int t = 0; t < out.extent(1); t++) {
                Tensor to = batchFirst
                        ? y.slice(b).slice(t).slice(d)
                        : y.slice(t).slice(d).slice(b);
                to.copyFrom(out.slice(b).slice(t));
            }
        }
    }

    /** The last states; zeros of sequences that have no position, as onnxruntime answers. */
    private static void putLast(
            Map<String, Tensor> results, NamedTensors state, int[] lengths, int d, int directions, boolean batchFirst) {
        state.forEach((part, tensor) -> {
            int hidden = tensor.extent(2);
            Tensor all = results.computeIfAbsent(
                    "output.Y_" + part,
                    absent -> batchFirst
                            ? Tensor.zeros(lengths.length, directions, hidden)
                            : Tensor.zeros(directions, lengths.length, hidden));
            for (int b = 0; b < lengths.length; b++) {
                if (lengths[b] > 0) {
                    Tensor to =
                            batchFirst ? all.slice(b).slice(d) : all.slice(d).slice(b);
                    to.copyFrom(tensor.slice(0).slice(b));
                }
            }
        });
    }
}
