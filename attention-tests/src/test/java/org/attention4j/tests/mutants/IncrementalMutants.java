package org.attention4j.tests.mutants;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.function.UnaryOperator;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerState;
import org.attention4j.api.RowState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects of steps and states. */
final class IncrementalMutants {
    private static final MixerProvider AVERAGE = NaiveMixers.decayingAverage();
    private static final MixerProvider ATTENTION = NaiveMixers.attention();

    private IncrementalMutants() {}

    /** A step around that of a correct mixer. */
    private interface Step {
        void run(Incremental inner, Sequences chunk, MixerState state, Tensor out, Workspace workspace);
    }

    private static Mutant step(String law, String says, MixerProvider base, Step defect) {
        return Mutant.of(law, says, base, mixer -> new Broken(mixer) {
            @Override
            public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
                defect.run(inner.require(Incremental.class), chunk, state, out, workspace);
            }
        });
    }

    /** Loads as a correct mixer does, and something else. */
    private interface Loading {
        MixerState load(Incremental inner, ReadableByteChannel channel) throws IOException;
    }

    private static Mutant loading(String law, String says, Loading defect) {
        return Mutant.of(law, says, AVERAGE, mixer -> new Broken(mixer) {
            @Override
            public MixerState loadState(ReadableByteChannel channel) throws IOException {
                return defect.load(inner.require(Incremental.class), channel);
            }
        });
    }

    private static Mutant state(String law, String says, UnaryOperator<MixerState> defect) {
        return Mutant.of(law, says, AVERAGE, mixer -> new Broken(mixer) {
            @Override
            public MixerState newState(int batch, int capacity) {
                return defect.apply(inner.require(Incremental.class).newState(batch, capacity));
            }
        });
    }

    /** Reads the first of pages of four positions in the place of the second, too. */
    private static void readTwice(
            Incremental inner, Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        RowState wrong = (RowState) state.copy();
        for (int b = 0; b < chunk.batch(); b++) {
            for (long t = 4; t < Math.min(8, wrong.position(b)); t++) {
                int width = wrong.row(b, t) - wrong.row(b, t - 1);
                System.arraycopy(wrong.rows(b), wrong.row(b, t - 4), wrong.rows(b), wrong.row(b, t), width);
            }
        }
        inner.step(chunk, state, Tensor.zeros(out.shape()), workspace);
        inner.step(chunk, wrong, out, workspace);
    }

    static List<Mutant> all() {
        float[][] garbage = new float[1][];
        MixerState[] last = new MixerState[1];
        return List.of(
                step(
                        "token-by-token-equals-whole",
                        "token by token, against",
                        AVERAGE,
                        (inner, chunk, state, out, workspace) -> {
                            inner.step(chunk, state, out, workspace);
                            Mutant.change(chunk, out, (value, b, t) -> chunk.time() == 1 ? value + 1 : value);
                        }),
                Mutant.output(
                        "prompt-equals-whole",
                        "all in one step, against",
                        AVERAGE,
                        (value, in, b, t) -> t > 0 ? Math.nextUp(value) : value),
                step("chunks-equal-whole", "in chunks", AVERAGE, (inner, chunk, state, out, workspace) -> {
                    inner.step(chunk, state, out, workspace);
                    Mutant.change(chunk, out, (value, b, t) -> t == 2 ? 2 * value : value);
                }),
                step(
                        "token-by-token-equals-whole",
                        "token by token, against",
                        ATTENTION,
                        IncrementalMutants::readTwice),
                step("chunks-equal-whole", "in chunks", ATTENTION, IncrementalMutants::readTwice),
                step(
                        "ragged-chunks-equal-whole",
                        "in ragged chunks",
                        AVERAGE,
                        (inner, chunk, state, out, workspace) -> {
                            inner.step(chunk, state, out, workspace);
                            Mutant.change(
                                    chunk, out, (value, b, t) -> chunk.length(b) < chunk.time() ? value + 1 : value);
                        }),
                step(
                        "step-threads-do-not-matter",
                        "steps on 1 thread, then on",
                        AVERAGE,
                        (inner, chunk, state, out, workspace) -> {
                            inner.step(chunk, state, out, workspace);
                            Mutant.change(chunk, out, (value, b, t) -> value + workspace.threads());
                        }),
                step(
                        "states-do-not-interfere",
                        "the mixer keeps something of a sequence itself",
                        AVERAGE,
                        (inner, chunk, state, out, workspace) -> {
                            inner.step(chunk, state, out, workspace);
                            Mutant.change(chunk, out, (value, b, t) -> state == last[0] ? value : value + 1);
                            last[0] = state;
                        }),
                state("positions-counted", "position of sequence", inner -> new BrokenState(inner) {
                    @Override
                    public long position(int sequence) {
                        return inner.position(0);
                    }
                }),
                step(
                        "full-state-refuses-more",
                        "must be refused with StateExhaustedException, was accepted",
                        ATTENTION,
                        (inner, chunk, state, out, workspace) -> {
                            try {
                                inner.step(chunk, state, out, workspace);
                            } catch (StateExhaustedException swallowed) {
                                out.fill(0);
                            }
                        }),
                step(
                        "bounded-state-goes-on",
                        "the mixer threw org.attention4j.api.StateExhaustedException",
                        AVERAGE,
                        (inner, chunk, state, out, workspace) -> {
                            for (int b = 0; b < chunk.batch(); b++) {
                                if (chunk.length(b) > state.capacity() - state.position(b)) {
                                    throw new StateExhaustedException("a step", chunk.length(b), 0);
                                }
                            }
                            inner.step(chunk, state, out, workspace);
                        }),
                step(
                        "bad-step-refused",
                        "must be refused with ShapeMismatchException, was accepted",
                        AVERAGE,
                        (inner, chunk, state, out, workspace) -> {
                            if (state.batch() == chunk.batch()) {
                                inner.step(chunk, state, out, workspace);
                            }
                        }),
                Mutant.of(
                        "bad-state-size-refused",
                        "newState(1, 0) must be refused with BadShapeException, was accepted",
                        AVERAGE,
                        mixer -> new Broken(mixer) {
                            @Override
                            public MixerState newState(int batch, int capacity) {
                                return super.newState(batch, Math.max(1, capacity));
                            }
                        }),
                step(
                        "no-garbage-per-step",
                        "bytes that a warmed-up step",
                        AVERAGE,
                        (inner, chunk, state, out, workspace) -> {
                            garbage[0] = new float[8];
                            inner.step(chunk, state, out, workspace);
                        }),
                loading("saved-state-continues", "steps, save, load, steps: position", (inner, channel) -> {
                    MixerState state = inner.loadState(channel);
                    state.reset();
                    return state;
                }),
                loading(
                        "saved-states-read-in-turn",
                        "bytes left after loading the first of two states",
                        (inner, channel) -> {
                            MixerState state = inner.loadState(channel);
                            channel.read(ByteBuffer.allocate(1));
                            return state;
                        }),
                loading(
                        "cut-off-state-refused",
                        "must be refused with CorruptFileException, was accepted",
                        (inner, channel) -> {
                            try {
                                return inner.loadState(channel);
                            } catch (CorruptFileException swallowed) {
                                return inner.newState(1, 1);
                            }
                        }),
                loading(
                        "damaged-state-refused",
                        "changed must be refused with CorruptFileException, was accepted",
                        (inner, channel) -> {
                            try {
                                return inner.loadState(channel);
                            } catch (CorruptFileException corrupt) {
                                if (!corrupt.getMessage().contains("checksum")) {
                                    throw corrupt;
                                }
                                return inner.newState(1, 1);
                            }
                        }),
                loading(
                        "damaged-state-refused",
                        "threw java.lang.IllegalArgumentException: bad state",
                        (inner, channel) -> {
                            try {
                                return inner.loadState(channel);
                            } catch (CorruptFileException corrupt) {
                                throw new IllegalArgumentException("bad state", corrupt);
                            }
                        }),
                step(
                        "foreign-state-refused",
                        "must be refused with ForeignStateException, was accepted",
                        AVERAGE,
                        (inner, chunk, state, out, workspace) -> {
                            try {
                                inner.step(chunk, state, out, workspace);
                            } catch (ForeignStateException swallowed) {
                                out.fill(0);
                            }
                        }),
                state("copies-are-independent", "shares an array with the original", inner -> new BrokenState(inner) {
                    @Override
                    public MixerState copy() {
                        return this;
                    }
                }),
                state("reordered-sequences-go-on", "goes on from sequence", inner -> new BrokenState(inner) {
                    @Override
                    public void reorder(int[] sources) {
                        MixerState.checkSources(batch(), sources);
                    }
                }),
                step("rollback-and-replay", "wrong positions taken and rolled back", AVERAGE, new Step() {
                    private MixerState seen;
                    private long furthest;

                    @Override
                    public void run(
                            Incremental inner, Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
                        boolean back = seen == state && chunk.batch() > 0 && state.position(0) < furthest;
                        inner.step(chunk, state, out, workspace);
                        Mutant.change(chunk, out, (value, b, t) -> back ? value + 1 : value);
                        seen = state;
                        furthest = chunk.batch() > 0 ? state.position(0) : 0;
                    }
                }),
                state(
                        "rollback-too-far-refused",
                        "must be refused with StateExhaustedException, was accepted",
                        inner -> new BrokenState(inner) {
                            @Override
                            public void rollback(int sequence, int positions) {
                                inner.rollback(
                                        sequence, (int) Math.max(0, Math.min(positions, inner.position(sequence))));
                            }
                        }),
                state("reset-starts-over", "after reset", inner -> new BrokenState(inner) {
                    @Override
                    public void reset() {
                        inner.rollback(0);
                    }
                }),
                Mutant.of("declared-state-size", "against stateBytes(…)", AVERAGE, mixer -> new Broken(mixer) {
                    @Override
                    public long stateBytes(int batch, int capacity) {
                        return super.stateBytes(batch, capacity) / 2;
                    }
                }),
                Mutant.of("declared-state-size", "bytes, stateBytes(…) says", AVERAGE, Greedy::new));
    }

    /** Takes twice the memory that it admits to. */
    private static final class Greedy extends Broken {
        private MixerState hidden;

        Greedy(SequenceMixer inner) {
            super(inner);
        }

        @Override
        public MixerState newState(int batch, int capacity) {
            hidden = super.newState(batch, capacity);
            return super.newState(batch, capacity);
        }
    }

    static boolean swallowed(Runnable call) {
        try {
            call.run();
            return false;
        } catch (ShapeMismatchException | ForeignStateException refusal) {
            return true;
        }
    }
}
