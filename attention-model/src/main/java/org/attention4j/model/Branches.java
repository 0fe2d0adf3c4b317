package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Scratch;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * Mixers side by side, which all read the same input, and what becomes of their outputs:
 *
 * <ul>
 *   <li>{@link #sum}: y = f_0(x) + f_1(x) + …: residual blocks whose shortcut is a mixer.
 *   <li>{@link #product}: y = f_0(x) ⊙ f_1(x) ⊙ …: a branch that gates another, as the output gate of a QRNN (Bradbury et al. 2017) and those of
 *       LFM2's, Hyena's and Griffin's blocks.
 *   <li>{@link #concatenation}: y = [f_0(x), f_1(x), …]: convolutions of several widths (TextCNN, Inception, Tacotron's bank).
 * </ul>
 *
 * <p>A branch of layers alone is a {@link Sequential} of them; the input itself is one of an {@link Identity}. A highway (Srivastava et al. 2015), σ(t) ⊙ h + (1 −
 * σ(t)) ⊙ x, is the sum of two products: 1 − σ(t) is σ(−t).
 *
 * <p>Parameters are those of the branches under {@code 0.*}, {@code 1.*}, …
 *
 * <p>They are together a mixer {@code [B, T, D]} to {@code [B, T, D']}: incremental, differentiable and causal if every branch is. A state is the states of
 * the branches. Sums and products are done in the order of the branches.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class Branches implements Incremental, Differentiable {
    private enum Join {
        SUM,
        PRODUCT,
        CONCATENATION
    }

    private final Join join;
    private final List<Part.Mixing> branches;
    private final MixerSpec spec;

    private Branches(Join join, List<Part.Mixing> branches) {
        this.join = join;
        this.branches = List.copyOf(branches);
        spec = BlockSpec.ofBranches(join.name().toLowerCase(Locale.ROOT), join == Join.CONCATENATION, this.branches);
    }

    private static Branches of(Join join, SequenceMixer[] mixers) {
        List<Part.Mixing> branches = new ArrayList<>();
        for (SequenceMixer mixer : mixers) {
            branches.add(new Part.Mixing(mixer, branches.size() + "."));
        }
        return new Branches(join, branches);
    }

    /**
     * y = f_0(x) + f_1(x) + …
     *
     * @param branches at least one, all of the same widths
     * @return the sum
     * @throws BadConfigurationException if there is none, or widths differ
     */
    public static Branches sum(SequenceMixer... branches) {
        return of(Join.SUM, branches);
    }

    /**
     * y = f_0(x) ⊙ f_1(x) ⊙ …
     *
     * @param branches at least one, all of the same widths
     * @return the product, number by number
     * @throws BadConfigurationException if there is none, or widths differ
     */
    public static Branches product(SequenceMixer... branches) {
        return of(Join.PRODUCT, branches);
    }

    /**
     * y = [f_0(x), f_1(x), …]
     *
     * @param branches at least one, all of the same input width
     * @return their outputs side by side, at every position
     * @throws BadConfigurationException if there is none, or input widths differ
     */
    public static Branches concatenation(SequenceMixer... branches) {
        return of(Join.CONCATENATION, branches);
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public NamedTensors parameters() {
        NamedTensors tensors = NamedTensors.empty();
        for (Part.Mixing branch : branches) {
            tensors = tensors.and("", branch.parameters());
        }
        return tensors;
    }

    @Override
    public Branches withParameters(ParameterSource source) {
        return new Branches(
                join,
                branches.stream().map(branch -> branch.withParameters(source)).toList());
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        run(in, null, out, workspace);
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        StackState own = state.require(StackState.class);
        own.room(chunk);
        run(chunk, own, out, workspace);
    }

    private void run(Sequences in, @Nullable StackState state, Tensor out, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            int column = 0;
            for (int i = 0; i < branches.size(); i++) {
                Part.Mixing branch = branches.get(i);
                int inner = scratch.mark();
                Sequences y = Intermediate.like(in, branch.outputWidth(), scratch);
                branch.forward(in, null, state == null ? null : state.layers().get(i), y.tensor(), workspace);
                join(i, y, out, column, workspace);
                column += branch.outputWidth();
                scratch.release(inner);
            }
        } finally {
            workspace.end(mark);
        }
    }

    /** Takes one branch's output into the whole. */
    private void join(int branch, Sequences y, Tensor out, int column, Workspace workspace) {
        if (join == Join.CONCATENATION) {
            Columns.copy(y, y.tensor(), 0, out, column, y.width(), workspace);
        } else if (branch == 0) {
            Columns.copy(y, y.tensor(), 0, out, 0, y.width(), workspace);
        } else if (join == Join.SUM) {
            RowSum.add(y, out, workspace);
        } else {
            RowProduct.multiply(y, out, workspace);
        }
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        spec.check(in, out);
        List<Recording> recordings = new ArrayList<>();
        List<Sequences> factors = new ArrayList<>();
        int mark = workspace.begin();
        try {
            int column = 0;
            for (int i = 0; i < branches.size(); i++) {
                Part.Mixing branch = branches.get(i);
                Sequences y = Intermediate.kept(in, branch.outputWidth());
                recordings.add(branch.record(in, null, y.tensor(), workspace));
                join(i, y, out, column, workspace);
                column += branch.outputWidth();
                if (join == Join.PRODUCT) {
                    factors.add(y);
                }
            }
        } finally {
            workspace.end(mark);
        }
        return new BranchesRecording(this, in, List.copyOf(recordings), List.copyOf(factors));
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        BranchesRecording own = recording.require(this, BranchesRecording.class);
        Sequences in = own.in();
        spec.check(this, recording, in, dOut, gradients);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            int column = 0;
            for (int i = 0; i < branches.size(); i++) {
                Part.Mixing branch = branches.get(i);
                int inner = scratch.mark();
                Tensor dY = dOut;
                if (join != Join.SUM) {
                    Sequences part = Intermediate.like(in, branch.outputWidth(), scratch);
                    dY = part.tensor();
                    Columns.copy(part, dOut, join == Join.PRODUCT ? 0 : column, dY, 0, part.width(), workspace);
                }
                for (int j = 0; j < own.factors().size(); j++) {
                    if (j != i) {
                        RowProduct.multiply(own.factors().get(j), dY, workspace);
                    }
                }
                branch.backward(in, own.recordings().get(i), dY, gradients, workspace);
                column += branch.outputWidth();
                scratch.release(inner);
            }
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return new StackState(
                spec,
                mixers().map(mixer -> new BlockState(mixer.spec(), mixer.newState(batch, capacity), null))
                        .toList());
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return StackState.bytes(mixers().mapToLong(mixer -> mixer.stateBytes(batch, capacity)));
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        List<BlockState> states = new ArrayList<>();
        for (Incremental mixer : mixers().toList()) {
            states.add(new BlockState(mixer.spec(), mixer.loadState(channel), null));
        }
        return StackState.loaded(spec, states);
    }

    private Stream<Incremental> mixers() {
        return branches.stream().map(branch -> branch.mixer().require(Incremental.class));
    }

    /** Some columns of rows to some of others; zeros at padding. */
    private static final class Columns extends RowTask {
        private int width;
        private int xWidth;
        private int xColumn;
        private int yWidth;
        private int yColumn;

        static void copy(
                Sequences like, Tensor from, int fromColumn, Tensor to, int toColumn, int width, Workspace workspace) {
            int mark = workspace.scratch().mark();
            Columns task = workspace.scratch().object(Columns.class, Columns::new);
            task.width = width;
            task.xWidth = from.extent(2);
            task.xColumn = fromColumn;
            task.yWidth = to.extent(2);
            task.yColumn = toColumn;
            task.add(like, from, to, workspace); // the other columns stay
            workspace.scratch().release(mark);
        }

        @Override
        void rows(int from, int to, Scratch scratch) {
            for (int i = from; i < to; i++) {
                System.arraycopy(x, xOffset + i * xWidth + xColumn, y, yOffset + i * yWidth + yColumn, width);
            }
        }

        @Override
        void padding(int from, int to) {
            for (int i = from; i < to; i++) {
                int at = yOffset + i * yWidth + yColumn;
                Arrays.fill(y, at, at + width, 0f);
            }
        }
    }

    /** y ← y ⊙ x at true positions; padding is left as it is. */
    private static final class RowProduct extends RowTask {
        private final Kernels kernels = Kernels.preferred();
        private int width;

        static void multiply(Sequences x, Tensor y, Workspace workspace) {
            int mark = workspace.scratch().mark();
            RowProduct task = workspace.scratch().object(RowProduct.class, RowProduct::new);
            task.width = x.width();
            task.add(x, x.tensor(), y, workspace);
            workspace.scratch().release(mark);
        }

        @Override
        void rows(int from, int to, Scratch scratch) {
            int at = yOffset + from * width;
            kernels.multiplyElementwise(x, xOffset + from * width, y, at, y, at, (to - from) * width);
        }
    }
}
