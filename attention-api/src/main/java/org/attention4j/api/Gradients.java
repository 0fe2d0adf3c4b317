package org.attention4j.api;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which gradients a backward pass is to compute, and the tensors it adds them to. What is absent is not computed.
 *
 * <p>Immutable; the tensors are the caller's.
 */
public final class Gradients {
    private static final Gradients NONE = new Gradients(null, null, null, NamedTensors.empty());

    private final @Nullable Tensor input;
    private final @Nullable Tensor context;
    private final @Nullable NamedTensors initial;
    private final NamedTensors parameters;

    private Gradients(
            @Nullable Tensor input, @Nullable Tensor context, @Nullable NamedTensors initial, NamedTensors parameters) {
        this.input = input;
        this.context = context;
        this.initial = initial;
        this.parameters = parameters;
    }

    /**
     * Nothing is wanted yet.
     *
     * @return a start for the {@code with} methods
     */
    public static Gradients none() {
        return NONE;
    }

    /**
     * The gradients of the input and of every parameter, in new tensors of zeros.
     *
     * @param spec of the mixer
     * @param in the input
     * @return new gradients
     */
    public static Gradients zeros(MixerSpec spec, Sequences in) {
        return none().withInput(Tensor.zeros(in.tensor().shape())).withParameters(spec.zeroParameters());
    }

    /**
     * These and the input's.
     *
     * @param dIn {@code [B, T, D]}, added to
     * @return new gradients
     */
    public Gradients withInput(Tensor dIn) {
        return new Gradients(Objects.requireNonNull(dIn, "dIn"), context, initial, parameters);
    }

    /**
     * These and the context's.
     *
     * @param dContext {@code [B, S, C]}, added to
     * @return new gradients
     */
    public Gradients withContext(Tensor dContext) {
        return new Gradients(input, Objects.requireNonNull(dContext, "dContext"), initial, parameters);
    }

    /**
     * These and the initial hidden state's.
     *
     * @param dInitial as {@link Recurrent#newHidden} has it, added to
     * @return new gradients
     */
    public Gradients withInitial(NamedTensors dInitial) {
        return new Gradients(input, context, Objects.requireNonNull(dInitial, "dInitial"), parameters);
    }

    /**
     * These and some or all parameters'.
     *
     * @param dParameters under the parameters' names, added to; a parameter that is not named is not wanted
     * @return new gradients
     */
    public Gradients withParameters(NamedTensors dParameters) {
        return new Gradients(input, context, initial, Objects.requireNonNull(dParameters, "dParameters"));
    }

    /**
     * Where the input's gradient is added.
     *
     * @return empty if it is not wanted
     */
    public Optional<Tensor> input() {
        return Optional.ofNullable(input);
    }

    /**
     * Where the context's gradient is added.
     *
     * @return empty if it is not wanted
     */
    public Optional<Tensor> context() {
        return Optional.ofNullable(context);
    }

    /**
     * Where the initial state's gradient is added.
     *
     * @return empty if it is not wanted
     */
    public Optional<NamedTensors> initial() {
        return Optional.ofNullable(initial);
    }

    /**
     * Where the parameters' gradients are added.
     *
     * @return those that are wanted
     */
    public NamedTensors parameters() {
        return parameters;
    }

    /** Sets every tensor to 0, for the next pass. */
    public void clear() {
        input().ifPresent(tensor -> tensor.fill(0));
        context().ifPresent(tensor -> tensor.fill(0));
        initial().ifPresent(tensors -> tensors.fill(0));
        parameters.fill(0);
    }
}
