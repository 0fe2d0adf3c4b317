package org.attention4j.tests.mutants;

import java.util.List;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects where one block of positions ends and the next begins: none of them shows in a short sequence. */
final class LongMutants {
    private static final MixerProvider AVERAGE = NaiveMixers.decayingAverage();

    private LongMutants() {}

    static List<Mutant> all() {
        return List.of(
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
