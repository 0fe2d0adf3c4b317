package org.attention4j.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Scratch;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), in PyTorch's order of operations:
 *
 * <pre>
 * θ ← θ · (1 − η λ)
 * m ← m + (1 − β₁) (g − m)
 * v ← β₂ v + (1 − β₂) g²
 * θ ← θ − η / (1 − β₁ⁿ) · m / (√v / √(1 − β₂ⁿ) + ε)
 * </pre>
 *
 * for step n = 1, 2, …; η learning rate, λ weight decay. Every element is computed alone: the same bits on any number of
 * threads.
 *
 * <p>It holds m and v of the parameters it was made for, and is not safe for two threads at once.
 */
public final class AdamW {
    /**
     * The constants.
     *
     * @param learningRate η, at least 0
     * @param beta1 β₁, in [0, 1)
     * @param beta2 β₂, in [0, 1)
     * @param epsilon ε, at least 0
     * @param weightDecay λ, at least 0
     */
    public record Options(double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {
        /**
         * Checks.
         *
         * @throws IllegalArgumentException if a constant is negative, infinite or NaN, or β₁ or β₂ is not less than 1
         */
        public Options {
            check("learning rate", learningRate, Double.POSITIVE_INFINITY);
            check("beta1", beta1, 1);
            check("beta2", beta2, 1);
            check("epsilon", epsilon, Double.POSITIVE_INFINITY);
            check("weight decay", weightDecay, Double.POSITIVE_INFINITY);
        }

        private static void check(String what, double value, double end) {
            if (!(value >= 0 && value < end)) {
                throw new IllegalArgumentException(what + " " + value + "; it must be at least 0 and less than " + end);
            }
        }

        /**
         * PyTorch's defaults: β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, λ = 0.01.
         *
         * @param learningRate η; PyTorch's default is 0.001
         * @return the constants
         */
        public static Options of(double learningRate) {
            return new Options(learningRate, 0.9, 0.999, 1e-8, 0.01);
        }

        /**
         * The same with another learning rate, for schedules.
         *
         * @param rate η
         * @return new constants
         */
        public Options withLearningRate(double rate) {
            return new Options(rate, beta1, beta2, epsilon, weightDecay);
        }

        /**
         * The same with another weight decay.
         *
         * @param decay λ
         * @return new constants
         */
        public Options withWeightDecay(double decay) {
            return new Options(learningRate, beta1, beta2, epsilon, decay);
        }
    }

    /** Elements of one part of the work: 64 KB of each of the four arrays. */
    private static final int BLOCK = 1 << 14;

    private final Map<String, float[]> means = new LinkedHashMap<>();
    private final Map<String, float[]> squares = new LinkedHashMap<>();
    private final NamedTensors parameters;
    private Options options;
    private int steps;

    /**
     * An optimiser at step 0.
     *
     * @param parameters the tensors that {@link #step} changes; the caller's, who makes layers and mixers of them again by
     *     {@code withParameters}
     * @param options the constants
     */
    public AdamW(NamedTensors parameters, Options options) {
        this.parameters = parameters;
        this.options = Objects.requireNonNull(options, "options");
        parameters.forEach((name, tensor) -> {
            means.put(name, new float[Math.toIntExact(tensor.size())]);
            squares.put(name, new float[Math.toIntExact(tensor.size())]);
        });
    }

    /**
     * The tensors that are optimised.
     *
     * @return the caller's own
     */
    public NamedTensors parameters() {
        return parameters;
    }

    /**
     * How many steps were made.
     *
     * @return n
     */
    public int steps() {
        return steps;
    }

    /**
     * Changes the constants from the next step on.
     *
     * @param next the constants
     */
    public void setOptions(Options next) {
        options = Objects.requireNonNull(next, "options");
    }

    /**
     * Makes one step: changes every parameter against its gradient. It is not cancelled by an interrupt.
     *
     * @param gradients of every parameter, under its name; not changed
     * @param workspace scratch memory and threads
     * @throws org.attention4j.api.UnknownTensorException if a gradient is missing, before anything is changed
     * @throws org.attention4j.api.ShapeMismatchException if one has another shape, before anything is changed
     */
    public void step(NamedTensors gradients, Workspace workspace) {
        parameters.forEach(
                (name, tensor) -> MixerSpec.check("gradient of '" + name + "'", gradients.get(name), tensor.shape()));
        int mark = workspace.begin();
        workspace.mustFinish();
        steps++;
        try {
            Update update = workspace.scratch().object(Update.class, Update::new);
            update.set(options, steps);
            parameters.forEach((name, tensor) -> update.run(
                    tensor,
                    gradients.get(name),
                    Objects.requireNonNull(means.get(name)),
                    Objects.requireNonNull(squares.get(name)),
                    workspace));
        } finally {
            workspace.end(mark);
        }
    }

    /** Constants are computed in double and then rounded, as PyTorch does. */
    private static final class Update implements Workspace.Task {
        private float kept;
        private float meanShare;
        private float beta2;
        private float squareShare;
        private float correction;
        private float epsilon;
        private float negativeStep;
        private float[] theta = {};
        private int thetaOffset;
        private float[] gradient = {};
        private int gradientOffset;
        private float[] mean = {};
        private float[] square = {};

        void set(Options options, int step) {
            kept = (float) (1 - options.learningRate() * options.weightDecay());
            meanShare = (float) (1 - options.beta1());
            beta2 = (float) options.beta2();
            squareShare = (float) (1 - options.beta2());
            correction = (float) Math.sqrt(1 - StrictMath.pow(options.beta2(), step));
            epsilon = (float) options.epsilon();
            negativeStep = (float) -(options.learningRate() / (1 - StrictMath.pow(options.beta1(), step)));
        }

        void run(Tensor parameter, Tensor derivative, float[] m, float[] v, Workspace workspace) {
            Scratch scratch = workspace.scratch();
            int mark = scratch.mark();
            theta = parameter.readable(scratch);
            thetaOffset = parameter.offset();
            gradient = derivative.readable(scratch);
            gradientOffset = derivative.offset();
            mean = m;
            square = v;
            workspace.run((m.length + BLOCK - 1) / BLOCK, this);
            parameter.commit(theta);
            scratch.release(mark);
        }

        @Override
        public void run(int index, Scratch scratch) {
            int end = Math.min(index * BLOCK + BLOCK, mean.length);
            for (int i = index * BLOCK; i < end; i++) {
                float g = gradient[gradientOffset + i];
                float m = mean[i] + meanShare * (g - mean[i]);
                float v = square[i] * beta2 + squareShare * g * g;
                float decayed = theta[thetaOffset + i] * kept;
                mean[i] = m;
                square[i] = v;
                float denominator = (float) Math.sqrt(v) / correction + epsilon;
                theta[thetaOffset + i] = decayed + negativeStep * m / denominator;
            }
        }
    }
}
