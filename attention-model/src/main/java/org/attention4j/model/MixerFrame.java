package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** The calls that all have in common that stand around one mixer: the state is that mixer's, and whole sequences and steps are one pass. */
abstract class MixerFrame implements Incremental, Differentiable, Attentive {
    final SequenceMixer mixer;
    final MixerSpec spec;

    MixerFrame(SequenceMixer mixer, MixerSpec spec) {
        this.mixer = mixer;
        this.spec = spec;
    }

    /** Whole sequences, or the next positions of those in a state, which has room for them; arguments have been checked. */
    abstract void run(Sequences in, @Nullable BlockState state, Tensor out, Workspace workspace);

    /**
     * The mixer inside.
     *
     * @return the very instance
     */
    public final SequenceMixer mixer() {
        return mixer;
    }

    @Override
    public final MixerSpec spec() {
        return spec;
    }

    @Override
    public final void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        run(in, null, out, workspace);
    }

    @Override
    public final void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        BlockState own = state.require(BlockState.class);
        own.room(chunk);
        run(chunk, own, out, workspace);
    }

    @Override
    public final MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return new BlockState(spec, incremental().newState(batch, capacity), null);
    }

    @Override
    public final long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return incremental().stateBytes(batch, capacity);
    }

    @Override
    public final MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        return new BlockState(spec, incremental().loadState(channel), null);
    }

    private Incremental incremental() {
        return mixer.require(Incremental.class);
    }
}
