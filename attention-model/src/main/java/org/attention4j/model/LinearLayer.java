package org.attention4j.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Gradients;
import org.attention4j.api.InitialValue;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Linear;
import org.jspecify.annotations.Nullable;

/**
 * y = x Wᵀ + b at every position. Parameters as PyTorch's {@code Linear} has them: {@code weight [D', D]} and, where there is
 * one, {@code bias [D']}, both at first uniform in ±1/√D.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class LinearLayer extends RowLayer {
    private final List<ParameterSpec> specs;
    private final NamedTensors parameters;
    private final Linear linear;
    private final List<Linear> stages;

    private LinearLayer(List<ParameterSpec> specs, int in, int out, ParameterSource source) {
        this.specs = specs;
        parameters = Parameters.filled(specs, source);
        float[] weight = parameters.get("weight").array();
        linear = specs.size() > 1
                ? Linear.of(weight, 0, parameters.get("bias").array(), 0, out, in)
                : Linear.of(weight, 0, out, in);
        stages = List.of(linear);
    }

    /**
     * A layer.
     *
     * @param in D
     * @param out D'
     * @param bias whether b is added
     * @param source fills {@code weight} and {@code bias}
     * @return the layer
     * @throws BadShapeException if a width is not positive
     */
    public static LinearLayer of(int in, int out, boolean bias, ParameterSource source) {
        if (in < 1 || out < 1) {
            throw new BadShapeException(
                    "a linear layer from width " + in + " to width " + out + ": both must be positive");
        }
        InitialValue initial = InitialValue.uniform(1 / Math.sqrt(in));
        List<ParameterSpec> specs = new ArrayList<>();
        specs.add(new ParameterSpec("weight", Shape.of(out, in), initial));
        if (bias) {
            specs.add(new ParameterSpec("bias", Shape.of(out), initial));
        }
        return new LinearLayer(List.copyOf(specs), in, out, source);
    }

    @Override
    public int inputWidth() {
        return linear.in();
    }

    @Override
    public int outputWidth() {
        return linear.out();
    }

    @Override
    public List<ParameterSpec> parameterSpecs() {
        return specs;
    }

    @Override
    public NamedTensors parameters() {
        return parameters.copy();
    }

    @Override
    public LinearLayer withParameters(ParameterSource source) {
        return new LinearLayer(specs, linear.in(), linear.out(), source);
    }

    /** The kernels' form, for layers made of this one. */
    Linear linear() {
        return linear;
    }

    @Override
    void rows(float[] x, int xOffset, float[] y, int yOffset, int from, int to, Scratch scratch) {
        linear.forward(kernels, from, to, x, xOffset, linear.in(), y, yOffset, linear.out());
    }

    @Override
    List<Linear> stages() {
        return stages;
    }

    @Override
    void outputs(OutputTask task, int from, int count, Scratch scratch) {
        int at = task.yOffset + from;
        linear.forwardOutputs(
                kernels, task.rows, task.x, task.xOffset, linear.in(), from, count, task.y, at, linear.out());
    }

    @Override
    void addGradients(Sequences in, Tensor dOut, Gradients gradients, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        if (gradients.input().isPresent()) {
            InputGradient task = scratch.object(InputGradient.class, InputGradient::new);
            task.layer = this;
            task.add(in, dOut, gradients.input().get(), workspace);
        }
        WeightGradient.add(
                kernels,
                linear,
                in,
                in.tensor().readable(scratch),
                in.tensor().offset(),
                dOut.readable(scratch),
                dOut.offset(),
                gradients.parameters(),
                "",
                workspace);
    }

    private static final class InputGradient extends RowTask {
        private @Nullable LinearLayer layer;

        @Override
        void rows(int from, int to, Scratch scratch) {
            LinearLayer of = Objects.requireNonNull(layer);
            of.linear.inputGradient(of.kernels, from, to, x, xOffset, of.linear.out(), y, yOffset, of.linear.in());
        }
    }
}
