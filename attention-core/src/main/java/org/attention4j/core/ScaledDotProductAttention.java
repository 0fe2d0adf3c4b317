package org.attention4j.core;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OverlapException;
import org.attention4j.api.Scratch;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * The operator alone: {@code out = softmax(scale · QKᵀ + bias) V} for queries {@code [B, H, T, E]}, keys {@code [B, K, S, E]} and values
 * {@code [B, K, S, E']} (Vaswani et al. 2017, equation 1; Dao et al. 2022 for the computation).
 *
 * <p>Scores are scaled, soft-capped, modified, biased, masked and turned into weights, in this order. Unless said otherwise: scale 1/√E,
 * nothing else, every query sees every key. A query with nothing to attend to gets 0. Blocks of keys that no query of a task sees are neither
 * read nor computed, by what masks say of them ({@link org.attention4j.api.variant.AttentionMask#visibility}), a mask of the call, or −∞ in a
 * bias; {@link #pairs} tells how much that is.
 *
 * <p>Keys and values come in tensors or in a {@link KeyValueCache}, with the same bits. Memory beyond inputs, outputs and recordings does not grow with T or S, except for weightings (with S), {@link #weights}, log-sum-exps (with
 * T) and tensors that are not arrays, which are copied. Immutable; safe for any number of threads.
 */
public final class ScaledDotProductAttention {
    private static final ScaledDotProductAttention PLAIN =
            new ScaledDotProductAttention(Float.NaN, 0, false, AttentionVariant.softmax(), null, null);

    private static final float[] NOTHING_LEARNED = {}; // withVariant refuses one with parameters

    /** NaN stands for 1/√E. */
    private final float scale;

    private final float softCap;
    private final boolean causal;
    private final AttentionVariant variant;
    private final @Nullable WeightDropout dropout;
    /** Null stands for the preferred ones, which are not chosen before they are needed. */
    private final @Nullable Kernels kernels;

    private ScaledDotProductAttention(
            float scale,
            float softCap,
            boolean causal,
            AttentionVariant variant,
            @Nullable WeightDropout dropout,
            @Nullable Kernels kernels) {
        this.scale = scale;
        this.softCap = softCap;
        this.causal = causal;
        this.variant = variant;
        this.dropout = dropout;
        this.kernels = kernels;
    }

    /**
     * Plain attention, a start for the {@code with} methods.
     *
     * @return the operator
     */
    public static ScaledDotProductAttention plain() {
        return PLAIN;
    }

    /**
     * The same with another scale.
     *
     * @param factor what products are multiplied by; finite, may be negative
     * @return a new operator
     * @throws BadConfigurationException if it is not finite
     */
    public ScaledDotProductAttention withScale(float factor) {
        if (!Float.isFinite(factor)) {
            throw new BadConfigurationException("scale", Float.toString(factor), "must be finite");
        }
        return new ScaledDotProductAttention(factor, softCap, causal, variant, dropout, kernels);
    }

    /**
     * The same with scores kept within ±cap: cap · tanh(s / cap).
     *
     * @param cap positive and finite
     * @return a new operator
     * @throws BadConfigurationException if it is not
     */
    public ScaledDotProductAttention withSoftCap(float cap) {
        if (!(cap > 0 && cap <= Float.MAX_VALUE)) {
            throw new BadConfigurationException("soft-cap", Float.toString(cap), "must be positive and finite");
        }
        return new ScaledDotProductAttention(scale, cap, causal, variant, dropout, kernels);
    }

    /**
     * The same, causal or not: query i of m sees keys j ≤ i + (n − m) of n, by true lengths.
     *
     * @param yes true if causal
     * @return a new operator
     */
    public ScaledDotProductAttention withCausal(boolean yes) {
        return new ScaledDotProductAttention(scale, softCap, yes, variant, dropout, kernels);
    }

    /**
     * The same with a variant: other scores, a mask, or other weights.
     *
     * @param other the variant
     * @return a new operator
     * @throws BadConfigurationException if it has parameters
     */
    public ScaledDotProductAttention withVariant(AttentionVariant other) {
        if (!other.parameters().isEmpty()) {
            throw new BadConfigurationException(
                    "variant", other.parameters().toString(), "has parameters, and the operator has none");
        }
        return new ScaledDotProductAttention(scale, softCap, causal, other, dropout, kernels);
    }

    /**
     * The same with dropout in {@link #record recordings}: a weight is left out with probability {@code share}, and those that are kept are multiplied by
     * 1 / (1 − share). {@link #forward(AttentionInputs, Tensor, Workspace) forward} and {@link #weights} leave out none. What is left out follows from
     * the seed, the head, the positions of query and key and the query's numbers, so that neither threads nor the rest of the batch matter.
     *
     * @param share from 0 to less than 1
     * @param seed any
     * @return a new operator
     * @throws BadConfigurationException if the share is out of range
     */
    public ScaledDotProductAttention withDropout(double share, long seed) {
        if (!(share >= 0 && share <= ScoreOptions.DROPOUT.most())) {
            throw new BadConfigurationException(
                    "dropout", Double.toString(share), "must be " + ScoreOptions.DROPOUT.allowed());
        }
        return new ScaledDotProductAttention(
                scale, softCap, causal, variant, ScoreOptions.dropout(share, seed), kernels);
    }

    /**
     * The same on other kernels, with the same bits.
     *
     * @param other the kernels
     * @return a new operator
     */
    public ScaledDotProductAttention withKernels(Kernels other) {
        Objects.requireNonNull(other, "kernels");
        return new ScaledDotProductAttention(scale, softCap, causal, variant, dropout, other);
    }

    /**
     * Computes the outputs.
     *
     * @param in queries, keys, values and what goes with them
     * @param out {@code [B, H, T, E']}, 0 at padding
     * @param workspace scratch memory and threads
     * @throws ShapeMismatchException if a shape does not fit
     * @throws OverlapException if the output shares memory with an input
     */
    public void forward(AttentionInputs in, Tensor out, Workspace workspace) {
        run(in, out, null, workspace, null);
    }

    /**
     * As {@link #forward(AttentionInputs, Tensor, Workspace)}, with the logarithm of each row's sum of exponentials, by which results over
     * parts of the keys can be {@linkplain PartialAttention merged}: −∞ for a row with nothing to attend to. A sink is part of the sum, so
     * that a weight is always exp(score − logSumExp).
     *
     * @param in queries, keys, values and what goes with them
     * @param out {@code [B, H, T, E']}
     * @param logSumExp {@code [B, H, T]}, −∞ at padding
     * @param workspace scratch memory and threads
     * @throws BadConfigurationException if a weighting replaces the softmax
     */
    public void forward(AttentionInputs in, Tensor out, Tensor logSumExp, Workspace workspace) {
        Tensor q = in.query();
        MixerSpec.check("log-sum-exp", logSumExp, Shape.of(q.extent(0), q.extent(1), q.extent(2)));
        if (VariantParameters.replaces(variant)) {
            throw new BadConfigurationException(
                    "log-sum-exp", logSumExp.shape().toString(), "a weighting replaces the softmax, so there is none");
        }
        run(in, out, logSumExp, workspace, null);
    }

    /**
     * As {@link #forward(AttentionInputs, Tensor, Workspace)}, and remembers what the gradient needs.
     *
     * @param in must not change until the last {@link #backward} with the recording
     * @param out {@code [B, H, T, E']}
     * @param workspace scratch memory and threads
     * @return what {@link #backward} needs; it belongs to the caller
     */
    public OperatorRecording record(AttentionInputs in, Tensor out, Workspace workspace) {
        in.key(); // a cache is refused before anything is done
        OperatorRecording recording = new OperatorRecording(this, in);
        run(in, out, null, workspace, recording);
        return recording;
    }

    /**
     * Adds the gradients of {@code sum(dOut · out)}, and of {@code sum(dWeights · weights)} where a cotangent of the weights is given.
     *
     * @param recording of this operator
     * @param dOut {@code [B, H, T, E']}; not read at padding
     * @param gradients what is wanted; there are no parameters
     * @param workspace scratch memory and threads
     * @throws ShapeMismatchException if a shape does not fit
     */
    public void backward(OperatorRecording recording, Tensor dOut, AttentionGradients gradients, Workspace workspace) {
        recording.backward(this, dOut, gradients, workspace);
    }

    /**
     * Computes the weights.
     *
     * @param in queries, keys and what goes with them
     * @param weights {@code [B, H, T, S]}, 0 at padding
     * @param workspace scratch memory and threads
     */
    public void weights(AttentionInputs in, Tensor weights, Workspace workspace) {
        rows("weights", in, weights, false, workspace);
    }

    /**
     * Computes the scores as the softmax sees them: scaled, soft-capped, modified, biased and masked.
     *
     * @param in queries, keys and what goes with them
     * @param scores {@code [B, H, T, S]}, −∞ where a query does not see a key, and at padding
     * @param workspace scratch memory and threads
     * @throws BadConfigurationException if a weighting replaces the softmax
     */
    public void scores(AttentionInputs in, Tensor scores, Workspace workspace) {
        if (variant.weighting().isPresent()) {
            throw new BadConfigurationException(
                    "scores", scores.shape().toString(), "a weighting replaces the softmax, so there are none");
        }
        rows("scores", in, scores, true, workspace);
    }

    private void rows(String what, AttentionInputs in, Tensor target, boolean asScores, Workspace workspace) {
        Tensor q = in.query();
        MixerSpec.check(what, target, Shape.of(q.extent(0), q.extent(1), q.extent(2), in.keyTime()));
        checkTerms(in);
        int mark = workspace.begin();
        try {
            AttentionCall call = AttentionCall.borrow(workspace.scratch());
            prepare(call, in, workspace.scratch());
            call.keyValues = in.packedKeys(workspace.scratch());
            float[] array = target.writable(workspace.scratch());
            if (asScores) {
                call.scores(workspace, array, target.offset());
            } else {
                call.weights(workspace, array, target.offset(), false);
            }
            target.commit(array);
        } finally {
            workspace.end(mark);
        }
    }

    /**
     * Counts the pairs of a query and a key that {@link #forward(AttentionInputs, Tensor, Workspace)} sees, computes and has.
     *
     * @param in queries, keys and what goes with them
     * @param workspace scratch memory; the number of its threads can change what is computed, as tasks are then smaller
     * @return the counts, over all sequences and heads
     */
    public PairCount pairs(AttentionInputs in, Workspace workspace) {
        checkTerms(in);
        int mark = workspace.begin();
        try {
            AttentionCall call = AttentionCall.borrow(workspace.scratch());
            prepare(call, in, workspace.scratch());
            call.keyValues = in.keysAndValues(call.kernels, workspace.scratch());
            return call.pairs(workspace);
        } finally {
            workspace.end(mark);
        }
    }

    private void checkTerms(AttentionInputs in) {
        Tensor q = in.query();
        Doors.checkTerms(variant, in.terms(), q.extent(0), q.extent(1), q.extent(2), in.keyTime());
        Tensor sinks = in.sinks();
        if (sinks != null && VariantParameters.replaces(variant)) {
            throw new BadConfigurationException(
                    "sinks", sinks.shape().toString(), "a weighting replaces the softmax that they take part in");
        }
    }

    private void run(
            AttentionInputs in,
            Tensor out,
            @Nullable Tensor logSumExp,
            Workspace workspace,
            @Nullable OperatorRecording recording) {
        checkTerms(in);
        checkOut(in, out);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            Scratch memory = recording == null ? scratch : null;
            AttentionCall call = memory == null ? new AttentionCall() : AttentionCall.borrow(memory);
            prepare(call, in, memory);
            call.keyValues = in.keysAndValues(call.kernels, memory);
            int rows = call.batch * call.heads * call.queryTime;
            call.dropout = recording == null ? null : dropout;
            if (recording != null || logSumExp != null) {
                call.maxima = Memory.floats(memory, rows);
                call.sums = Memory.floats(memory, rows);
                Arrays.fill(call.maxima, 0, rows, Float.NEGATIVE_INFINITY);
            }
            float[] array = out.writable(scratch);
            call.out.place(array, out, memory);
            call.outPadded = true;
            call.forward(workspace);
            out.commit(array);
            if (logSumExp != null) {
                logSumExp(call, rows, logSumExp, scratch);
            }
            if (recording != null) {
                recording.keep(call, out);
            }
        } finally {
            workspace.end(mark);
        }
    }

    private static void checkOut(AttentionInputs in, Tensor out) {
        Tensor q = in.query();
        Shape shape = out.shape();
        int width = in.valueWidth();
        if (shape.rank() != 4
                || shape.extent(0) != q.extent(0)
                || shape.extent(1) != q.extent(1)
                || shape.extent(2) != q.extent(2)
                || shape.extent(3) != width) { // spelled out: a check that passes allocates nothing
            throw new ShapeMismatchException("output", Shape.of(q.extent(0), q.extent(1), q.extent(2), width), shape);
        }
        if (in.overlap(out)) {
            throw new OverlapException("the output", "the queries, keys or values");
        }
    }

    /** log Σ exp(s) = m + log l, in double and rounded once. */
    private static void logSumExp(AttentionCall call, int rows, Tensor target, Scratch scratch) {
        float[] maxima = Objects.requireNonNull(call.maxima);
        float[] sums = Objects.requireNonNull(call.sums);
        float[] array = target.writable(scratch);
        for (int r = 0; r < rows; r++) {
            boolean empty = maxima[r] == Float.NEGATIVE_INFINITY;
            array[target.offset() + r] = empty ? maxima[r] : (float) (maxima[r] + StrictMath.log(sums[r]));
        }
        target.commit(array);
    }

    private void prepare(AttentionCall call, AttentionInputs in, @Nullable Scratch memory) {
        Tensor q = in.query();
        call.kernels = kernels == null ? Kernels.preferred() : kernels;
        call.batch = q.extent(0);
        call.heads = q.extent(1);
        call.queryTime = q.extent(2);
        call.keyWidth = q.extent(3);
        call.keyTime = in.keyTime();
        call.valueWidth = in.valueWidth();
        if (call.keyWidth == 0 && Float.isNaN(scale)) {
            throw new BadShapeException("queries " + q.shape() + " of width 0 have no scale 1/√0; give a scale");
        }
        call.queryLengths = Memory.ints(memory, call.batch);
        call.keyLengths = Memory.ints(memory, call.batch);
        for (int b = 0; b < call.batch; b++) {
            call.queryLengths[b] = in.queryLength(b);
            call.keyLengths[b] = in.keyLength(b);
        }
        call.causal = causal;
        call.variant(variant, NOTHING_LEARNED);
        float factor = Float.isNaN(scale) ? (float) (1 / Math.sqrt(call.keyWidth)) : scale;
        call.scores.set(call.scoreFunction == null ? factor : 1f, softCap, null, variant, in.terms(), memory);
        Tensor sinks = in.sinks();
        if (sinks != null) {
            call.sinks = Memory.floats(memory, call.heads);
            sinks.read(0, call.sinks, 0, call.heads);
        }
        call.query.place(Memory.read(memory, q), q, memory);
    }
}
