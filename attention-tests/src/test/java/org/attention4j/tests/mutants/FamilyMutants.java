package org.attention4j.tests.mutants;

import java.util.List;
import java.util.function.Consumer;
import org.attention4j.api.Attentive;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ReceptiveField;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects that contradict what a family promises. */
final class FamilyMutants {
    private static final MixerProvider ATTENTION = NaiveMixers.attention();
    private static final MixerProvider LSTM = NaiveMixers.lstm();
    private static final MixerProvider CONVOLUTION = NaiveMixers.convolution();

    private FamilyMutants() {}

    /** A mixer that computes with other parameters than it says. */
    private static SequenceMixer misread(SequenceMixer mixer, Consumer<NamedTensors> change) {
        NamedTensors parameters = mixer.parameters();
        change.accept(parameters);
        return new Broken(mixer.withParameters(ParameterSource.of(parameters))) {
            @Override
            public NamedTensors parameters() {
                return mixer.parameters();
            }
        };
    }

    /** Twice as large scores. */
    private static void sharpen(NamedTensors parameters) {
        int width = parameters.get("in_proj_weight").extent(1);
        for (String name : List.of("in_proj_weight", "in_proj_bias")) {
            Tensor queries = parameters.get(name).range(0, width);
            float[] values = queries.toArray();
            for (int i = 0; i < values.length; i++) {
                values[i] *= 2;
            }
            queries.write(0, values, 0, values.length);
        }
    }

    /** Query head h over key head h mod K: the queries of another head, and its columns of the output projection, in the place of each. */
    private static SequenceMixer interleaved(SequenceMixer mixer) {
        int heads = option(mixer, "heads");
        int keyHeads = option(mixer, "key-value-heads");
        int width = mixer.spec().inputWidth();
        return misread(mixer, parameters -> {
            for (int i = 0; i < width; i++) {
                int head = i / (width / heads);
                int taken = head % (heads / keyHeads) * keyHeads + head / (heads / keyHeads);
                int from = taken * (width / heads) + i % (width / heads);
                parameters
                        .get("in_proj_weight")
                        .slice(i)
                        .copyFrom(mixer.parameters().get("in_proj_weight").slice(from));
                parameters
                        .get("in_proj_bias")
                        .set(mixer.parameters().get("in_proj_bias").get(from), i);
                for (int o = 0; o < width; o++) {
                    parameters
                            .get("out_proj.weight")
                            .set(mixer.parameters().get("out_proj.weight").get(o, from), o, i);
                }
            }
        });
    }

    private static void swapFirstGates(NamedTensors parameters) {
        Tensor weight = parameters.get("weight_ih_l0");
        int hidden = weight.extent(0) / 4;
        Tensor first = weight.range(0, hidden).copy();
        weight.range(0, hidden).copyFrom(weight.range(hidden, 2 * hidden));
        weight.range(hidden, 2 * hidden).copyFrom(first);
    }

    /** A convolution that declares one position more than it reads. */
    private static MixerProvider largerField(MixerFamily family) {
        return new Mutant.BrokenProvider(CONVOLUTION) {
            @Override
            public MixerKind kind() {
                MixerKind kind = inner.kind();
                return new MixerKind(kind.id(), family, kind.summary(), kind.options(), kind.capabilities());
            }

            @Override
            public MixerSpec spec(MixerConfig config) {
                MixerSpec right = inner.spec(config);
                ReceptiveField field = right.receptiveField().orElseThrow();
                MixerSpec.Builder spec = MixerSpec.of(kind(), config).receptiveField(field.left() + 1, field.right());
                right.parameters()
                        .forEach(parameter -> spec.parameter(
                                parameter.name(),
                                parameter.initial(),
                                parameter.shape().extents()));
                return spec.build();
            }
        };
    }

    private static void flipTaps(NamedTensors parameters) {
        Tensor weight = parameters.get("weight");
        Tensor kept = weight.copy();
        for (int o = 0; o < weight.extent(0); o++) {
            for (int i = 0; i < weight.extent(1); i++) {
                for (int k = 0; k < weight.extent(2); k++) {
                    weight.set(kept.get(o, i, weight.extent(2) - 1 - k), o, i, k);
                }
            }
        }
    }

    private static int option(SequenceMixer mixer, String name) {
        return mixer.spec().config().options().get(name) instanceof Integer number ? number : 1;
    }

    /** A little too much, where an option is above 1. */
    private static Mutant off(String law, String says, MixerProvider base, String option) {
        return Mutant.forward(law, says, base, (inner, in, out, workspace) -> {
            inner.forward(in, out, workspace);
            Mutant.change(in, out, (value, b, t) -> option(inner, option) > 1 ? value * 1.01f : value);
        });
    }

