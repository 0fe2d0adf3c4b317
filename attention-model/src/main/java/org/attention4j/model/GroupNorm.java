package org.attention4j.model;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.jspecify.annotations.Nullable;

/**
 * y = (x − mean) / √(variance + ε) · weight + bias, mean and variance (divided by their count) taken over all positions of a sequence and the
 * channels of a group (Wu and He 2018, equations 1 and 2). With one group it is the global layer norm of Conv-TasNet (Luo and Mesgarani 2019,
 * equations 17 and 18), with as many groups as channels an instance norm over time (Ulyanov et al. 2016), as in wav2vec 2.0's first layer.
 *
 * <p>Parameters as PyTorch's {@code GroupNorm} has them: {@code weight [D]}, at first ones, and {@code bias [D]}, at first zeros.
 *
 * <p>What a position becomes depends on all others, also on later ones: so it is no {@link Layer} but a mixer {@code [B, T, D]} to {@code
 * [B, T, D]}, and neither causal nor incremental. Padding is not counted.
 *
 * <p>Same bits: the sums of a channel are chains over its positions in float64, those of a group add its channels in order. x̂ = (x − mean) · (1 / √(variance + ε)) and
 * fma(x̂, weight, bias) are in float32.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class GroupNorm implements Differentiable {
    private static final Option<Integer> GROUPS =
            Option.integer("groups", 1, Integer.MAX_VALUE, 1, "Groups of channels; divides the width.");
    /** With 0, a sequence of one position and groups of one channel would be 0 / 0; Conv-TasNet has 1e-8. */
    private static final double LEAST_EPSILON = 1e-12;

    private static final Option<Double> EPSILON =
            Option.decimal("norm-epsilon", LEAST_EPSILON, 1, LayerNorm.DEFAULT_EPSILON, "Epsilon.");
    private static final MixerKind KIND = new MixerKind(
            "group-norm",
            MixerFamily.OTHER,
            "A norm over all positions of a sequence and groups of channels",
            OptionSchema.of(GROUPS, EPSILON),
            Set.of(Capability.DIFFERENTIABLE));

    private final MixerSpec spec;
    private final NamedTensors parameters;
    private final float[] weight;
    private final float[] bias;
    private final int groups;
    private final float epsilon;

    private GroupNorm(MixerSpec spec, ParameterSource source) {
        this.spec = spec;
        parameters = Parameters.filled(spec.parameters(), source);
        weight = parameters.get("weight").array();
        bias = parameters.get("bias").array();
        groups = spec.config().get(GROUPS);
        epsilon = spec.config().get(EPSILON).floatValue();
    }

    /**
     * A norm.
     *
     * @param width D
     * @param groups groups of neighbouring channels, all of the same size
     * @param epsilon ε, {@link LayerNorm#DEFAULT_EPSILON} if in doubt; from 1e-12 to 1, used as a float
     * @param source fills {@code weight} and {@code bias}
     * @return the norm
     * @throws BadShapeException if the width is not positive
     * @throws BadConfigurationException if the groups do not divide the width, or ε is out of range
     */
    public static GroupNorm of(int width, int groups, double epsilon, ParameterSource source) {
        if (width < 1) {
            throw new BadShapeException("a group norm of width " + width + ": must be positive");
        }
        MixerSpec.Builder spec =
                MixerSpec.of(KIND, MixerConfig.width(width).with(GROUPS, groups).with(EPSILON, epsilon));
        if (width % groups != 0) {
            throw new BadConfigurationException(
                    GROUPS.name(), Integer.toString(groups), "must divide the width, " + width);
        }
        spec.causal(false)
                .parameter("weight", InitialValue.ones(), width)
                .parameter("bias", InitialValue.zeros(), width);
        return new GroupNorm(spec.build(), source);
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public NamedTensors parameters() {
        return parameters.copy();
    }

    @Override
    public GroupNorm withParameters(ParameterSource source) {
        return new GroupNorm(spec, source);
    }

    /** Channels of a group. */
    private int size() {
        return spec.inputWidth() / groups;
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        int mark = workspace.begin();
        try {
            float[] moments = moments(in, workspace);
            Normal task = workspace.scratch().object(Normal.class, Normal::new);
            task.of(this, in, moments);
            task.write(in, in.tensor(), out, workspace);
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        forward(in, out, workspace);
        return new SequentialRecording(this, List.of(new SequentialRecording.Pass(in, null)));
    }

    /** {@code [B, groups, 2]}: the mean, and 1 / √(variance + ε). */
    private float[] moments(Sequences in, Workspace workspace) {
        Scratch scratch = workspace.scratch();
        float[] moments = scratch.floats(Math.multiplyExact(in.batch(), 2 * groups));
        ChannelSums sums = scratch.object(ChannelSums.class, ChannelSums::new);
        sums.ofValues(in, workspace);
        for (int i = 0; i < in.batch() * groups; i++) {
            moments[2 * i] = (float) (ofGroup(sums.first(), i) / count(in, i));
        }
        sums.ofSquares(in, moments, size(), workspace);
        for (int i = 0; i < in.batch() * groups; i++) {
            moments[2 * i + 1] = (float) (1 / Math.sqrt(ofGroup(sums.first(), i) / count(in, i) + epsilon));
        }
        return moments;
    }

    /** The sum of a group's channels, groups counted over all sequences. */
    private double ofGroup(double[] sums, int group) {
        double sum = 0;
        for (int c = group * size(); c < (group + 1) * size(); c++) {
            sum += sums[c];
        }
        return sum;
    }

    /** The same of the channels' weights by their sums. */
    private double ofWeights(double[] sums, int group) {
        double sum = 0;
        int first = group * size();
        for (int c = 0; c < size(); c++) {
            sum += weight[(first + c) % spec.inputWidth()] * sums[first + c];
        }
        return sum;
    }

    /** How many numbers there are in a group; 1 if none. */
    private double count(Sequences in, int group) {
        return Math.max(1.0, (double) in.length(group / groups) * size());
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        SequentialRecording own = recording.require(this, SequentialRecording.class);
        Sequences in = own.passes().get(0).in();
        spec.check(this, recording, in, dOut, gradients);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] moments = moments(in, workspace);
            ChannelSums sums = scratch.object(ChannelSums.class, ChannelSums::new);
            sums.ofGradients(in, dOut, moments, size(), workspace);
            add(gradients.parameters(), "bias", sums.first(), in, scratch);
            add(gradients.parameters(), "weight", sums.second(), in, scratch);
            if (gradients.input().isPresent()) {
                float[] means = scratch.floats(moments.length);
                for (int i = 0; i < in.batch() * groups; i++) {
                    means[2 * i] = (float) (ofWeights(sums.first(), i) / count(in, i));
                    means[2 * i + 1] = (float) (ofWeights(sums.second(), i) / count(in, i));
                }
                InputGradient task = scratch.object(InputGradient.class, InputGradient::new);
                task.of(this, in, moments);
                task.means = means;
                task.in = in.tensor().readable(scratch);
                task.inOffset = in.tensor().offset();
                task.add(in, dOut, gradients.input().get(), workspace);
            }
        } finally {
            workspace.end(mark);
        }
    }

    /** Adds what each sequence says, in order. */
    private void add(NamedTensors wanted, String name, double[] sums, Sequences in, Scratch scratch) {
        if (wanted.contains(name)) {
            Tensor gradient = wanted.get(name);
            float[] sum = gradient.readable(scratch);
            int width = spec.inputWidth();
            for (int b = 0; b < in.batch(); b++) {
                for (int c = 0; c < width; c++) {
                    sum[gradient.offset() + c] += (float) sums[b * width + c];
                }
            }
            gradient.commit(sum);
        }
    }

    /** What is done to every position with the moments of its sequence. */
    private abstract static class GroupTask extends RowTask {
        @Nullable
        GroupNorm norm;

        float[] moments = NONE;
        int time;

        final void of(GroupNorm norm, Sequences in, float[] moments) {
            this.norm = norm;
            this.moments = moments;
            time = in.time();
        }

        /** Some channels of a row, of one group. */
        abstract void channels(GroupNorm norm, int group, int row, int from, int to);

        @Override
        final void rows(int from, int to, Scratch scratch) {
            GroupNorm of = Objects.requireNonNull(norm);
            int size = of.size();
            for (int i = from; i < to; i++) {
                for (int g = 0; g < of.groups; g++) {
                    channels(of, i / time * of.groups + g, i * of.spec.inputWidth(), g * size, (g + 1) * size);
                }
            }
        }

        @Override
        final void padding(int from, int to) {
            if (clears()) {
                clear(Objects.requireNonNull(norm).spec.inputWidth(), from, to);
            }
        }

        abstract boolean clears();
    }

    /** y = fma(x̂, weight, bias). */
    private static final class Normal extends GroupTask {
        @Override
        void channels(GroupNorm norm, int group, int row, int from, int to) {
            float mean = moments[2 * group];
            float scale = moments[2 * group + 1];
            for (int c = from; c < to; c++) {
                y[yOffset + row + c] = Math.fma((x[xOffset + row + c] - mean) * scale, norm.weight[c], norm.bias[c]);
            }
        }

        @Override
        boolean clears() {
            return true;
        }
    }

    /** dX += (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + ε), g = dY · weight. */
    private static final class InputGradient extends GroupTask {
        private float[] in = NONE;
        private int inOffset;
        private float[] means = NONE;

        @Override
        void channels(GroupNorm norm, int group, int row, int from, int to) {
            float mean = moments[2 * group];
            float scale = moments[2 * group + 1];
            for (int c = from; c < to; c++) {
                float normal = (in[inOffset + row + c] - mean) * scale;
                float g = Math.fma(x[xOffset + row + c], norm.weight[c], -means[2 * group]);
                y[yOffset + row + c] += scale * Math.fma(-normal, means[2 * group + 1], g);
            }
        }

        @Override
        boolean clears() {
            return false;
        }
    }
}
