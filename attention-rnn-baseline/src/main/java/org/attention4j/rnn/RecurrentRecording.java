package org.attention4j.rnn;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;

/** What backpropagation through time needs, layer by layer. */
final class RecurrentRecording implements Recording {
    private final SequenceMixer mixer;
    private final Sequences in;
    private final List<LayerRecording> layers = new ArrayList<>();

    RecurrentRecording(SequenceMixer mixer, Stack stack, Sequences in) {
        this.mixer = mixer;
        this.in = in;
        for (Layer layer : stack.layers()) {
            layers.add(new LayerRecording(
                    in, layer, !layers.isEmpty(), stack.dropout().isOn()));
        }
    }

    @Override
    public SequenceMixer mixer() {
        return mixer;
    }

    @Override
    public long bytes() {
        return layers.stream().mapToLong(LayerRecording::bytes).sum();
    }

    Sequences in() {
        return in;
    }

    /** What a layer needs. */
    LayerRecording layer(int layer) {
        return layers.get(layer);
    }
}
