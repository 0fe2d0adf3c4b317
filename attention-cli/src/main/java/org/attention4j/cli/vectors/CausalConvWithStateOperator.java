package org.attention4j.cli.vectors;

import java.util.Map;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;

/**
 * ONNX's {@code CausalConvWithState}: a depthwise causal convolution of input {@code [B, C, L]} with weight {@code [C, 1, K]} that
 * goes on behind {@code past_state [B, C, K − 1]}, the inputs before it, and gives the last K − 1 inputs as {@code present_state}.
 */
final class CausalConvWithStateOperator implements Operator {
    private final Mixers mixers;

    CausalConvWithStateOperator(Mixers mixers) {
        this.mixers = mixers;
    }

    @Override
    public String name() {
        return "CausalConvWithState";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Tensor input = reference.input("input");
        OnnxConvOperator.checkAxes(input);
        NamedTensors parameters = OnnxConvOperator.parameters(reference, "weight", "bias");
        int before = parameters.get("weight").extent(2) - 1;
        Tensor past = Tensor.zeros(input.extent(0), input.extent(1), before);
        if (reference.hasInput("past_state")) {
            Tensor given = reference.input("past_state");
            MixerSpec.check("past_state", given, past.shape());
            past = given;
        }
        Incremental mixer = mixer(reference, parameters);
        Sequences rows = Sequences.of(Layouts.swapInner(input));
        Tensor out = Tensor.zeros(mixer.spec().outputShape(rows));
        MixerState state = mixer.newState(rows.batch(), 1);
        Sequences pastRows = Sequences.of(Layouts.swapInner(past));
        mixer.step(pastRows, state, Tensor.zeros(mixer.spec().outputShape(pastRows)));
        mixer.step(rows, state, out);
        return Map.of("output.output", Layouts.swapInner(out), "output.present_state", last(past, input));
    }

    /** SiLU is a convolution that is its own gate. */
    private Incremental mixer(ReferenceCase reference, NamedTensors parameters) throws UnsupportedCaseException {
        Tensor weight = parameters.get("weight");
        int width = weight.extent(0);
        MixerConfig config = MixerConfig.width(width)
                .with("kernel", weight.extent(2))
                .with("groups", width)
                .with("bias", parameters.contains("bias"));
        String activation = reference.text("activation", "none");
        return switch (activation) {
            case "", "none" ->
                Operator.mixer(mixers, "convolution", config, parameters).require(Incremental.class);
            case "silu", "swish" ->
                Operator.mixer(mixers, "gated-convolution", config.with("gate", "self"), parameters)
                        .require(Incremental.class);
            default -> throw new UnsupportedCaseException("activation " + activation + " is none of ONNX's");
        };
    }

    /** The last inputs, as many as there were in the past. */
    private static Tensor last(Tensor past, Tensor input) {
        int kept = past.extent(2);
        int length = input.extent(2);
        Tensor last = Tensor.zeros(past.extent(0), past.extent(1), kept);
        for (int b = 0; b < last.extent(0); b++) {
            for (int c = 0; c < last.extent(1); c++) {
                for (int i = 0; i < kept; i++) {
                    int from = length + i; // in the past and the input, one behind the other
                    last.set(from < kept ? past.get(b, c, from) : input.get(b, c, from - kept), b, c, i);
                }
            }
        }
        return last;
    }
}