    static List<Mutant> all() {
        return List.of(
                CapabilityMutants.weights("weights-sum-to-one", "sum over keys", (value, in, b, i, j) -> 0.9f * value),
                Mutant.of(
                        "weights-are-softmax-of-scores",
                        "against softmax(QKᵀ/√E)",
                        ATTENTION,
                        mixer -> misread(mixer, FamilyMutants::sharpen)),
                Mutant.of(
                        "output-is-weights-times-values",
                        "against weights × values",
                        ATTENTION,
                        mixer -> new Broken(mixer) {
                            private final Attentive sharp =
                                    misread(inner, FamilyMutants::sharpen).require(Attentive.class);

                            @Override
                            public void weights(Sequences in, Tensor weights, Workspace workspace) {
                                sharp.weights(in, weights, workspace);
                            }
                        }),
                Mutant.output(
                        "permutation-equivariance",
                        "outputs depend on where a key stands",
                        ATTENTION,
                        (value, in, b, t) -> value + 0.1f * t),
                Mutant.forward(
                        "logit-shift-invariance", "moved by one vector", ATTENTION, (inner, in, out, workspace) -> {
                            inner.forward(in, out, workspace);
                            float bias = inner.parameters()
                                    .get("in_proj_bias")
                                    .get(inner.spec().inputWidth());
                            Mutant.change(in, out, (value, b, t) -> value + bias);
                        }),
                Mutant.output(
                        "outputs-in-hull-of-values",
                        "the values that its query sees",
                        ATTENTION,
                        (value, in, b, t) -> 1.5f * value),
                Mutant.output("linear-in-values", "values twice as large", ATTENTION, (value, in, b, t) ->
                        (float) Math.tanh(value)),
                Mutant.output(
                        "equal-scores-give-mean", "queries of zero", ATTENTION, (value, in, b, t) -> value + 0.01f),
                Mutant.forward(
                        "grouped-heads-are-repeated-heads",
                        "another key/value head",
                        ATTENTION,
                        (inner, in, out, workspace) -> {
                            inner.forward(in, out, workspace);
                            boolean grouped = option(inner, "key-value-heads") < option(inner, "heads");
                            Mutant.change(in, out, (value, b, t) -> grouped ? 1.01f * value : value);
                        }),
                Mutant.of(
                        "grouped-heads-are-repeated-heads",
                        "another key/value head",
                        ATTENTION,
                        FamilyMutants::interleaved),
                Mutant.of(FormulaMutants.LAW, FormulaMutants.SAYS, ATTENTION, FamilyMutants::interleaved),
                new Mutant("long-window-is-full", "one key too few", new Mutant.BrokenProvider(ATTENTION) {
                    @Override
                    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                        Object window = config.options().get("window");
                        return inner.create(
                                window instanceof Integer w && w > 1 ? config.with("window", w - 1) : config,
                                parameters);
                    }
                }),
                Mutant.output(
                        "only-distances-matter", "behind a window", ATTENTION, (value, in, b, t) -> value + 0.1f * t),
                new Mutant("only-distances-matter", "behind a window", new Mutant.BrokenProvider(ATTENTION) {
                    @Override
                    public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                        Object window = config.options().get("window");
                        return inner.create(
                                window instanceof Integer w && w > 0 ? config.with("window", w + 1) : config,
                                parameters);
                    }
                }),
                CapabilityMutants.cross(
                        "context-of-itself-is-forward", "as its own context", (inner, in, context, out, workspace) -> {
                            inner.forward(in, context, out, workspace);
                            Mutant.change(in, out, (value, b, t) -> Math.nextUp(value));
                        }),
                Mutant.output(
                        "outputs-bounded", "the last activation is missing", LSTM, (value, in, b, t) -> 3 * value),
                Mutant.of(
                        "saturated-gates-latch",
                        "gates stand in another order than i, f, g, o",
                        LSTM,
                        mixer -> misread(mixer, FamilyMutants::swapFirstGates)),
                Mutant.forward(
                        "bidirectional-is-two-directions",
                        "the reverse direction begins at T",
                        LSTM,
                        (inner, in, out, workspace) -> {
                            inner.forward(Sequences.of(in.tensor()), out, workspace);
                            for (int b = 0; b < in.batch(); b++) {
                                for (int t = in.length(b); t < in.time(); t++) {
                                    out.slice(b).slice(t).fill(0);
                                }
                            }
                        }),
                off("layers-are-a-stack", "one on the other", LSTM, "layers"),
                new Mutant("receptive-field-is-exact", "another input at", largerField(MixerFamily.CONVOLUTION)),
                new Mutant(
                        "receptive-field-is-exact",
                        "with positive weights and all else 0",
                        largerField(MixerFamily.LOCAL)),
                Mutant.output(
                        "receptive-field-is-exact",
                        "larger than declared",
                        CONVOLUTION,
                        (value, in, b, t) -> value + in.tensor().get(b, in.length(b) - 1, 0)),
                Mutant.output(
                        "translation-equivariance",
                        "depends on the absolute position",
                        CONVOLUTION,
                        (value, in, b, t) -> value + 0.1f * t),
                Mutant.output(
                        "linear-in-inputs", "f is not linear", CONVOLUTION, (value, in, b, t) -> Math.max(0, value)),
                Mutant.of(
                        "one-hot-kernel-shifts",
                        "taps are counted from the other end",
                        CONVOLUTION,
                        mixer -> misread(mixer, FamilyMutants::flipTaps)),
                off("dilation-is-zero-stuffing", "zeros between its taps", CONVOLUTION, "dilation"),
                off("groups-do-not-mix", "zero between them", CONVOLUTION, "groups"));
    }
}
