package org.attention4j.model;

import java.util.List;
import java.util.Objects;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** What a {@link Sublayer} computes between its norm and its sum, or a {@link Sequential} one after the other. Parameters have their names in the whole, prefix and all. */
sealed interface Part {
    int outputWidth();

    /** Whether outputs have no kinks and jumps. */
    boolean smooth();

    /** Kind and widths, for a specification. */
    String description();

    List<ParameterSpec> specs();

    NamedTensors parameters();

    Part withParameters(ParameterSource source);

    /**
     * Whole sequences, or the next positions of those in a state.
     *
     * @param memory a decoder's second sequences, where there is no state
     */
    void forward(Sequences in, @Nullable Sequences memory, @Nullable BlockState state, Tensor out, Workspace workspace);

    /** As {@link #forward} without a state; what the gradient needs, or nothing. */
    @Nullable
    Recording record(Sequences in, @Nullable Sequences memory, Tensor out, Workspace workspace);

    /** Adds to input, context and this part's own parameters, where they are wanted. */
    void backward(Sequences in, @Nullable Recording recording, Tensor dOut, Gradients gradients, Workspace workspace);

    /** A mixer, under a prefix. */
    sealed interface OfMixer extends Part {
        SequenceMixer mixer();

        String prefix();

        @Override
        default int outputWidth() {
            return mixer().spec().outputWidth();
        }

        @Override
        default boolean smooth() {
            return mixer().spec().smooth();
        }

        @Override
        default String description() {
            return mixer().spec().fingerprint();
        }

        @Override
        default List<ParameterSpec> specs() {
            return Parameters.under(prefix(), mixer().spec().parameters());
        }

        @Override
        default NamedTensors parameters() {
            return NamedTensors.empty().and(prefix(), mixer().parameters());
        }
    }

    /** The mixer of a block. */
    record Mixing(SequenceMixer mixer, String prefix) implements OfMixer {
        @Override
        public Mixing withParameters(ParameterSource source) {
            return new Mixing(mixer.withParameters(source.under(prefix)), prefix);
        }

        @Override
        public void forward(
                Sequences in, @Nullable Sequences memory, @Nullable BlockState state, Tensor out, Workspace workspace) {
            if (state == null) {
                mixer.forward(in, out, workspace);
            } else {
                mixer.require(Incremental.class).step(in, state.mixerState(), out, workspace);
                workspace.mustFinish(); // the state has advanced
            }
        }

        @Override
        public Recording record(Sequences in, @Nullable Sequences memory, Tensor out, Workspace workspace) {
            return mixer.require(Differentiable.class).record(in, out, workspace);
        }

        @Override
        public void backward(
                Sequences in, @Nullable Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
            NamedTensors own = gradients.parameters().under(prefix);
            Gradients wanted = Gradients.none().withParameters(own);
            if (gradients.input().isPresent()) {
                wanted = wanted.withInput(gradients.input().get());
            }
            mixer.require(Differentiable.class).backward(Objects.requireNonNull(recording), dOut, wanted, workspace);
        }
    }

    /** The mixer by which a decoder takes from its memory. */
    record Crossing(Contextual mixer, String prefix) implements OfMixer {
        @Override
        public Crossing withParameters(ParameterSource source) {
            return new Crossing(mixer.withParameters(source.under(prefix)).require(Contextual.class), prefix);
        }

        @Override
        public void forward(
                Sequences in, @Nullable Sequences memory, @Nullable BlockState state, Tensor out, Workspace workspace) {
            if (state == null) {
                mixer.forward(in, Objects.requireNonNull(memory), out, workspace);
            } else {
                PreparedContext prepared = Objects.requireNonNull(state.memory());
                mixer.forward(in, prepared, out, workspace);
            }
        }

        @Override
        public Recording record(Sequences in, @Nullable Sequences memory, Tensor out, Workspace workspace) {
            return mixer.record(in, Objects.requireNonNull(memory), out, workspace);
        }

        @Override
        public void backward(
                Sequences in, @Nullable Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
            Gradients wanted = gradients.withParameters(gradients.parameters().under(prefix));
            mixer.require(Differentiable.class).backward(Objects.requireNonNull(recording), dOut, wanted, workspace);
        }
    }

    /** A layer. */
    record Applying(Layer layer, String prefix) implements Part {
        @Override
        public int outputWidth() {
            return layer.outputWidth();
        }

        @Override
        public boolean smooth() {
            return layer.smooth();
        }

        @Override
        public String description() {
            return layer.getClass().getSimpleName() + " " + layer.inputWidth() + " to " + layer.outputWidth();
        }

        @Override
        public List<ParameterSpec> specs() {
            return Parameters.under(prefix, layer.parameterSpecs());
        }

        @Override
        public NamedTensors parameters() {
            return NamedTensors.empty().and(prefix, layer.parameters());
        }

        @Override
        public Applying withParameters(ParameterSource source) {
            return new Applying(layer.withParameters(source.under(prefix)), prefix);
        }

        /** Refuses positions that the layer does not have. */
        void checkPositions(Sequences in, long[] first) {
            if (layer instanceof PositionLayer positions) {
                positions.checkEnd(in, first);
            }
        }

        /** The next positions of sequences that stand at {@code first}. */
        void forward(Sequences in, long[] first, Tensor out, Workspace workspace) {
            if (layer instanceof PositionLayer positions) {
                positions.forward(in, first, out, workspace);
            } else {
                layer.forward(in, out, workspace);
            }
        }

        @Override
        public void forward(
                Sequences in, @Nullable Sequences memory, @Nullable BlockState state, Tensor out, Workspace workspace) {
            layer.forward(in, out, workspace);
        }

        @Override
        public @Nullable Recording record(Sequences in, @Nullable Sequences memory, Tensor out, Workspace workspace) {
            layer.forward(in, out, workspace);
            return null;
        }

        @Override
        public void backward(
                Sequences in, @Nullable Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
            NamedTensors all = gradients.parameters();
            NamedTensors own = NamedTensors.empty();
            for (ParameterSpec spec : layer.parameterSpecs()) {
                String name = prefix + spec.name();
                own = all.contains(name) ? own.with(spec.name(), all.get(name)) : own;
            }
            Gradients wanted = Gradients.none().withParameters(own);
            if (gradients.input().isPresent()) {
                wanted = wanted.withInput(gradients.input().get());
            }
            layer.backward(in, dOut, wanted, workspace);
        }
    }
}
