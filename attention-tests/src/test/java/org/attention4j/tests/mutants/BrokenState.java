package org.attention4j.tests.mutants;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.Workspace;

/** Passes every call on to a correct state; a mutant overrides what it breaks. */
class BrokenState implements MixerState {
    final MixerState inner;

    BrokenState(MixerState inner) {
        this.inner = inner;
    }

    static MixerState inner(MixerState state) {
        return state instanceof BrokenState broken ? broken.inner : state;
    }

    @Override
    public MixerSpec spec() {
        return inner.spec();
    }

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
        return inner.copy();
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
