package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/** The state of a block is that of its mixer, and a decoder's memory: everything else treats every position alone. */
final class BlockState implements MixerState {
    private final MixerSpec spec;
    private final MixerState mixerState;
    /** Of a decoder: what cross-attention has read of the memory. Copies share it. */
    private @Nullable PreparedContext memory;

    BlockState(MixerSpec spec, MixerState mixerState, @Nullable PreparedContext memory) {
        this.spec = spec;
        this.mixerState = mixerState;
        this.memory = memory;
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    MixerState mixerState() {
        return mixerState;
    }

    @Nullable
    PreparedContext memory() {
        return memory;
    }

    @Override
    public int batch() {
        return mixerState.batch();
    }

    @Override
    public int capacity() {
        return mixerState.capacity();
    }

    @Override
    public long position(int sequence) {
        return mixerState.position(sequence);
    }

    @Override
    public void room(Sequences chunk) {
        mixerState.room(chunk);
    }

    @Override
    public void rollback(int sequence, int positions) {
        mixerState.rollback(sequence, positions);
    }

    @Override
    public void rollback(int positions) {
        mixerState.rollback(positions);
    }

    /** The memory stays where it is: beams of one source have the same. */
    @Override
    public void reorder(int[] sources) {
        mixerState.reorder(sources);
        memory = memory == null ? null : memory.select(sources);
    }

    @Override
    public void reset() {
        mixerState.reset();
    }

    @Override
    public MixerState copy() {
        return new BlockState(spec, mixerState.copy(), memory);
    }

    @Override
    public long bytes() {
        return mixerState.bytes() + (memory == null ? 0 : memory.bytes());
    }

    @Override
    public void save(WritableByteChannel channel) throws IOException {
        mixerState.save(channel);
    }

    @Override
    public Workspace workspace() {
        return mixerState.workspace();
    }
}
