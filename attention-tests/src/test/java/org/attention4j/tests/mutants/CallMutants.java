package org.attention4j.tests.mutants;

import java.util.Arrays;
import java.util.List;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects in what other calls than forward do with memory and threads. */
final class CallMutants {
    private static final MixerProvider AVERAGE = NaiveMixers.decayingAverage();

    private CallMutants() {}

    /** A step, as a pass over its chunk around that of a correct mixer. */
    private static Mutant step(String law, String says, Mutant.Pass defect) {
        return Mutant.of(law, says, AVERAGE, mixer -> new Broken(mixer) {
            @Override
            public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
                SequenceMixer stepping = new Broken(inner) {
                    @Override
                    public void forward(Sequences in, Tensor y, Workspace same) {
                        super.step(in, state, y, same);
                    }
                };
                defect.run(stepping, chunk, out, workspace);
            }
        });
    }

    private static Mutant backward(String law, String says, GradientMutants.Backward defect) {
        return GradientMutants.backward(law, says, AVERAGE, defect);
    }

    static List<Mutant> all() {
        float[] shared = new float[1 << 16];
        return List.of(
                step("concurrent-calls", "the same step alone", (inner, in, out, workspace) -> {
                    in.tensor().read(0, shared, 0, (int) in.tensor().size());
                    inner.forward(
                            Sequences.of(Tensor.of(shared, 0, in.tensor().shape()), in.lengths()), out, workspace);
                }),
                backward(
                        "concurrent-calls",
                        "the same record and backward alone",
                        (correct, recording, dOut, gradients, workspace) -> {
                            dOut.read(0, shared, 0, (int) dOut.size());
                            correct.backward(recording, Tensor.of(shared, 0, dOut.shape()), gradients, workspace);
                        }),
                step("used-workspace-does-not-matter", "step in a workspace", (inner, in, out, workspace) -> {
                    int mark = workspace.begin();
                    float left = workspace.scratch().floats(1)[0];
                    inner.forward(in, out, workspace);
                    workspace.end(mark);
                    Mutant.change(in, out, (value, b, t) -> value + left);
                }),
                backward(
                        "used-workspace-does-not-matter",
                        "record and backward in a workspace",
                        (correct, recording, dOut, gradients, workspace) -> {
                            int mark = workspace.begin();
                            Tensor first = gradients.parameters().get("decay");
                            first.array()[first.offset()] += workspace.scratch().floats(1)[0];
                            workspace.end(mark);
                            correct.backward(recording, dOut, gradients, workspace);
                        }),
                step("views-with-offset", "step with all tensors as views", (inner, in, out, workspace) -> {
                    Tensor whole = Tensor.zeros(out.shape());
                    inner.forward(in, whole, workspace);
                    whole.read(0, out.array(), 0, (int) out.size());
                }),
                backward(
                        "views-with-offset",
                        "record and backward with all tensors as views",
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor dIn = gradients.input().orElseThrow();
                            Tensor first = Tensor.of(dIn.array(), 0, dIn.shape());
                            correct.backward(recording, dOut, gradients.withInput(first), workspace);
                        }),
                step("native-memory", "is in a memory segment and has no array", (inner, in, out, workspace) -> {
                    Arrays.fill(out.array(), out.offset(), out.offset() + (int) out.size(), 0);
                    inner.forward(in, out, workspace);
                }),
                step("native-memory", "not written, wherever the tensor lies", (inner, in, out, workspace) -> {
                    Tensor all = Tensor.zeros(out.shape());
                    inner.forward(in, all, workspace);
                    for (int b = 0; b < in.batch(); b++) {
                        int written = out.hasArray() ? in.length(b) : in.time();
                        out.slice(b).range(0, written).copyFrom(all.slice(b).range(0, written));
                    }
                }),
                backward(
                        "native-memory",
                        "record and backward with all tensors as native memory",
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor decay = gradients.parameters().get("decay");
                            Gradients kept = decay.hasArray()
                                    ? gradients
                                    : gradients.withParameters(
                                            gradients.parameters().copy());
                            correct.backward(recording, dOut, kept, workspace);
                        }),
                Mutant.of(
                        "short-forms-are-the-same",
                        "forward with a workspace, then",
                        AVERAGE,
                        mixer -> new Broken(mixer) {
                            @Override
                            public void forward(Sequences in, Tensor out) {
                                super.forward(in, out);
                                Mutant.change(in, out, (value, b, t) -> Math.nextUp(value));
                            }
                        }),
                Mutant.of(
                        "short-forms-are-the-same", "step with a workspace, then", AVERAGE, mixer -> new Broken(mixer) {
                            @Override
                            public void step(Sequences chunk, MixerState state, Tensor out) {
                                super.step(Sequences.of(chunk.tensor()), state, out);
                            }
                        }),
                step(
                        "overlap-refused",
                        "step with an output of the first chunk that shares",
                        (inner, in, out, workspace) ->
                                inner.forward(Sequences.of(in.tensor().copy(), in.lengths()), out, workspace)),
                Mutant.of(
                        "overlap-refused",
                        "record and backward with an output that shares",
                        AVERAGE,
                        mixer -> new Broken(mixer) {
                            @Override
                            public Recording record(Sequences in, Tensor out, Workspace workspace) {
                                Tensor apart = out.copy();
                                Recording recording = super.record(in, apart, workspace);
                                out.copyFrom(apart);
                                return recording;
                            }
                        }),
                backward(
                        "overlap-refused",
                        "with the gradient of 'decay' that shares",
                        (correct, recording, dOut, gradients, workspace) -> {
                            NamedTensors others = gradients.parameters().copy();
                            correct.backward(recording, dOut, gradients.withParameters(others), workspace);
                            others.forEach((name, tensor) ->
                                    gradients.parameters().get(name).copyFrom(tensor));
                        }),
                step("inputs-not-written", "chunk after step", (inner, in, out, workspace) -> {
                    inner.forward(in, out, workspace);
                    in.tensor().fill(0);
                }),
                Mutant.of("inputs-not-written", "the input after record", AVERAGE, Spoiling::new));
    }

    /** Leaves something else in the input that it records. */
    private static final class Spoiling extends Broken {
        Spoiling(SequenceMixer inner) {
            super(inner);
        }

        @Override
        public Recording record(Sequences in, Tensor out, Workspace workspace) {
            Recording recording = super.record(in, out, workspace);
            in.tensor().fill(7);
            return recording;
        }
    }
}
