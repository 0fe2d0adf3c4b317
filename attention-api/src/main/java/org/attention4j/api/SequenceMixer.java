package org.attention4j.api;

import java.util.Objects;

/**
 * Maps a batch of sequences {@code [B, T, D]} to {@code [B, T, D']} and lets positions exchange information.
 *
 * <p>A mixer is immutable: parameters and configuration never change, nothing about a call is kept. It is safe for any
 * number of threads at once, as long as each has a {@link Workspace} and outputs of its own. What else a mixer can do is
 * said by the capability interfaces it declares in {@link #spec()}: {@link Incremental}, {@link Differentiable}, {@link
 * Attentive}, {@link Contextual}, {@link Recurrent}.
 *
 * <p>Same bits: every output element depends on the values it is defined by and on nothing else: not on the number of
 * threads, the batch it is in, its padding, how a sequence is cut into chunks, the machine or the width of its vectors.
 * A mixer that cannot keep this declares its {@link Exactness}.
 */
public interface SequenceMixer {
    /**
     * What this mixer is: kind, resolved configuration, widths, capabilities, parameter shapes.
     *
     * @return immutable data
     */
    MixerSpec spec();

    /**
     * The parameters by name, in the order of {@link MixerSpec#parameters()}: PyTorch's names and layouts where PyTorch
     * has the layer.
     *
     * @return copies: writing to them changes nothing here, see {@link #withParameters}
     */
    NamedTensors parameters();

    /**
     * A mixer of the same configuration with other parameters. After an optimiser's step this is how the new values come
     * into use; a mixer with the old ones stays what it was.
     *
     * @param source fills every parameter
     * @return a new mixer
     */
    SequenceMixer withParameters(ParameterSource source);

    /**
     * Mixes whole sequences. Outputs at padding positions are 0.
     *
     * @param in {@code [B, T, D]} with true lengths; not written
     * @param out {@code [B, T, D']}; every element is written
     * @param workspace scratch memory and threads; no memory is allocated once it has grown to what such a call needs
     * @throws ShapeMismatchException if a width or an extent is not what {@link #spec()} says, before anything is written
     * @throws OverlapException if {@code out} shares memory with {@code in}
     * @throws CancelledException if the calling thread is interrupted; {@code out} then holds some of the results
     */
    void forward(Sequences in, Tensor out, Workspace workspace);

    /**
     * As {@link #forward(Sequences, Tensor, Workspace)} with a workspace for this call alone. A caller of many should keep
     * a workspace.
     *
     * @param in {@code [B, T, D]} with true lengths
     * @param out {@code [B, T, D']}
     */
    default void forward(Sequences in, Tensor out) {
        try (Workspace workspace = Workspace.create()) {
            forward(in, out, workspace);
        }
    }

    /**
     * This mixer as one that has a capability.
     *
     * @param type the capability's interface
     * @param <T> the capability's interface
     * @return this
     * @throws UnsupportedCapabilityException if it is not declared, with the reason
     */
    default <T extends SequenceMixer> T require(Class<T> type) {
        Objects.requireNonNull(type, "type");
        spec().require(Capability.of(type));
        return type.cast(this);
    }
}
