package org.attention4j.model;

import java.util.List;
import java.util.Optional;
import org.attention4j.api.Attentive;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * A residual sum around a mixer, y = x + f(x) (He et al. 2016), or y = s(x) + f(x) where a shortcut s makes the widths equal. Mixers that are
 * stacked without a {@link Block}'s norms and MLP stand in such sums: the LSTMs of GNMT, the convolutions of ConvS2S, ByteNet and QuartzNet. What is between the
 * two ends is mostly a {@link Sequential}.
 *
 * <p>Parameters are those of the mixer under {@code mixer.} and those of the shortcut under {@code shortcut.}.
 *
 * <p>It is itself a mixer {@code [B, T, D]} to {@code [B, T, D']}: incremental, differentiable and attentive if the mixer inside is. Its state and its
 * attention weights are the mixer's.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class Residual extends MixerFrame {
    private final Part.Mixing inside;
    private final Part.@Nullable Applying around;

    private Residual(Part.Mixing inside, Part.@Nullable Applying around) {
        super(inside.mixer(), BlockSpec.ofSum(inside, Optional.ofNullable(around)));
        this.inside = inside;
        this.around = around;
    }

    /**
     * y = x + f(x).
     *
     * @param mixer f, whose output is as wide as its input
     * @return the sum
     * @throws BadConfigurationException if the mixer's output has another width than its input
     */
    public static Residual of(SequenceMixer mixer) {
        return new Residual(inside(mixer), null);
    }

    /**
     * y = s(x) + f(x).
     *
     * @param mixer f
     * @param shortcut s, of the mixer's widths: a convolution of one tap
     * @return the sum
     * @throws BadConfigurationException if the shortcut has other widths than the mixer
     */
    public static Residual of(SequenceMixer mixer, LinearLayer shortcut) {
        MixerSpec spec = mixer.spec();
        if (shortcut.inputWidth() != spec.inputWidth() || shortcut.outputWidth() != spec.outputWidth()) {
            throw new BadConfigurationException(
                    "shortcut",
                    shortcut.inputWidth() + " to " + shortcut.outputWidth(),
                    "must be of the mixer's widths, " + spec.inputWidth() + " to " + spec.outputWidth());
        }
        return new Residual(inside(mixer), new Part.Applying(shortcut, "shortcut."));
    }

    private static Part.Mixing inside(SequenceMixer mixer) {
        return new Part.Mixing(mixer, "mixer.");
    }

    @Override
    public NamedTensors parameters() {
        NamedTensors own = inside.parameters();
        return around == null ? own : own.and("", around.parameters());
    }

    @Override
    public Residual withParameters(ParameterSource source) {
        return new Residual(inside.withParameters(source), around == null ? null : around.withParameters(source));
    }

    @Override
    void run(Sequences in, @Nullable BlockState state, Tensor out, Workspace workspace) {
        int mark = workspace.begin();
        try {
            inside.forward(in, null, state, out, workspace);
            addShortcut(in, out, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    private void addShortcut(Sequences in, Tensor out, Workspace workspace) {
        Sequences sum = in;
        if (around != null) {
            sum = Intermediate.like(in, spec.outputWidth(), workspace.scratch());
            around.forward(in, null, null, sum.tensor(), workspace);
        }
        RowSum.add(sum, out, workspace);
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        spec.check(in, out);
        int mark = workspace.begin();
        try {
            Recording recording = inside.record(in, null, out, workspace);
            addShortcut(in, out, workspace);
            return new SequentialRecording(this, List.of(new SequentialRecording.Pass(in, recording)));
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        spec.require(Capability.DIFFERENTIABLE);
        SequentialRecording own = recording.require(this, SequentialRecording.class);
        SequentialRecording.Pass pass = own.passes().get(0);
        Sequences in = pass.in();
        spec.check(this, recording, in, dOut, gradients);
        int mark = workspace.begin();
        try {
            inside.backward(in, pass.recording(), dOut, gradients, workspace);
            if (around != null) {
                around.backward(in, null, dOut, gradients, workspace);
            } else if (gradients.input().isPresent()) {
                Tensor dIn = gradients.input().get();
                RowSum.add(Sequences.of(dOut, in.lengths()), dIn, workspace);
            }
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public void weights(Sequences in, Tensor weights, Workspace workspace) {
        spec.checkWeights(in, in.time(), weights);
        mixer.require(Attentive.class).weights(in, weights, workspace);
    }
}
