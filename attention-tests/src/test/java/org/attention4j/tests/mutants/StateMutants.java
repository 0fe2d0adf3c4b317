package org.attention4j.tests.mutants;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.function.UnaryOperator;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerState;
import org.attention4j.api.RowState;
import org.attention4j.api.Sequences;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.naive.NaiveMixers;

/** Defects of states that have little room, are interrupted, or are very large. */
final class StateMutants {
    private static final MixerProvider AVERAGE = NaiveMixers.decayingAverage();

    private StateMutants() {}

    private static Mutant state(String law, String says, UnaryOperator<MixerState> defect) {
        return Mutant.of(law, says, AVERAGE, mixer -> new Broken(mixer) {
            @Override
            public MixerState newState(int batch, int capacity) {
                return defect.apply(super.newState(batch, capacity));
            }
        });
    }

    static List<Mutant> all() {
        return List.of(
                Mutant.of("rollback-and-replay", "in a state of capacity", AVERAGE, mixer -> new Broken(mixer) {
                    @Override
                    public MixerState newState(int batch, int capacity) { // no room for the row before the oldest
                        return new RowState(spec(), batch, capacity, spec().inputWidth(), 0);
                    }
                }),
                state("rollback-too-far-refused", "after a roll-back of all by", inner -> new BrokenState(inner) {
                    @Override
                    public void rollback(int positions) {
                        for (int b = 0; b < batch(); b++) {
                            long most = Math.min(capacity(), position(b));
                            if (positions < 0 || positions > most) {
                                throw new StateExhaustedException("rollback", positions, most);
                            }
                        }
                        if (batch() > 0) {
                            inner.rollback(0, positions);
                        }
                    }
                }),
                state("rollback-too-far-refused", "behind where it has stood", inner -> new BrokenState(inner) {
                    @Override
                    public void rollback(int sequence, int positions) {
                        boolean once = positions >= 0 && positions <= Math.min(capacity(), position(sequence));
                        try {
                            inner.rollback(sequence, positions);
                        } catch (StateExhaustedException refusal) {
                            if (!once) { // looks at the position alone, not at how far it has stood
                                throw refusal;
                            }
                        }
                    }
                }),
                state("rollback-limit-is-kept", "after a copy, sequence", inner -> new BrokenState(inner) {
                    @Override
                    public MixerState copy() { // forgets how far it has stood
                        MixerState copy = inner.copy();
                        return new BrokenState(copy) {
                            @Override
                            public void rollback(int sequence, int positions) {
                                if (positions != 1 || position(sequence) == 0) {
                                    inner.rollback(sequence, positions);
                                }
                            }
                        };
                    }
                }),
                state("rollback-limit-is-kept", "is refused: rollback", inner -> new BrokenState(inner) {
                    private boolean reset;

                    @Override
                    public void reset() { // remembers how far it has stood
                        inner.reset();
                        reset = true;
                    }

                    @Override
                    public void rollback(int sequence, int positions) {
                        if (reset && positions > 0) {
                            throw new StateExhaustedException("rollback", positions, 0);
                        }
                        inner.rollback(sequence, positions);
                    }
                }),
                state("copies-are-independent", "has the workspace of its original", inner -> new BrokenState(inner) {
                    @Override
                    public MixerState copy() {
                        Workspace original = workspace();
                        return new BrokenState(inner.copy()) {
                            @Override
                            public Workspace workspace() {
                                return original;
                            }
                        };
                    }
                }),
                state("copies-are-independent", "capacity of a copy", inner -> new BrokenState(inner) {
                    @Override
                    public MixerState copy() { // no more than it needs
                        return new BrokenState(inner.copy()) {
                            @Override
                            public int capacity() {
                                return Math.max(1, inner.capacity() - 1);
                            }
                        };
                    }
                }),
                state("saved-state-continues", "steps, save, steps", inner -> new BrokenState(inner) {
                    @Override
                    public void save(WritableByteChannel channel) throws IOException {
                        inner.save(channel);
                        inner.reset();
                    }
                }),
                Mutant.of("saved-state-continues", "capacity after loading", AVERAGE, mixer -> new Broken(mixer) {
                    @Override
                    public MixerState loadState(ReadableByteChannel channel) throws IOException {
                        return new BrokenState(super.loadState(channel)) {
                            @Override
                            public int capacity() {
                                return 1 << 10;
                            }
                        };
                    }
                }),
                Mutant.of("bad-state-size-refused", "a product of ints overflows", AVERAGE, mixer -> new Broken(mixer) {
                    @Override
                    public long stateBytes(int batch, int capacity) {
                        return capacity > 1 << 20
                                ? batch * capacity * spec().inputWidth() * Float.BYTES
                                : super.stateBytes(batch, capacity);
                    }
                }),
                Mutant.of(
                        "cancelled-step-leaves-state",
                        "and that threw CancelledException: position of sequence",
                        AVERAGE,
                        mixer -> new Broken(mixer) {
                            @Override
                            public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
                                super.step(chunk, state, out, workspace);
                                int mark = workspace.begin();
                                try {
                                    workspace.run(2, (part, scratch) -> {});
                                } finally {
                                    workspace.end(mark);
                                }
                            }
                        }));
    }
}
