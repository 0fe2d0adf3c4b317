package org.attention4j.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.attention4j.api.BadConfigurationException;
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

/** Layers one after the other, named {@code layers.0}, {@code layers.1}, …, and perhaps a {@code norm} behind the last. */
final class Stack {
    private static final String NORM = "norm.";

    private final Sublayers[] layers;
    private final @Nullable Layer norm;

    Stack(List<Sublayers> layers, Optional<Layer> norm) {
        this.layers = layers.toArray(new Sublayers[0]);
        this.norm = norm.orElse(null);
    }

    static String name(int layer) {
        return "layers." + layer + ".";
    }

    /** Refuses a number of layers below 1. */
    static void check(int count) {
        if (count < 1) {
            throw new BadConfigurationException("layers", Integer.toString(count), "must be at least 1");
        }
    }

    static ParameterSource ofNorm(ParameterSource source) {
        return source.under(NORM);
    }

    List<ParameterSpec> specs() {
        List<ParameterSpec> specs = new ArrayList<>();
        for (int i = 0; i < layers.length; i++) {
            specs.addAll(Parameters.under(name(i), layers[i].specs()));
        }
        if (norm != null) {
            specs.addAll(Parameters.under(NORM, norm.parameterSpecs()));
        }
        return specs;
    }

    /** In the order of {@link #specs}. */
    NamedTensors parameters() {
        NamedTensors tensors = NamedTensors.empty();
        for (int i = 0; i < layers.length; i++) {
            tensors = tensors.and(name(i), layers[i].parameters());
        }
        return norm == null ? tensors : tensors.and(NORM, norm.parameters());
    }

    /** Whole sequences, or the next positions of those in a state. */
    void forward(
            Sequences in, @Nullable Sequences memory, @Nullable StackState state, Tensor out, Workspace workspace) {
        if (state != null) {
            state.room(in);
        }
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Sequences x = in;
            Sequences y = Intermediate.like(in, in.width(), scratch);
            Sequences other = Intermediate.like(in, in.width(), scratch);
            for (int i = 0; i < layers.length; i++) {
                boolean last = i == layers.length - 1 && norm == null;
                BlockState own = state == null ? null : state.layers().get(i);
                layers[i].forward(x, memory, own, last ? out : y.tensor(), workspace);
                if (own != null) {
                    workspace.mustFinish(); // one state has advanced, the others must follow
                }
                x = y;
                y = other;
                other = x;
            }
            if (norm != null) {
                norm.forward(x, out, workspace);
            }
        } finally {
            workspace.end(mark);
        }
    }

    /** The forward pass in memory that is kept. */
    StackRecording record(
            SequenceMixer stack, Sequences in, @Nullable Sequences memory, Tensor out, Workspace workspace) {
        List<BlockRecording> recordings = new ArrayList<>();
        Sequences x = in;
        for (int i = 0; i < layers.length; i++) {
            boolean last = i == layers.length - 1 && norm == null;
            Sequences y = last ? Sequences.of(out, in.lengths()) : Intermediate.kept(in, in.width());
            recordings.add(layers[i].record(stack, x, memory, y.tensor(), workspace));
            x = y;
        }
        if (norm == null) {
            return new StackRecording(stack, in, memory, recordings, null);
        }
        norm.forward(x, out, workspace);
        return new StackRecording(stack, in, memory, recordings, x);
    }

    /** Adds what is wanted of input, memory and parameters; arguments have been checked. */
    void backward(StackRecording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Sequences in = recording.in();
            Sequences dY = Sequences.of(dOut, in.lengths());
            if (norm != null) {
                Sequences dLast = Intermediate.zeros(in, in.width(), scratch);
                Gradients ofNorm = Gradients.none()
                        .withInput(dLast.tensor())
                        .withParameters(gradients.parameters().under(NORM));
                norm.backward(Objects.requireNonNull(recording.last()), dOut, ofNorm, workspace);
                dY = dLast;
            }
            for (int i = layers.length - 1; i >= 0; i--) {
                Gradients ofLayer =
                        gradients.withParameters(gradients.parameters().under(name(i)));
                Sequences dX = i == 0 ? dY : Intermediate.zeros(in, in.width(), scratch);
                ofLayer = i == 0 ? ofLayer : ofLayer.withInput(dX.tensor());
                layers[i].backward(recording.layers().get(i), dY.tensor(), ofLayer, workspace);
                dY = dX;
            }
        } finally {
            workspace.end(mark);
        }
    }
}
