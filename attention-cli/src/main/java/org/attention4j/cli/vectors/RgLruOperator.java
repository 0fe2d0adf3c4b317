package org.attention4j.cli.vectors;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
 * Transformers' {@code RecurrentGemmaRglru}: (output, recurrent_states) of activations {@code [B, T, D]} at {@code position_ids [B, T]}. Position
 * 0 begins anew wherever it stands, so a row may be several sequences; one that begins at another position has a past, of zeros.
 */
final class RgLruOperator implements Operator {
    private static final List<String> GATES = List.of("recurrent_gate_", "input_gate_");

    private final Mixers mixers;

    RgLruOperator(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public String name() {
        return "rglru";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        return new Call(reference, mixers).run();
    }

    /** A sequence in a row of the case. */
    private record Part(int row, int from, int length, boolean begins, boolean ends) {}

    /** One case. */
    private static final class Call {
        private final ReferenceCase reference;
        private final Tensor x;
        private final int width;
        private final int blocks;
        private final Recurrent mixer;
        private final List<Part> parts = new ArrayList<>();
        private final int longest;

        Call(ReferenceCase reference, Mixers mixers) throws UnsupportedCaseException {
            this.reference = reference;
            x = reference.input("activations");
            width = x.extent(2);
            blocks = reference.integer("num_attention_heads", 1);
            MixerConfig config = MixerConfig.width(width).with("blocks", blocks);
            mixer = Operator.mixer(mixers, "rg-lru", config, parameters()).require(Recurrent.class);
            int time = x.extent(1);
            int[] positions = reference.integers("position_ids", Math.multiplyExact(x.extent(0), time));
            for (int b = 0; b < x.extent(0); b++) {
                int from = 0;
                for (int t = 1; t <= time; t++) {
                    if (t == time || positions[b * time + t] == 0) {
                        parts.add(new Part(b, from, t - from, positions[b * time + from] == 0, t == time));
                        from = t;
                    }
                }
            }
            longest = parts.stream().mapToInt(Part::length).max().orElse(0);
        }

        Map<String, Tensor> run() {
            int[] lengths = parts.stream().mapToInt(Part::length).toArray();
            Sequences in = Sequences.of(parted(x), lengths);
            Tensor out = Tensor.zeros(in.tensor().shape());
            NamedTensors initial = mixer.newHidden(parts.size());
            IntStream.range(0, lengths.length)
                    .filter(n -> !parts.get(n).begins())
                    .forEach(n -> initial.get("v").slice(0).slice(n).fill(1));
            NamedTensors last = mixer.newHidden(parts.size());
            Map<String, Tensor> results = new LinkedHashMap<>();
            try (Workspace workspace = Workspace.create()) {
                Recording recording = mixer.record(in, initial, out, last, workspace);
                if (reference.hasGradients()) {
                    Gradients gradients = Gradients.zeros(mixer.spec(), in);
                    NamedTensors dLast = mixer.newHidden(parts.size());
                    copyLast(reference.cotangent("recurrent_states"), dLast.get("h"), true);
                    mixer.backward(recording, parted(reference.cotangent("output")), dLast, gradients, workspace);
                    gradients.input().ifPresent(dIn -> results.put("grad.input.activations", whole(dIn)));
                    putParameterGradients(results, gradients.parameters());
                }
            }
            results.put("output.output", whole(out));
            Tensor states = Tensor.zeros(x.extent(0), width);
            copyLast(states, last.get("h"), false);
            results.put("output.recurrent_states", states);
            return results;
        }

        /** {@code [B, T, D]} → a sequence for each part. */
        private Tensor parted(Tensor rows) {
            Tensor parted = Tensor.zeros(parts.size(), longest, width);
            for (int n = 0; n < parts.size(); n++) {
                Part part = parts.get(n);
                for (int t = 0; t < part.length(); t++) {
                    parted.slice(n).slice(t).copyFrom(rows.slice(part.row()).slice(part.from() + t));
                }
            }
            return parted;
        }

        /** From a sequence for each part back. */
        private Tensor whole(Tensor parted) {
            Tensor rows = Tensor.zeros(x.shape());
            for (int n = 0; n < parts.size(); n++) {
                Part part = parts.get(n);
                for (int t = 0; t < part.length(); t++) {
                    rows.slice(part.row())
                            .slice(part.from() + t)
                            .copyFrom(parted.slice(n).slice(t));
                }
            }
            return rows;
        }

        /** The states {@code [B, D]} of rows are those of their last parts, in {@code [1, parts, D]}. */
        private void copyLast(Tensor ofRows, Tensor ofParts, boolean toParts) {
            for (int n = 0; n < parts.size(); n++) {
                Part part = parts.get(n);
                if (part.ends()) {
                    Tensor row = ofRows.slice(part.row());
                    Tensor state = ofParts.slice(0).slice(n);
                    (toParts ? state : row).copyFrom(toParts ? row : state);
                }
            }
        }

        /** Weights {@code [K, D/K inputs, D/K units]} of either gate become rows of units. */
        private NamedTensors parameters() {
            Tensor weight = Tensor.zeros(2 * width, width / blocks);
            Tensor bias = Tensor.zeros(2 * width);
            for (int gate = 0; gate < 2; gate++) {
                float[] weights =
                        reference.tensor("param." + GATES.get(gate) + "weight").toArray();
                for (int n = 0; n < weights.length; n++) {
                    weight.array()[turned(gate, n)] = weights[n];
                }
                float[] biases =
                        reference.tensor("param." + GATES.get(gate) + "bias").toArray();
                System.arraycopy(biases, 0, bias.array(), gate * width, width);
            }
            return NamedTensors.empty()
                    .with("weight_ih_l0", weight)
                    .with("bias_ih_l0", bias)
                    .with("recurrent_param_l0", reference.tensor("param.recurrent_param"));
        }

        private void putParameterGradients(Map<String, Tensor> results, NamedTensors gradients) {
            float[] weight = gradients.get("weight_ih_l0").toArray();
            float[] bias = gradients.get("bias_ih_l0").toArray();
            int own = width / blocks;
            for (int gate = 0; gate < 2; gate++) {
                Tensor weights = Tensor.zeros(blocks, own, own);
                for (int n = 0; n < weights.size(); n++) {
                    weights.array()[n] = weight[turned(gate, n)];
                }
                Tensor biases = Tensor.zeros(blocks, own);
                System.arraycopy(bias, gate * width, biases.array(), 0, width);
                results.put("grad.param." + GATES.get(gate) + "weight", weights);
                results.put("grad.param." + GATES.get(gate) + "bias", biases);
            }
            results.put("grad.param.recurrent_param", gradients.get("recurrent_param_l0"));
        }

        /** Where element n of a gate's weights stands in the rows of units. */
        private int turned(int gate, int n) {
            int own = width / blocks;
            int block = n / own / own;
            return (gate * width + block * own + n % own) * own + n / own % own;
        }
    }
}
