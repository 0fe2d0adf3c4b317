package org.attention4j.rnn;

import java.util.List;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.kernels.Kernels;

/**
 * One step of a recurrence, for the rows of several sequences at once; a row's result does not depend on the others.
 *
 * <p>A <em>state row</em> holds the values that go from position to position, {@code [H]} each, one after the other;
 * the first are the position's output. A <em>gate row</em> {@code [G · H]} comes with the input's projection, bias
 * included, and leaves with what {@link #backward} wants to know. Instances keep nothing.
 *
 * <p>Where {@link #apart} is not 0, the projections of input and state share only some gates: a gate row is {@code
 * [(G + apart) · H]}, that of the input its first {@code G · H} floats, that of the state its last. The rows of W are
 * then rotated, so that its last gates, which the state does not share, come first.
 */
interface Cell {
    /**
     * The names of a state row's parts.
     *
     * @return as {@code newHidden} names them
     */
    List<String> stateNames();

    /**
     * Whether its functions have no kinks and jumps, so that differences tell their derivative.
     *
     * @return true of sigmoids and hyperbolic tangents
     */
    default boolean smooth() {
        return true;
    }

    /**
     * G, the rows of a weight for each hidden unit.
     *
     * @return at least 1
     */
    int gates();

    /**
     * How many gates, the last of a weight, the input and the state do not share.
     *
     * @return 0 if their projections are added
     */
    default int apart() {
        return 0;
    }

    /**
     * How many more values for each hidden unit a gate row has behind those, which the cell keeps for its gradient.
     *
     * @return 0 if it keeps none
     */
    default int spare() {
        return 0;
    }

    /**
     * Whether gates see the state at all; if not, there is no U.
     *
     * @return whether they do
     */
    default boolean isRecurrent() {
        return true;
    }

    /**
     * How many gates, the last of a weight, see the state through the reset gate: what they see instead, {@code [H]},
     * is the last of a gate row.
     *
     * @return 0 or 1
     */
    default int throughReset() {
        return 0;
    }

    /**
     * H of a configuration.
     *
     * @param config resolved
     * @return what the option says
     */
    default int hidden(MixerConfig config) {
        return config.get(StackOptions.HIDDEN);
    }

    /**
     * K, the blocks on the diagonal of each gate's part of W; it has no others.
     *
     * @return 1 if W is dense
     */
    default int blocks() {
        return 1;
    }

    /**
     * Whether a gate row has the input itself, {@code [H]}, behind the gates.
     *
     * @return whether it is taken in as it is
     */
    default boolean takesInput() {
        return false;
    }

    /**
     * Whether there are {@link Decays}.
     *
     * @return true of linear recurrences with factors of their own
     */
    default boolean hasDecays() {
        return false;
    }

    /**
     * How many gates have peephole weights.
     *
     * @return 0 if none
     */
    default int peepholes() {
        return 0;
    }

    /**
     * The width of the first part of a state row.
     *
     * @param hidden H
     * @return H, unless the cell projects its output
     */
    default int outputWidth(int hidden) {
        return hidden;
    }

    /**
     * Takes rows one position on.
     *
     * @param kernels numerics
     * @param weights of the direction
     * @param rows how many
     * @param gates gate rows, read and written
     * @param gatesAt the first
     * @param gatesStride from one to the next
     * @param state state rows before the position, replaced by those after it
     * @param stateAt the first
     * @param stateStride from one to the next
     * @param fromEnd whether to read weights from their last columns to the first, as every other position does; see {@link WeightSweep}
     */
    void forward(
            Kernels kernels,
            Direction weights,
            int rows,
            float[] gates,
            int gatesAt,
            int gatesStride,
            float[] state,
            int stateAt,
            int stateStride,
            boolean fromEnd);

    /**
     * Takes gradients of rows one position back.
     *
     * @param kernels numerics
     * @param weights of the direction
     * @param rows how many
     * @param gates gate rows as {@link #forward} left them
     * @param gatesAt the first, in {@code dGates} too
     * @param gatesStride from one to the next, in {@code dGates} too
     * @param states state rows of all positions
     * @param beforeAt the first of those before the position
     * @param afterAt the first of those after it
     * @param statesStride from one sequence's to the next's
     * @param dState gradients of the states after the position, replaced by those of the states before it
     * @param dStateAt the first
     * @param dStateStride from one to the next
     * @param dGates gradients of the input's projection, written
     * @param fromEnd whether to read weights from their last columns to the first, as every other position does; see {@link WeightSweep}
     */
    void backward(
            Kernels kernels,
            Direction weights,
            int rows,
            float[] gates,
            int gatesAt,
            int gatesStride,
            float[] states,
            int beforeAt,
            int afterAt,
            int statesStride,
            float[] dState,
            int dStateAt,
            int dStateStride,
            float[] dGates,
            boolean fromEnd);

    /**
     * Adds the gradients of the parameters that this cell alone has: over sequences in order, and over positions in
     * order inside each.
     *
     * @param layer the layer
     * @param recording of it
     * @param d which direction
     * @param dGates as {@link #backward} left them
     * @param wanted the parameters' gradients, added to
     * @param scratch of the calling thread
     */
    default void addOwnGradients(
            Layer layer, LayerRecording recording, int d, float[] dGates, NamedTensors wanted, Scratch scratch) {}
}
