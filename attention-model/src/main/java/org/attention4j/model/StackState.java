package org.attention4j.model;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.stream.LongStream;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.Workspace;

/**
 * The states of a stack's layers, or of the mixers of a {@link Sequential} or {@link Branches}, which all stand at the same positions.
 *
 * @param spec of the stack
 * @param layers at least one
 */
record StackState(MixerSpec spec, List<BlockState> layers) implements MixerState {
    /** States that were read one by one must stand at the same positions. */
    static StackState loaded(MixerSpec spec, List<BlockState> layers) {
        BlockState first = layers.get(0);
        for (BlockState layer : layers) {
            boolean same = layer.batch() == first.batch() && layer.capacity() == first.capacity();
            for (int b = 0; same && b < first.batch(); b++) {
                same = layer.position(b) == first.position(b);
            }
            if (!same) {
                throw new CorruptFileException("saved state", 0, "the layers of a stack stand at different positions");
            }
        }
        return new StackState(spec, List.copyOf(layers));
    }

    /** The memory of such states together. */
    static long bytes(LongStream ofLayers) {
        return ofLayers.reduce(0, (sum, bytes) -> {
            if (sum > Long.MAX_VALUE - bytes) {
                throw new BadShapeException("states of " + sum + " and " + bytes + " bytes together are too large");
            }
            return sum + bytes;
        });
    }

    /** In every layer, before the first one advances. */
    @Override
    public void room(Sequences chunk) {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).room(chunk);
        }
    }

    @Override
    public int batch() {
        return layers.get(0).batch();
    }

    @Override
    public int capacity() {
        return layers.get(0).capacity();
    }

    @Override
    public long position(int sequence) {
        return layers.get(0).position(sequence);
    }

    /** By the rule of {@link MixerState#rollback(int, int)} all refuse or none: they have stood where the first one has. */
    @Override
    public void rollback(int sequence, int positions) {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).rollback(sequence, positions);
        }
    }

    @Override
    public void rollback(int positions) {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).rollback(positions);
        }
    }

    @Override
    public void reorder(int[] sources) {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).reorder(sources);
        }
    }

    @Override
    public void reset() {
        for (int i = 0; i < layers.size(); i++) {
            layers.get(i).reset();
        }
    }

    @Override
    public MixerState copy() {
        return new StackState(
                spec, layers.stream().map(state -> (BlockState) state.copy()).toList());
    }

    @Override
    public long bytes() {
        return layers.stream().mapToLong(MixerState::bytes).sum();
    }

    @Override
    public void save(WritableByteChannel channel) throws IOException {
        for (BlockState layer : layers) {
            layer.save(channel);
        }
    }

    @Override
    public Workspace workspace() {
        return layers.get(0).workspace();
    }
}
