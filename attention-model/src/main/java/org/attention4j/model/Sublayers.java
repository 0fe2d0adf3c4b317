package org.attention4j.model;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** The residual sums of a block in order, norms named {@code norm1}, {@code norm2}, …, those behind a part {@code post_norm1}, … */
final class Sublayers {
    private final Sublayer[] all;

    private Sublayers(Sublayer[] all) {
        this.all = all;
    }

    static Sublayers of(BlockConfig config, int width, ParameterSource source, Part... parts) {
        Sublayer[] all = new Sublayer[parts.length];
        for (int i = 0; i < all.length; i++) {
            String name = "norm" + (i + 1) + ".";
            all[i] = Sublayer.of(parts[i], config, width, name, source);
        }
        return new Sublayers(all);
    }

    Sublayers withParameters(ParameterSource source) {
        Sublayer[] others = new Sublayer[all.length];
        for (int i = 0; i < all.length; i++) {
            others[i] = all[i].withParameters(source);
        }
        return new Sublayers(others);
    }

    Sublayer get(int index) {
        return all[index];
    }

    /** Whether all parts read the block's input. */
    private boolean parallel() {
        return all[0].arrangement() == Arrangement.PARALLEL;
    }

    /** All parts', then all norms', as PyTorch orders them. */
    List<ParameterSpec> specs() {
        List<ParameterSpec> specs = new ArrayList<>();
        for (Sublayer one : all) {
            specs.addAll(one.part().specs());
        }
        for (Sublayer one : all) {
            specs.addAll(Parameters.under(one.normName(), one.norm().parameterSpecs()));
            if (one.after() != null) {
                specs.addAll(Parameters.under(one.afterName(), one.after().parameterSpecs()));
            }
        }
        return specs;
    }

    /** In the order of {@link #specs}. */
    NamedTensors parameters() {
        NamedTensors tensors = NamedTensors.empty();
        for (Sublayer one : all) {
            tensors = tensors.and("", one.part().parameters());
        }
        for (Sublayer one : all) {
            tensors = tensors.and(one.normName(), one.norm().parameters());
            if (one.after() != null) {
                tensors = tensors.and(one.afterName(), one.after().parameters());
            }
        }
        return tensors;
    }

    /** Whole sequences, or the next positions of those in a state. */
    void forward(
            Sequences in, @Nullable Sequences memory, @Nullable BlockState state, Tensor out, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Sequences x = in;
            int last = all.length - 1;
            for (int i = 0; i < last; i++) {
                Sequences y = Intermediate.like(in, in.width(), scratch);
                all[i].forward(parallel() ? in : x, x, memory, state, y.tensor(), workspace);
                x = y;
            }
            all[last].forward(parallel() ? in : x, x, memory, state, out, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    /** The forward pass in memory that is kept. */
    BlockRecording record(
            SequenceMixer block, Sequences in, @Nullable Sequences memory, Tensor out, Workspace workspace) {
        Sublayer.Pass[] passes = new Sublayer.Pass[all.length];
        Sequences x = in;
        for (int i = 0; i < all.length; i++) {
            Sequences y = i == all.length - 1 ? null : Intermediate.kept(in, in.width());
            Tensor sum = y == null ? out : y.tensor();
            passes[i] = all[i].record(parallel() ? in : x, x, memory, sum, workspace);
            x = y == null ? x : y;
        }
        return new BlockRecording(block, in, memory, List.of(passes));
    }

    /** Adds what is wanted of input, memory and parameters; arguments have been checked. */
    void backward(BlockRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Sequences in = recording.in();
            Sequences dY = Sequences.of(dOut, in.lengths());
            for (int i = all.length - 1; i > 0 && parallel(); i--) {
                all[i].backward(recording.passes().get(i), dY, false, gradients, workspace);
            }
            for (int i = all.length - 1; i > 0 && !parallel(); i--) {
                Sequences dX = Intermediate.zeros(in, in.width(), workspace.scratch());
                all[i].backward(recording.passes().get(i), dY, true, gradients.withInput(dX.tensor()), workspace);
                dY = dX;
            }
            all[0].backward(recording.passes().get(0), dY, true, gradients, workspace);
        } finally {
            workspace.end(mark);
        }
    }
}
