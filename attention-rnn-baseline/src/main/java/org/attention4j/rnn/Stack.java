package org.attention4j.rnn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Shape;
import org.attention4j.kernels.Kernels;

/**
 * Layers on each other: each reads the outputs of the one below.
 *
 * <p>Hidden states are tensors {@code [layers · directions, B, ·]}, as PyTorch's. An incremental state's row holds the
 * state rows of all layers, one after the other.
 *
 * @param layers the lowest first; at least one
 * @param dropout between them, in recordings
 */
record Stack(List<Layer> layers, LayerDropout dropout) {
    /** What a mixer declares; its kind has the {@link StackOptions}. */
    static MixerSpec specOf(MixerKind kind, MixerConfig config, Function<MixerConfig, Cell> choice) {
        MixerSpec.Builder spec = MixerSpec.of(kind, config);
        MixerConfig full = spec.config();
        Cell cell = choice.apply(full);
        boolean bidirectional = full.get(StackOptions.BIDIRECTIONAL);
        int hidden = cell.hidden(full);
        int output = cell.outputWidth(hidden) * (bidirectional ? 2 : 1);
        for (int l = 0; l < full.get(StackOptions.LAYERS); l++) {
            int width = l == 0 ? full.width() : output;
            Direction.declare(spec, l, false, cell, width, hidden, full.get(StackOptions.BIAS));
            if (bidirectional) {
                Direction.declare(spec, l, true, cell, width, hidden, full.get(StackOptions.BIAS));
            }
        }
        if (bidirectional) {
            spec.refuse(Capability.INCREMENTAL, "needs bidirectional=false, was true");
        }
        return spec.outputWidth(output)
                .causal(!bidirectional)
                .smooth(cell.smooth())
                .boundedState(true)
                .build();
    }

    /** The layers of a mixer that {@link #specOf} describes. */
    static Stack of(MixerSpec spec, NamedTensors parameters, Kernels kernels, Cell cell) {
        MixerConfig config = spec.config();
        List<Layer> layers = new ArrayList<>();
        for (int l = 0; l < config.get(StackOptions.LAYERS); l++) {
            List<Direction> directions = new ArrayList<>();
            directions.add(new Direction(parameters, l, false, cell));
            if (config.get(StackOptions.BIDIRECTIONAL)) {
                directions.add(new Direction(parameters, l, true, cell));
            }
            int width = l == 0 ? spec.inputWidth() : spec.outputWidth();
            layers.add(new Layer(kernels, cell, width, cell.hidden(config), List.copyOf(directions)));
        }
        LayerDropout dropout =
                new LayerDropout(config.get(StackOptions.LAYER_DROPOUT), config.get(StackOptions.DROPOUT_SEED));
        return new Stack(List.copyOf(layers), dropout);
    }

    /** All layers are alike but for their inputs. */
    private Layer any() {
        return layers.get(0);
    }

    Kernels kernels() {
        return any().kernels();
    }

    int directions() {
        return any().directions().size();
    }

    /** The names of the hidden tensors. */
    List<String> stateNames() {
        return any().cell().stateNames();
    }

    /** Floats of a row of one of the hidden tensors. */
    int partWidth(int part) {
        return any().partWidth(part);
    }

    /** The shape of one of the hidden tensors. */
    Shape hiddenShape(int part, int batch) {
        return Shape.of(layers.size() * directions(), batch, partWidth(part));
    }

    /** Floats of a row of an incremental state. */
    int stateWidth() {
        return Math.multiplyExact(layers.size(), any().stateWidth());
    }

    /** Where a layer's part of such a row begins. */
    int stateAt(int layer) {
        return layer * any().stateWidth();
    }
}
