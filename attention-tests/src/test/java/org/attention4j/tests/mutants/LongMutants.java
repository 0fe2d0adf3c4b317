package org.attention4j.tests.mutants;

import java.util.List;
import java.util.function.BiPredicate;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects that only long sequences, many of them, wide ones, much work or many threads show. */
final class LongMutants {
    private static final MixerProvider AVERAGE = NaiveMixers.decayingAverage();

    private LongMutants() {}

    private static Mutant threads(BiPredicate<Sequences, Integer> wrong) {
        return Mutant.forward("threads-do-not-matter", "on 1 thread, then on", AVERAGE, (inner, in, out, workspace) -> {
            inner.forward(in, out, workspace);
            Mutant.change(in, out, (value, b, t) -> wrong.test(in, workspace.threads()) ? Math.nextUp(value) : value);
        });
    }

    static List<Mutant> all() {
        return List.of(
                Mutant.forward(
                        "later-inputs-do-not-matter",
                        "from position 299 of 300 on",
                        NaiveMixers.attention(),
                        (inner, in, out, workspace) -> {
                            inner.forward(in, out, workspace);
                            Mutant.change(
                                    in,
                                    out,
                                    (value, b, t) -> t > 160 && t + 1 < in.length(b)
                                            ? value + in.tensor().get(b, t + 1, 0)
                                            : value);
                        }),
                Mutant.output(
                        "batch-order-does-not-matter",
                        "in the order",
                        AVERAGE,
                        (value, in, b, t) -> in.width() >= 32 ? value + b : value),
                Mutant.output(
                        "ragged-equals-alone",
                        "alone, then in a batch of",
                        AVERAGE,
                        (value, in, b, t) -> b >= 8 ? Math.nextUp(value) : value),
                threads((in, threads) -> threads > 1 && in.tensor().size() >= 4_096),
                threads((in, threads) -> threads > 4),
                Mutant.of(
                        "threads-do-not-matter",
                        "forward from a hidden state of",
                        NaiveMixers.lstm(),
                        mixer -> new Broken(mixer) {
                            @Override
                            public void forward(
                                    Sequences in,
                                    NamedTensors initial,
                                    Tensor out,
                                    NamedTensors last,
                                    Workspace workspace) {
                                super.forward(in, initial, out, last, workspace);
                                Mutant.change(
                                        in, out, (value, b, t) -> workspace.threads() > 1 ? Math.nextUp(value) : value);
                            }
                        }),
                GradientMutants.backward(
                        "threads-do-not-matter",
                        "the gradient of the context",
                        NaiveMixers.attention(),
                        (correct, recording, dOut, gradients, workspace) -> {
                            correct.backward(recording, dOut, gradients, workspace);
                            gradients.context().ifPresent(dContext -> {
                                if (dContext.size() > 0 && workspace.threads() > 1) {
                                    dContext.set(1 + dContext.get(0, 0, 0), 0, 0, 0);
                                }
                            });
                        }),
                Mutant.output(
                        "later-inputs-do-not-matter",
                        "a later position is read",
                        AVERAGE,
                        (value, in, b, t) -> t % 32 == 31 && t + 1 < in.length(b)
                                ? value + in.tensor().get(b, t + 1, 0)
                                : value),
                Mutant.output(
                        "prefix-equals-whole",
                        "alone, then in the whole",
                        AVERAGE,
                        (value, in, b, t) -> in.length(b) > 64 ? Math.nextUp(value) : value),
                Mutant.output(
                        "padded-time-does-not-matter",
                        "more positions of padding",
                        AVERAGE,
                        (value, in, b, t) -> in.time() >= 16 ? Math.nextUp(value) : value),
                Mutant.of("chunks-equal-whole", "in chunks", AVERAGE, mixer -> new Broken(mixer) {
                    @Override
                    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
                        super.step(chunk, state, out, workspace);
                        Mutant.change(chunk, out, (value, b, t) -> t >= 16 ? value + 1 : value);
                    }
                }),
                Mutant.of("saved-state-continues", "steps, save, load", AVERAGE, mixer -> new Broken(mixer) {
                    @Override
                    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
                        Incremental correct = inner.require(Incremental.class);
                        correct.step(chunk, state, out, workspace);
                        Mutant.change(chunk, out, (value, b, t) -> state.position(b) > 20 ? Math.nextUp(value) : value);
                    }
                }),
                GradientMutants.backward(
                        "input-gradient-is-derivative",
                        "gradient by the input: along a random direction",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor dIn = gradients.input().orElseThrow();
                            Tensor before = dIn.copy();
                            correct.backward(recording, dOut, gradients, workspace);
                            for (int b = 0; b < dIn.extent(0); b++) { // what went before is another block's
                                for (int t = 0; t < dIn.extent(1) - 16; t++) {
                                    dIn.slice(b)
                                            .slice(t)
                                            .copyFrom(before.slice(b).slice(t));
                                }
                            }
                        }),
                GradientMutants.backward(
                        "parameter-gradients-are-derivatives",
                        "gradient by parameter 'decay': along",
                        AVERAGE,
                        (correct, recording, dOut, gradients, workspace) -> {
                            Tensor first = dOut.copy(); // of a block
                            int from = Math.min(16, first.extent(1));
                            for (int b = 0; b < first.extent(0); b++) {
                                first.slice(b).range(from, first.extent(1)).fill(0);
                            }
                            Gradients shortened = Gradients.none().withParameters(gradients.parameters());
                            correct.backward(recording, first, shortened, workspace);
                        }));
    }
}
