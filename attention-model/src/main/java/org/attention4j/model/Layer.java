package org.attention4j.model;

import java.util.List;
import org.attention4j.api.Gradients;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * A layer that treats every position alone: {@code [B, T, D]} to {@code [B, T, D']}, y_t = f(x_t; θ). What exchanges
 * information between positions is a {@link org.attention4j.api.SequenceMixer}.
 *
 * <p>As with mixers: immutable and safe for any number of threads, each with a workspace and outputs of its own; padding is
 * never read and its outputs are 0; the same bits on any number of threads, in any batch, for any padding. The backward pass
 * needs the layer's input and nothing else, so there is no recording.
 */
public interface Layer {
    /**
     * D.
     *
     * @return at least 1
     */
    int inputWidth();

    /**
     * D'.
     *
     * @return at least 1
     */
    int outputWidth();

    /**
     * The parameters' names (PyTorch's), shapes and initial values.
     *
     * @return in the order of {@link #parameters}
     */
    List<ParameterSpec> parameterSpecs();

    /**
     * The parameters by name.
     *
     * @return copies: writing to them changes nothing here
     */
    NamedTensors parameters();

    /**
     * Whether outputs have no kinks and jumps, so that differences tell their derivative; a mixer with the layer inside says so, too.
     *
     * @return true by default
     */
    default boolean smooth() {
        return true;
    }

    /**
     * The same layer with other parameters.
     *
     * @param source fills every parameter
     * @return a new layer
     */
    Layer withParameters(ParameterSource source);

    /**
     * Computes y = f(x; θ). No memory is allocated once the workspace has grown to what such a call needs.
     *
     * @param in {@code [B, T, D]} with true lengths; not written
     * @param out {@code [B, T, D']}; every element is written, 0 at padding
     * @param workspace scratch memory and threads
     * @throws org.attention4j.api.ShapeMismatchException if a shape does not fit, before anything is written
     * @throws org.attention4j.api.OverlapException if {@code out} shares memory with {@code in}
     */
    void forward(Sequences in, Tensor out, Workspace workspace);

    /**
     * Adds the gradients of {@code sum(dOut · f(in; θ))} to the caller's. Sums over positions run in the order of sequences
     * and of positions in them.
     *
     * @param in {@code [B, T, D]}, the input of the forward pass
     * @param dOut {@code [B, T, D']}, the cotangent of the output; not read at padding
     * @param gradients what is wanted of input and parameters, and where it is added; padding is left as it is
     * @param workspace scratch memory and threads
     * @throws org.attention4j.api.ShapeMismatchException if a shape does not fit, before anything is written
     * @throws org.attention4j.api.UnknownTensorException if a parameter's gradient has a name that no parameter has
     */
    void backward(Sequences in, Tensor dOut, Gradients gradients, Workspace workspace);
}
