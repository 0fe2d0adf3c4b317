package org.attention4j.model.files;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;

/**
 * The weights of nodes of an ONNX graph, named and laid out as our layers and mixers have them, which is as PyTorch does. {@link
 * ParameterSource#of} makes a source of them. What else a node says (activations, strides, …) is not in them: it is for the options of the
 * mixer that takes them.
 */
public final class OnnxParameters {
    private OnnxParameters() {}

    /**
     * The weights of an LSTM, GRU or RNN node, for the mixer of that kind with one layer: {@code weight_ih_l0 [G·H, I]}, {@code
     * weight_hh_l0 [G·H, H]}, with a bias {@code bias_ih_l0} and {@code bias_hh_l0 [G·H]}, with peepholes {@code weight_peephole_l0 [3·H]};
     * of a bidirectional node the same with {@code _reverse}. ONNX's gates i, o, f, c and z, r, h become i, f, g, o and r, z, n.
     *
     * @param file the model
     * @param nodeName the node's name
     * @return new tensors
     * @throws IllegalArgumentException if there is no such node, it is of another kind, its direction is neither forward nor bidirectional,
     *     or its weights are computed
     * @throws ShapeMismatchException if weights do not fit each other
     */
    public static NamedTensors recurrent(OnnxFile file, String nodeName) {
        OnnxNode node = file.node(nodeName, List.of("LSTM", "GRU", "RNN"));
        String direction =
                node.attributes().get("direction") instanceof OnnxAttribute.Text text ? text.value() : "forward";
        if (!direction.equals("forward") && !direction.equals("bidirectional")) {
            throw new IllegalArgumentException(file.source() + ": node '" + nodeName + "' has the direction '"
                    + direction + "'; read are forward and bidirectional");
        }
        Tensor w = required(file, node, 1);
        Tensor r = required(file, node, 2);
        Optional<Tensor> bias = optional(file, node, 3);
        Optional<Tensor> peepholes = optional(file, node, 7);
        int directions = direction.equals("bidirectional") ? 2 : 1;
        String of = " of node '" + nodeName + "' in " + file.source();
        if (w.shape().rank() != 3 || r.shape().rank() != 3) {
            throw new IllegalArgumentException(
                    "W" + w.shape() + " and R" + r.shape() + of + ": must be [directions, gates · H, I or H]");
        }
        int hidden = r.extent(2);
        int rows = gates(node.operator()).length * hidden;
        MixerSpec.check("W" + of, w, Shape.of(directions, rows, w.extent(2)));
        MixerSpec.check("R" + of, r, Shape.of(directions, rows, hidden));
        bias.ifPresent(both -> MixerSpec.check("B" + of, both, Shape.of(directions, 2 * rows)));
        peepholes.ifPresent(three -> MixerSpec.check("P" + of, three, Shape.of(directions, 3 * hidden)));
        NamedTensors parameters = NamedTensors.empty();
        for (int d = 0; d < directions; d++) {
            int which = d;
            parameters = parameters.and(
                    "",
                    recurrent(
                            node.operator(),
                            w.slice(d),
                            r.slice(d),
                            bias.map(both -> both.slice(which)),
                            peepholes.map(both -> both.slice(which)),
                            d == 0 ? "_l0" : "_l0_reverse"));
        }
        return parameters;
    }

    /**
     * As {@link #recurrent(OnnxFile, String)}, of one direction whose weights are at hand.
     *
     * @param operator LSTM, GRU or RNN
     * @param w W {@code [G·H, I]}
     * @param r R {@code [G·H, H]}
     * @param bias B {@code [2·G·H]}, the input's before the hidden state's
     * @param peepholes P {@code [3·H]} in the order i, o, f
     * @param suffix {@code _l0} or {@code _l0_reverse}
     * @return new tensors
     * @throws IllegalArgumentException for another operator
     */
    public static NamedTensors recurrent(
            String operator, Tensor w, Tensor r, Optional<Tensor> bias, Optional<Tensor> peepholes, String suffix) {
        int[] gates = gates(operator);
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        parameters.put("weight_ih" + suffix, ordered(w, gates));
        parameters.put("weight_hh" + suffix, ordered(r, gates));
        bias.ifPresent(both -> {
            int rows = both.extent(0) / 2;
            parameters.put("bias_ih" + suffix, ordered(both.range(0, rows), gates));
            parameters.put("bias_hh" + suffix, ordered(both.range(rows, 2 * rows), gates));
        });
        peepholes.ifPresent(three -> parameters.put("weight_peephole" + suffix, ordered(three, 0, 2, 1)));
        return NamedTensors.of(parameters);
    }

    /** Where the blocks of rows stand in the file. */
    private static int[] gates(String operator) {
        return switch (operator) {
            case "LSTM" -> new int[] {0, 2, 3, 1}; // i, f, g, o of i, o, f, c
            case "GRU" -> new int[] {1, 0, 2}; // r, z, n of z, r, h
            case "RNN" -> new int[] {0};
            default -> throw new IllegalArgumentException(operator + " is not LSTM, GRU or RNN");
        };
    }

