package org.attention4j.cli;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** A mixer under another kind and configuration, so that the kit can draw what it is made of; every call is passed on. */
final class RenamedMixer implements Incremental, Differentiable, Attentive, Contextual {
    private final SequenceMixer inner;
    private final MixerSpec spec;

    RenamedMixer(MixerKind kind, MixerConfig config, SequenceMixer inner) {
        this.inner = inner;
        spec = spec(kind, config, inner.spec());
    }

    /** What a mixer says of itself, of another kind. */
    static MixerSpec spec(MixerKind kind, MixerConfig config, MixerSpec inner) {
        MixerSpec.Builder builder = MixerSpec.of(kind, config)
                .outputWidth(inner.outputWidth())
                .contextWidth(inner.contextWidth())
                .heads(inner.heads())
                .causal(inner.causal())
                .boundedState(inner.boundedState())
                .exactness(inner.exactness());
        for (Capability capability : kind.capabilities()) {
            if (!inner.supports(capability)) {
                builder.refuse(capability, inner.refusal(capability).getMessage());
            }
        }
        inner.parameters()
                .forEach(one ->
                        builder.parameter(one.name(), one.initial(), one.shape().extents()));
        return builder.build();
    }

    /** A recording that says it is this mixer's. */
    private record Recorded(SequenceMixer mixer, Recording inner) implements Recording {
        @Override
        public long bytes() {
            return inner.bytes();
        }
    }

    /** A state that says it is this mixer's. */
    private record Held(MixerSpec spec, MixerState inner) implements MixerState {
        @Override
        public int batch() {
            return inner.batch();
        }

        @Override
        public int capacity() {
            return inner.capacity();
        }

        @Override
        public long position(int sequence) {
            return inner.position(sequence);
        }

        @Override
        public void rollback(int sequence, int positions) {
            inner.rollback(sequence, positions);
        }

        @Override
        public void rollback(int positions) {
            inner.rollback(positions);
        }

        @Override
        public void reorder(int[] sources) {
            inner.reorder(sources);
        }

        @Override
        public void reset() {
            inner.reset();
        }

        @Override
        public MixerState copy() {
            return new Held(spec, inner.copy());
        }

        @Override
        public long bytes() {
            return inner.bytes();
        }

        @Override
        public void save(WritableByteChannel channel) throws IOException {
            inner.save(channel);
        }

        @Override
        public Workspace workspace() {
            return inner.workspace();
        }
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public NamedTensors parameters() {
        return inner.parameters();
    }

    @Override
    public SequenceMixer withParameters(ParameterSource source) {
        return new RenamedMixer(spec.kind(), spec.config(), inner.withParameters(source));
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        inner.forward(in, out, workspace);
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return new Held(spec, inner.require(Incremental.class).newState(batch, capacity));
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return inner.require(Incremental.class).stateBytes(batch, capacity);
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        inner.require(Incremental.class).step(chunk, ((Held) state).inner, out, workspace);
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        return new Held(spec, inner.require(Incremental.class).loadState(channel));
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        return new Recorded(this, inner.require(Differentiable.class).record(in, out, workspace));
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        if (!(recording instanceof Recorded own)) {
            throw new ForeignStateException(
                    spec.fingerprint(), recording.mixer().spec().fingerprint());
        }
        inner.require(Differentiable.class).backward(own.inner, dOut, gradients, workspace);
    }

    @Override
    public void weights(Sequences in, Tensor weights, Workspace workspace) {
        spec.require(Capability.ATTENTIVE);
        inner.require(Attentive.class).weights(in, weights, workspace);
    }

    @Override
    public void forward(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        spec.require(Capability.CONTEXTUAL);
        inner.require(Contextual.class).forward(in, context, out, workspace);
    }

    @Override
    public PreparedContext prepare(Sequences context, Workspace workspace) {
        spec.require(Capability.CONTEXTUAL);
        return inner.require(Contextual.class).prepare(context, workspace);
    }

    @Override
    public void forward(Sequences in, PreparedContext context, Tensor out, Workspace workspace) {
        spec.require(Capability.CONTEXTUAL);
        inner.require(Contextual.class).forward(in, context, out, workspace);
    }

    @Override
    public Recording record(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        spec.require(Capability.CONTEXTUAL);
        return new Recorded(this, inner.require(Contextual.class).record(in, context, out, workspace));
    }

    @Override
    public void weights(Sequences in, Sequences context, Tensor weights, Workspace workspace) {
        throw spec.refusal(Capability.ATTENTIVE);
    }
}
