package org.attention4j.tests.mutants;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects of the whole-sequence pass and of what it does with memory. */
final class EveryMixerMutants {
    private static final MixerProvider AVERAGE = NaiveMixers.decayingAverage();
    private static final MixerProvider ATTENTION = NaiveMixers.attention();

    private EveryMixerMutants() {}

    static List<Mutant> all() {
        AtomicInteger calls = new AtomicInteger();
        float[] shared = new float[1 << 16];
        float[][] garbage = new float[1][];
        return List.of(
                Mutant.forward("every-output-written", "not written", AVERAGE, (inner, in, out, workspace) -> {
                    Tensor whole = Tensor.zeros(out.shape());
                    inner.forward(in, whole, workspace);
                    out.write(0, whole.array(), 0, (int) whole.size() - 1);
                }),
                Mutant.output(
                        "deterministic",
                        "keeps something between calls",
                        AVERAGE,
                        (value, in, b, t) -> value + calls.incrementAndGet()),
                Mutant.output(
                        "neighbours-do-not-matter",
                        "another sequence",
                        AVERAGE,
                        (value, in, b, t) -> value + sumOf(in, (b + 1) % in.batch())),
                Mutant.output("batch-order-does-not-matter", "in the order", AVERAGE, (value, in, b, t) -> value + b),
                Mutant.forward(
                        "padding-not-read", "padding filled with NaN", ATTENTION, (inner, in, out, workspace) -> {
                            inner.forward(Sequences.of(in.tensor()), out, workspace);
                            for (int b = 0; b < in.batch(); b++) {
                                for (int t = in.length(b); t < in.time(); t++) {
                                    out.slice(b).slice(t).fill(0);
                                }
                            }
                        }),
                Mutant.forward("padding-outputs-zero", "must be 0, got 1.0", AVERAGE, (inner, in, out, workspace) -> {
                    inner.forward(in, out, workspace);
                    change(Sequences.of(in.tensor()), out);
                }),
                Mutant.output(
                        "padded-time-does-not-matter", "T is used", AVERAGE, (value, in, b, t) -> value / in.time()),
                Mutant.output(
                        "ragged-equals-alone",
                        "alone, then in a batch",
                        AVERAGE,
                        (value, in, b, t) -> value * in.batch()),
                Mutant.forward(
                        "ragged-equals-alone", "alone, then in a batch", AVERAGE, (inner, in, out, workspace) -> {
                            int[] reversed = new int[in.batch()];
                            for (int b = 0; b < reversed.length; b++) {
                                reversed[b] = in.length(reversed.length - 1 - b);
                            }
                            inner.forward(Sequences.of(in.tensor(), reversed), out, workspace);
                        }),
                Mutant.output(
                        "length-one", "is Infinity", AVERAGE, (value, in, b, t) -> value + 1f / (in.length(b) - 1)),
                Mutant.forward(
                        "empty-input",
                        "the mixer threw java.lang.ArithmeticException: / by zero",
                        AVERAGE,
                        (inner, in, out, workspace) -> {
                            for (int length : in.lengths()) {
                                out.fill(1 / length);
                            }
                            inner.forward(in, out, workspace);
                        }),
                Mutant.forward("threads-do-not-matter", "1 thread, then", AVERAGE, (inner, in, out, workspace) -> {
                    inner.forward(in, out, workspace);
                    Mutant.change(in, out, (value, b, t) -> value + workspace.threads());
                }),
                Mutant.forward(
                        "borrowed-threads-do-not-matter", "which thread", AVERAGE, (inner, in, out, workspace) -> {
                            Thread caller = Thread.currentThread();
                            AtomicInteger others = new AtomicInteger();
                            workspace.run(32, (part, scratch) -> {
                                LockSupport.parkNanos(20_000);
                                others.addAndGet(Thread.currentThread() == caller ? 0 : 1);
                            });
                            inner.forward(in, out, workspace);
                            Mutant.change(in, out, (value, b, t) -> value + others.get());
                        }),
                Mutant.forward("concurrent-calls", "calls share memory", AVERAGE, (inner, in, out, workspace) -> {
                    in.tensor().read(0, shared, 0, (int) in.tensor().size());
                    inner.forward(
                            Sequences.of(Tensor.of(shared, 0, in.tensor().shape()), in.lengths()), out, workspace);
                }),
                Mutant.output("finite-in-finite-out", "is NaN", AVERAGE, (value, in, b, t) -> (float) Math.log(value)),
                Mutant.output("large-inputs-stay-finite", "is Infinity", AVERAGE, (value, in, b, t) ->
                        (float) Math.exp(Math.abs(value))),
                Mutant.output(
                        "tiny-inputs-stay-finite", "is NaN", AVERAGE, (value, in, b, t) -> value / Math.abs(value)),
                Mutant.output(
                        "nan-stays-in-its-sequence",
                        "NaN in sequence",
                        AVERAGE,
                        (value, in, b, t) -> value + 0 * sumOf(in, (b + 1) % in.batch())),
                Mutant.output(
                        "nan-is-not-swallowed",
                        "treats NaN as a number",
                        AVERAGE,
                        (value, in, b, t) -> value > 0 ? value : 0),
                Mutant.forward(
                        "inputs-not-written", "the mixer writes to its input", AVERAGE, (inner, in, out, workspace) -> {
                            inner.forward(in, out, workspace);
                            in.tensor().fill(0);
                        }),
                Mutant.forward("views-with-offset", "an offset is forgotten", AVERAGE, (inner, in, out, workspace) -> {
                    Tensor whole = Tensor.zeros(out.shape());
                    inner.forward(in, whole, workspace);
                    whole.read(0, out.array(), 0, (int) out.size());
                }),
                Mutant.forward(
                        "native-memory",
                        "is in a memory segment and has no array",
                        AVERAGE,
                        (inner, in, out, workspace) -> {
                            java.util.Arrays.fill(out.array(), out.offset(), out.offset() + (int) out.size(), 0);
                            inner.forward(in, out, workspace);
                        }),
                Mutant.forward(
                        "no-garbage",
                        "bytes that a warmed-up forward allocates",
                        AVERAGE,
                        (inner, in, out, workspace) -> {
                            if (calls.incrementAndGet() % 40 == 0) {
                                garbage[0] = new float[64];
                            }
                            inner.forward(in, out, workspace);
                        }),
                CapabilityMutants.cross(
                        "no-garbage",
                        "context allocates on the calling thread",
                        (inner, in, context, out, workspace) -> {
                            garbage[0] = new float[8];
                            inner.forward(in, context, out, workspace);
                        }),
                Mutant.forward(
                        "no-garbage",
                        "bytes that a warmed-up forward allocates",
                        AVERAGE,
                        (inner, in, out, workspace) -> {
                            garbage[0] = new float[8];
                            inner.forward(in, out, workspace);
                        }));
    }

    private static void change(Sequences in, Tensor out) {
        Mutant.change(in, out, (value, b, t) -> value + 1);
    }

    private static float sumOf(Sequences in, int b) {
        float sum = 0;
        for (int t = 0; t < in.length(b); t++) {
            sum += in.tensor().get(b, t, 0);
        }
        return sum;
    }
}