    /** The blocks of rows in another order. */
    private static Tensor ordered(Tensor rows, int... blocks) {
        Tensor ordered = Tensor.zeros(rows.shape());
        int height = rows.extent(0) / blocks.length;
        for (int i = 0; i < blocks.length; i++) {
            ordered.range(i * height, (i + 1) * height)
                    .copyFrom(rows.range(blocks[i] * height, (blocks[i] + 1) * height));
        }
        return ordered;
    }

    /**
     * The weights of a Conv node over time, for the mixer {@code convolution}: {@code weight [D', D/groups, kernel]} and, where the node
     * has one, {@code bias [D']}.
     *
     * @param file the model
     * @param nodeName the node's name
     * @return new tensors
     * @throws IllegalArgumentException if there is no such node, it is of another kind, is over more than one axis, or its weights are
     *     computed
     * @throws ShapeMismatchException if the bias is no vector of D' numbers
     */
    public static NamedTensors convolution(OnnxFile file, String nodeName) {
        OnnxNode node = file.node(nodeName, List.of("Conv"));
        Tensor weight = required(file, node, 1);
        if (weight.shape().rank() != 3) {
            throw new IllegalArgumentException(file.source() + ": the weights of node '" + nodeName + "' are "
                    + weight.shape() + ", not [out, in, kernel]");
        }
        return withBias(weight, "B of node '" + nodeName + "' in " + file.source(), optional(file, node, 2));
    }

    /**
     * The weights of a MatMul or Gemm node, for a linear layer: {@code weight [D', D]} and, of a Gemm with a C, {@code bias [D']}. (The
     * bias of a MatMul is that of the Add that follows: see {@link OnnxFile#weightOf(String)}.)
     *
     * @param file the model
     * @param nodeName the node's name
     * @return new tensors
     * @throws IllegalArgumentException if there is no such node, it is of another kind, its weight is computed or no matrix, or a Gemm
     *     transposes its input or has another factor than 1
     * @throws ShapeMismatchException if C is no vector of D' numbers
     */
    public static NamedTensors linear(OnnxFile file, String nodeName) {
        OnnxNode node = file.node(nodeName, List.of("MatMul", "Gemm"));
        refuse(file, node, "alpha", new OnnxAttribute.Floats(List.of(1f)));
        refuse(file, node, "beta", new OnnxAttribute.Floats(List.of(1f)));
        refuse(file, node, "transA", new OnnxAttribute.Integers(List.of(0L)));
        OnnxFile.Operand operand = operand(file, node, 1);
        Tensor stored = operand.tensor().tensor();
        if (stored.shape().rank() != 2) {
            throw new IllegalArgumentException(
                    file.source() + ": the weight of node '" + nodeName + "' is " + stored.shape() + ", no matrix");
        }
        boolean swapped = operand.transposed()
                != new OnnxAttribute.Integers(List.of(1L))
                        .equals(node.attributes().get("transB"));
        Tensor weight = swapped ? stored : Weight.transposed(stored);
        Optional<Tensor> bias = node.operator().equals("Gemm") ? optional(file, node, 2) : Optional.empty();
        return withBias(weight, "C of node '" + nodeName + "' in " + file.source(), bias);
    }

    /** Refuses an attribute that changes what a node computes, unless it is left out or at its default. */
    private static void refuse(OnnxFile file, OnnxNode node, String name, OnnxAttribute allowed) {
        OnnxAttribute given = node.attributes().get(name);
        if (given != null && !given.equals(allowed)) {
            throw new IllegalArgumentException(file.source() + ": node '" + node.name() + "' has " + name + " = "
                    + given + ", a linear layer has " + allowed);
        }
    }

    private static NamedTensors withBias(Tensor weight, String what, Optional<Tensor> bias) {
        bias.ifPresent(vector -> MixerSpec.check(what, vector, Shape.of(weight.extent(0))));
        NamedTensors parameters = NamedTensors.empty().with("weight", weight);
        return bias.isPresent() ? parameters.with("bias", bias.get()) : parameters;
    }

    /** Nothing where the input is left out. */
    private static Optional<Tensor> optional(OnnxFile file, OnnxNode node, int input) {
        return node.hasInput(input) ? Optional.of(required(file, node, input)) : Optional.empty();
    }

    /** As the node reads it. */
    private static Tensor required(OnnxFile file, OnnxNode node, int input) {
        OnnxFile.Operand operand = operand(file, node, input);
        Tensor stored = operand.tensor().tensor();
        return operand.transposed() ? Weight.transposed(stored) : stored;
    }

    private static OnnxFile.Operand operand(OnnxFile file, OnnxNode node, int input) {
        return file.weightOf(node, input)
                .orElseThrow(() -> new IllegalArgumentException(
                        file.source() + ": input " + input + " of node '" + node.name() + "' is not a constant"));
    }
}
