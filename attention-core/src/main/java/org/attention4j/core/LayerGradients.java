package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.Linear;
import org.attention4j.kernels.PackedMatrix;
import org.jspecify.annotations.Nullable;

/** Adds the gradients of linear layers: of weights and biases, shared by blocks of outputs, and of what they were given. */
final class LayerGradients implements Workspace.Task {
    /** Outputs of a part. */
    private static final int OUTS = 32;

    private final Kernels kernels;
    private final NamedTensors gradients;
    private final Workspace workspace;

    private @Nullable Linear linear;
    private int rows;
    private HeadRows dY = new HeadRows();
    private float[] panels = {};
    private float @Nullable [] dWeight;
    private int dWeightOffset;
    private float @Nullable [] dBias;
    private int dBiasOffset;

    LayerGradients(Kernels kernels, NamedTensors gradients, Workspace workspace) {
        this.kernels = kernels;
        this.gradients = gradients;
        this.workspace = workspace;
    }

    /**
     * Adds dW += dYᵀ X and db += Σ dY, each if it is wanted.
     *
     * @param weight the weight's name; its rows begin at {@code weightAt}
     * @param bias the bias's name; its elements begin at {@code biasAt}
     */
    void add(
            Linear layer,
            String weight,
            int weightAt,
            String bias,
            int biasAt,
            TrueRows shape,
            HeadRows dOutputs,
            HeadRows inputs) {
        Tensor weightGradient = gradients.contains(weight) ? gradients.get(weight) : null;
        Tensor biasGradient = layer.hasBias() && gradients.contains(bias) ? gradients.get(bias) : null;
        if (shape.total == 0 || weightGradient == null && biasGradient == null) {
            return;
        }
        Scratch scratch = workspace.scratch();
        linear = layer;
        rows = shape.total;
        dY = shape.gather(dOutputs, layer.out(), scratch);
        dWeight = null;
        dBias = null;
        if (weightGradient != null) {
            HeadRows x = shape.gather(inputs, layer.in(), scratch);
            panels = scratch.floats(PackedMatrix.panelsLength(rows, layer.in()));
            kernels.pack(x.array, x.start[0], x.rowStride, 1, rows, layer.in(), panels, 0);
            dWeight = weightGradient.readable(scratch);
            dWeightOffset = weightGradient.offset() + weightAt;
        }
        if (biasGradient != null) {
            dBias = biasGradient.readable(scratch);
            dBiasOffset = biasGradient.offset() + biasAt;
        }
        int parts = Work.blocks(layer.out(), OUTS);
        Work.run(workspace, parts, (double) rows * layer.in() * layer.out(), this);
        if (weightGradient != null && dWeight != null) {
            weightGradient.commit(dWeight);
        }
        if (biasGradient != null && dBias != null) {
            biasGradient.commit(dBias);
        }
    }

    /** Adds the gradient of what a layer was given, if it is wanted: a tensor of these rows, with padding. */
    void addInput(Linear layer, TrueRows shape, HeadRows dOutputs, @Nullable Tensor dIn) {
        if (dIn != null) {
            Scratch scratch = workspace.scratch();
            float[] sum = dIn.readable(scratch);
            HeadRows target = new HeadRows();
            target.set(sum, shape.padded(scratch.ints(shape.batch), dIn.offset(), shape.width), 0, shape.width);
            LinearTask.inputGradient(workspace, kernels, layer, shape, dOutputs, target);
            dIn.commit(sum);
        }
    }

    @Override
    public void run(int index, Scratch scratch) {
        Linear layer = Objects.requireNonNull(linear);
        int from = index * OUTS;
        int to = Math.min(from + OUTS, layer.out());
        int at = dY.start[0];
        if (dWeight != null) {
            layer.weightGradient(
                    kernels, from, to, rows, dY.array, at, dY.rowStride, panels, 0, dWeight, dWeightOffset);
        }
        if (dBias != null) {
            layer.biasGradient(kernels, from, to, rows, dY.array, at, dY.rowStride, dBias, dBiasOffset);
        }
    }
}
