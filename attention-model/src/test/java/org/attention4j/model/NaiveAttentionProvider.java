package org.attention4j.model;

import java.util.Set;
import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** Stands in for the attention module, which this one does not know: the same id and parameters, computed in double. */
final class NaiveAttentionProvider implements MixerProvider {
    private static final Option<Integer> HEADS = Option.integer("heads", 1, 64, 1, "How many heads.");
    private static final MixerKind KIND = new MixerKind(
            "multi-head-attention",
            MixerFamily.SOFTMAX_ATTENTION,
            "Naive attention",
            OptionSchema.of(HEADS),
            Set.of(Capability.ATTENTIVE));

    @Override
    public MixerKind kind() {
        return KIND;
    }

    @Override
    public MixerSpec spec(MixerConfig config) {
        int width = config.width();
        MixerSpec.Builder builder = MixerSpec.of(KIND, config);
        return builder.heads(builder.config().get(HEADS))
                .parameter("in_proj_weight", InitialValue.zeros(), 3 * width, width)
                .parameter("in_proj_bias", InitialValue.zeros(), 3 * width)
                .parameter("out_proj.weight", InitialValue.zeros(), width, width)
                .parameter("out_proj.bias", InitialValue.zeros(), width)
                .build();
    }

    @Override
    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
        MixerSpec spec = spec(config);
        return new Mixer(spec, spec.newParameters(parameters));
    }

    private record Mixer(MixerSpec spec, NamedTensors parameters) implements Attentive {
        @Override
        public SequenceMixer withParameters(ParameterSource source) {
            return new Mixer(spec, spec.newParameters(source));
        }

        @Override
        public void forward(Sequences in, Tensor out, Workspace workspace) {
            out.fill(0);
            for (int b = 0; b < in.batch(); b++) {
                double[][] y = attend(in.tensor().slice(b), in.length(b), null);
                for (int t = 0; t < y.length; t++) {
                    for (int i = 0; i < spec.inputWidth(); i++) {
                        out.set((float) y[t][i], b, t, i);
                    }
                }
            }
        }

        @Override
        public void weights(Sequences in, Tensor weights, Workspace workspace) {
            weights.fill(0);
            for (int b = 0; b < in.batch(); b++) {
                double[][][] w = new double[spec.heads()][in.length(b)][in.length(b)];
                attend(in.tensor().slice(b), in.length(b), w);
                for (int h = 0; h < w.length; h++) {
                    for (int t = 0; t < in.length(b); t++) {
                        for (int s = 0; s < in.length(b); s++) {
                            weights.set((float) w[h][t][s], b, h, t, s);
                        }
                    }
                }
            }
        }

        private double[][] attend(Tensor x, int length, double @org.jspecify.annotations.Nullable [][][] weights) {
            int width = spec.inputWidth();
            double[][] in = new double[length][];
            for (int t = 0; t < length; t++) {
                in[t] = Cases.doubles(x.slice(t));
            }
            double[] weight = Cases.doubles(parameters.get("in_proj_weight"));
            double[] bias = Cases.doubles(parameters.get("in_proj_bias"));
            double[][] projected = new double[length][];
            for (int t = 0; t < length; t++) {
                projected[t] = Naive.linear(in[t], weight, bias);
            }
            double[][] mixed = Naive.attention(projected, width, spec.heads(), weights);
            for (int t = 0; t < length; t++) {
                mixed[t] = Naive.linear(
                        mixed[t],
                        Cases.doubles(parameters.get("out_proj.weight")),
                        Cases.doubles(parameters.get("out_proj.bias")));
            }
            return mixed;
        }
    }
}
