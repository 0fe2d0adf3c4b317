package org.attention4j.model;

import java.util.List;
import java.util.Objects;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * A vector for each token: y_t = weight[id_t]. One parameter as PyTorch's {@code Embedding} has it: {@code weight [V, D]}, at
 * first uniform in ±√3 (PyTorch draws from a normal distribution of the same variance, 1).
 *
 * <p>Immutable and safe for any number of threads, each with a workspace and outputs of its own.
 */
public final class Embedding {
    private final Kernels kernels = Kernels.preferred();
    private final int vocabulary;
    private final int width;
    private final NamedTensors parameters;
    private final float[] weight;

    private Embedding(int vocabulary, int width, ParameterSource source) {
        this.vocabulary = vocabulary;
        this.width = width;
        parameters = Parameters.filled(specs(vocabulary, width), source);
        weight = parameters.get("weight").array();
    }

    private static List<ParameterSpec> specs(int vocabulary, int width) {
        InitialValue initial = InitialValue.uniform(Math.sqrt(3));
        return List.of(new ParameterSpec("weight", Shape.of(vocabulary, width), initial));
    }

    /**
     * An embedding.
     *
     * @param vocabulary V, how many ids there are
     * @param width D
     * @param source fills {@code weight}
     * @return the embedding
     * @throws BadShapeException if a size is not positive, or there are more elements than an array holds
     */
    public static Embedding of(int vocabulary, int width, ParameterSource source) {
        if (vocabulary < 1 || width < 1) {
            throw new BadShapeException(
                    "an embedding of " + vocabulary + " ids in width " + width + ": both must be positive");
        }
        return new Embedding(vocabulary, width, source);
    }

    /**
     * V.
     *
     * @return at least 1
     */
    public int vocabulary() {
        return vocabulary;
    }

    /**
     * D.
     *
     * @return at least 1
     */
    public int width() {
        return width;
    }

    /**
     * Name, shape and initial value of the parameter.
     *
     * @return one
     */
    public List<ParameterSpec> parameterSpecs() {
        return specs(vocabulary, width);
    }

    /**
     * The parameter by name.
     *
     * @return a copy
     */
    public NamedTensors parameters() {
        return parameters.copy();
    }

    /**
     * The same embedding with other vectors.
     *
     * @param source fills {@code weight}
     * @return a new embedding
     */
    public Embedding withParameters(ParameterSource source) {
        return new Embedding(vocabulary, width, source);
    }

    /**
     * Looks every token up. Allocates nothing once the workspace has grown.
     *
     * @param in {@code [B, T]} with true lengths
     * @param out {@code [B, T, D]}; every element is written, 0 at padding
     * @param workspace scratch memory and threads
     * @throws UnknownTokenException if an id is not in 0 to V − 1, before anything is written
     * @throws org.attention4j.api.ShapeMismatchException if the output's shape does not fit, before anything is written
     */
    public void forward(Tokens in, Tensor out, Workspace workspace) {
        lookUp(in, out, false, workspace);
    }

    /**
     * Looks every token up and adds the vectors to what is there, for embeddings of positions or segments: y_t + weight[id_t].
     * Allocates nothing once the workspace has grown.
     *
     * @param in {@code [B, T]} with true lengths
     * @param out {@code [B, T, D]}; padding is left as it is
     * @param workspace scratch memory and threads
     * @throws UnknownTokenException if an id is not in 0 to V − 1, before anything is written
     * @throws org.attention4j.api.ShapeMismatchException if the output's shape does not fit, before anything is written
     */
    public void add(Tokens in, Tensor out, Workspace workspace) {
        lookUp(in, out, true, workspace);
    }

    private void lookUp(Tokens in, Tensor out, boolean added, Workspace workspace) {
        check("output", in, out);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            LookUp task = scratch.object(LookUp.class, LookUp::new);
            task.embedding = this;
            task.ids = in.ids();
            task.added = added;
            task.y = added ? out.readable(scratch) : out.writable(scratch);
            task.yOffset = out.offset();
            task.over(in.extents(), workspace);
            out.commit(task.y);
        } finally {
            workspace.end(mark);
        }
    }

    private void check(String what, Tokens in, Tensor tensor) {
        LayerShapes.check(what, tensor, in.extents(), width);
        in.check(vocabulary);
    }

    /**
     * Adds the gradient of {@code sum(dOut · out)}: dWeight[id_t] += dOut_t, for sequences and positions in order.
     *
     * @param in {@code [B, T]}, the tokens of the forward pass
     * @param dOut {@code [B, T, D]}, the cotangent of the output; not read at padding
     * @param dParameters {@code weight [V, D]}, or nothing
     * @param workspace scratch memory
     * @throws UnknownTokenException if an id is not in 0 to V − 1, before anything is written
     * @throws org.attention4j.api.ShapeMismatchException if a shape does not fit, before anything is written
     * @throws org.attention4j.api.UnknownTensorException if {@code dParameters} has another name
     */
    public void backward(Tokens in, Tensor dOut, NamedTensors dParameters, Workspace workspace) {
        check("cotangent", in, dOut);
        Parameters.checkGradients(parameterSpecs(), dParameters);
        if (!dParameters.contains("weight")) {
            return;
        }
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Tensor target = dParameters.get("weight");
            float[] dWeight = target.readable(scratch);
            float[] dY = dOut.readable(scratch);
            for (int b = 0; b < in.batch(); b++) {
                for (int t = 0; t < in.length(b); t++) {
                    int row = b * in.time() + t;
                    int to = target.offset() + in.ids()[row] * width;
                    kernels.add(dY, dOut.offset() + row * width, dWeight, to, width);
                }
            }
            target.commit(dWeight);
        } finally {
            workspace.end(mark);
        }
    }

    private static final class LookUp extends RowTask {
        private @Nullable Embedding embedding;
        private int[] ids = {};
        private boolean added;

        @Override
        void rows(int from, int to, Scratch scratch) {
            Embedding of = Objects.requireNonNull(embedding);
            int n = of.width;
            for (int i = from; i < to; i++) {
                if (added) {
                    of.kernels.add(of.weight, ids[i] * n, y, yOffset + i * n, n);
                } else {
                    System.arraycopy(of.weight, ids[i] * n, y, yOffset + i * n, n);
                }
            }
        }

        @Override
        void padding(int from, int to) {
            if (!added) {
                clear(Objects.requireNonNull(embedding).width, from, to);
            }
        }
    }
}
