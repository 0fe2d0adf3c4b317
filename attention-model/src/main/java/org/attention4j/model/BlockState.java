package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.Workspace;

/** The state of a block is that of its mixer: everything else treats every position alone. */
record BlockState(MixerSpec spec, MixerState mixerState) implements MixerState {
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
    public void rollback(int sequence, int positions) {
        mixerState.rollback(sequence, positions);
    }

    @Override
    public void rollback(int positions) {
        mixerState.rollback(positions);
    }

    @Override
    public void reset() {
        mixerState.reset();
    }

    @Override
    public MixerState copy() {
        return new BlockState(spec, mixerState.copy());
    }

    @Override
    public long bytes() {
        return mixerState.bytes();
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
