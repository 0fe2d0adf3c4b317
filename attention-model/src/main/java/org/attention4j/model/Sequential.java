package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
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
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Recording;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * Mixers and layers one after the other, without sums: y = f_{N−1}(… f_0(x)), PyTorch's {@code nn.Sequential}. Each takes what the one
 * before gives, of any width.
 *
 * <p>Parameters are named {@code 0.*}, {@code 1.*}, …, as PyTorch names them.
 *
 * <p>A sequence of parts is itself a mixer {@code [B, T, D]} to {@code [B, T, D']}: incremental, differentiable and causal if every mixer
 * in it is. Its state is the states of its mixers, or, of layers alone, the position. In steps, positions are added where sequences stand.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class Sequential implements Incremental, Differentiable {
    private final List<Part> parts;
    private final MixerSpec spec;

    private Sequential(int width, List<Part> parts) {
        this.parts = List.copyOf(parts);
        spec = BlockSpec.ofParts(width, this.parts, specs());
    }

    /**
     * Begins with a mixer.
     *
     * @param mixer any
     * @return the mixer alone, its parameters under {@code 0.}
     */
    public static Sequential of(SequenceMixer mixer) {
        return new Sequential(mixer.spec().inputWidth(), List.of(new Part.Mixing(mixer, name(0))));
    }

    /**
     * Begins with a layer.
     *
     * @param layer any
     * @return the layer alone, its parameters under {@code 0.}
     */
    public static Sequential of(Layer layer) {
        return new Sequential(layer.inputWidth(), List.of(new Part.Applying(layer, name(0))));
    }

    /**
     * Goes on with a mixer.
     *
     * @param mixer as wide as what is there gives
     * @return a new sequence of parts
     * @throws BadConfigurationException if it takes another width
     */
    public Sequential then(SequenceMixer mixer) {
        return and(new Part.Mixing(mixer, name(parts.size())), mixer.spec().inputWidth());
    }

    /**
     * Goes on with a layer.
     *
     * @param layer as wide as what is there gives
     * @return a new sequence of parts
     * @throws BadConfigurationException if it takes another width
     */
    public Sequential then(Layer layer) {
        return and(new Part.Applying(layer, name(parts.size())), layer.inputWidth());
    }

    private Sequential and(Part part, int width) {
        if (width != spec.outputWidth()) {
            throw new BadConfigurationException(
                    "parts",
                    part.description(),
                    "what comes before it gives width " + spec.outputWidth() + ", it takes " + width);
        }
        List<Part> more = new ArrayList<>(parts);
        more.add(part);
        return new Sequential(spec.inputWidth(), more);
    }

    private static String name(int part) {
        return part + ".";
    }

    private List<ParameterSpec> specs() {
        return parts.stream().flatMap(part -> part.specs().stream()).toList();
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public NamedTensors parameters() {
        NamedTensors tensors = NamedTensors.empty();
        for (Part part : parts) {
            tensors = tensors.and("", part.parameters());
        }
        return tensors;
    }

    @Override
    public Sequential withParameters(ParameterSource source) {
        return new Sequential(
                spec.inputWidth(),
                parts.stream().map(part -> part.withParameters(source)).toList());
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
            long[] first = state == null ? null : Starts.of(state, scratch);
            for (int i = 0; i < parts.size() && first != null; i++) {
                if (parts.get(i) instanceof Part.Applying layer) {
                    layer.checkPositions(in, first); // before a state advances
                }
            }
            Sequences x = in;
            int mixers = 0;
            int last = parts.size() - 1;
            for (int i = 0; i <= last; i++) {
                Part part = parts.get(i);
                Sequences y = i == last ? x : Intermediate.like(in, part.outputWidth(), scratch);
                Tensor target = i == last ? out : y.tensor();
                if (part instanceof Part.Applying layer && first != null) {
                    layer.forward(x, first, target, workspace);
                } else {
                    part.forward(x, null, state == null ? null : state.layers().get(mixers++), target, workspace);
                }
                x = y;
            }
            if (mixers == 0 && state != null) {
                RowState position = (RowState) state.layers().get(0).mixerState();
                for (int b = 0; b < in.batch(); b++) {
                    position.advance(b, in.length(b));
                }
            }
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        spec.check(in, out);
        List<SequentialRecording.Pass> passes = new ArrayList<>();
        Sequences x = in;
        int last = parts.size() - 1;
        for (int i = 0; i <= last; i++) {
            Part part = parts.get(i);
            Sequences y = i == last ? x : Intermediate.kept(in, part.outputWidth());
            passes.add(new SequentialRecording.Pass(x, part.record(x, null, i == last ? out : y.tensor(), workspace)));
            x = y;
        }
        return new SequentialRecording(this, List.copyOf(passes));
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        SequentialRecording own = recording.require(this, SequentialRecording.class);
        Sequences in = own.passes().get(0).in();
        spec.check(this, recording, in, dOut, gradients);
        int mark = workspace.begin();
        try {
            Tensor dY = dOut;
            for (int i = parts.size() - 1; i >= 0; i--) {
                SequentialRecording.Pass pass = own.passes().get(i);
                Gradients wanted = gradients;
                if (i > 0) {
                    Sequences dX = Intermediate.zeros(in, pass.in().width(), workspace.scratch());
                    wanted = gradients.withInput(dX.tensor());
                }
                parts.get(i).backward(pass.in(), pass.recording(), dY, wanted, workspace);
                dY = wanted.input().orElse(dY);
            }
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        if (mixers().findAny().isEmpty()) {
            return positionAlone(new RowState(spec, batch, capacity, 0, 0));
        }
        return new StackState(
                spec,
                mixers().map(mixer -> new BlockState(mixer.spec(), mixer.newState(batch, capacity), null))
                        .toList());
    }

    private StackState positionAlone(RowState position) {
        return new StackState(spec, List.of(new BlockState(spec, position, null)));
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        if (mixers().findAny().isEmpty()) {
            return RowState.bytes(batch, capacity, 0, 0);
        }
        return StackState.bytes(mixers().mapToLong(mixer -> mixer.stateBytes(batch, capacity)));
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        if (mixers().findAny().isEmpty()) {
            return positionAlone(RowState.load(channel, spec, 0, 0));
        }
        List<BlockState> states = new ArrayList<>();
        for (Incremental mixer : mixers().toList()) {
            states.add(new BlockState(mixer.spec(), mixer.loadState(channel), null));
        }
        return StackState.loaded(spec, states);
    }

    private Stream<Incremental> mixers() {
        return parts.stream()
                .filter(Part.Mixing.class::isInstance)
                .map(part -> ((Part.Mixing) part).mixer().require(Incremental.class));
    }

    /** Where the sequences of a state stand; kept from call to call. */
    private static final class Starts {
        private long[] first = {};

        static long[] of(MixerState state, Scratch scratch) {
            Starts kept = scratch.object(Starts.class, Starts::new);
            if (kept.first.length != state.batch()) {
                kept.first = new long[state.batch()];
            }
            for (int b = 0; b < state.batch(); b++) {
                kept.first[b] = state.position(b);
            }
            return kept.first;
        }
    }
}
