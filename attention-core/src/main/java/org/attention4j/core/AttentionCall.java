package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionWeighting;
import org.attention4j.api.variant.ScoreFunction;
import org.attention4j.api.variant.ScoreWeighting;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * One attention over a batch: sizes, lengths, and where queries, keys, values and outputs are. Queries are [H, T, E] in a sequence, with
 * strides; keys and values are read block by block.
 *
 * <p>Query i of m sees key j of n if j ≤ i + (n − m), where causal, and if the scores are not −∞. {@link #extraKeys} more keys are
 * stored before the n true ones, so that what a causal query sees comes first; every query sees them, and neither bias nor mask nor modifier
 * applies to them.
 */
final class AttentionCall {
    /** Below this, packing or reading a block of keys is not used enough. */
    private static final int LEAST_QUERIES = 32;
    /** Of each thread, so that the last ones end at about the same time. */
    private static final int PARTS = 4;
    /** How many others a multiply-add of a single query costs: it waits for memory. */
    private static final int READING = 4;

    Kernels kernels = Kernels.scalar();
    int batch;
    int heads;
    int keyWidth;
    int valueWidth;
    /** T and S with padding. */
    int queryTime;

    int keyTime;
    int[] queryLengths = {};
    int[] keyLengths = {};
    int extraKeys;
    boolean causal;
    final Scores scores = new Scores();

    /** A logit for each head that takes part in the softmax and has no value. */
    float @Nullable [] sinks;

    /** What is left out of the weights; in recordings only. */
    @Nullable
    WeightDropout dropout;

    @Nullable
    AttentionWeighting weighting;

    @Nullable
    ScoreWeighting scoreWeighting;
    /** What replaces the product of queries and keys, if anything does. */
    @Nullable
    ScoreFunction scoreFunction;

    /** What the variant has learned. */
    float[] variantParameters = {};

    final HeadRows query = new HeadRows();
    KeySource keyValues = new KeyValues();
    /** Queries of a task, without influence on what a row gets. */
    private int queryBlock = 1;
    /** Heads of a task, likewise. */
    private int headBlock = 1;

    final HeadRows out = new HeadRows();
    /** Whether out has rows for padding, which are to be 0. */
    boolean outPadded;

    /** Maximum of the scores and sum of the exponentials of each row [B, H, T], where the call keeps them. */
    float @Nullable [] maxima;

    float @Nullable [] sums;

    /** For use again, in scratch memory. */
    static AttentionCall borrow(Scratch scratch) {
        AttentionCall call = scratch.object(AttentionCall.class, AttentionCall::new);
        call.maxima = null;
        call.sums = null;
        call.sinks = null;
        call.dropout = null;
        call.extraKeys = 0;
        return call;
    }

    /** Sets all that a variant replaces, also where it replaces nothing, and what it has learned; the rest of it is the {@link #scores}'. */
    void variant(AttentionVariant variant, float[] learned) {
        weighting = variant.weighting().orElse(null);
        scoreWeighting = variant.scoreWeighting().orElse(null);
        scoreFunction = variant.scoreFunction().orElse(null);
        variantParameters = learned;
    }

    /** Takes keys, and values where they are wanted, of S positions with padding. */
    void attendTo(KeySource keys, int time, int[] lengths, int extra) {
        keyValues = keys;
        keyTime = time;
        keyLengths = lengths;
        extraKeys = extra;
    }

    /** Lets the call keep the maximum and the sum of each row; after the sizes of its queries are set. */
    void keepSums() {
        maxima = new float[batch * heads * queryTime];
        sums = new float[maxima.length];
    }

    /** One head and as many queries of it to a task as the keys ask for, or less so that every thread has some of them. */
    private void share(int threads) {
        headBlock = 1;
        queryBlock = keyValues.queryBlock();
        while (queryBlock > LEAST_QUERIES && (long) batch * heads * queryBlocks() < PARTS * (long) threads) {
            queryBlock /= 2;
        }
    }

    /** All heads to a task where they see the same keys, or as many as leave every thread some tasks, so that masks are asked once for them. */
    private void shareMasks(int threads) {
        headBlock = scores.masked() && !scores.maskedPerHead() ? Math.max(1, heads) : 1;
        while (headBlock > 1 && threads > 1 && (long) batch * headBlocks() * queryBlocks() < PARTS * (long) threads) {
            headBlock = Work.blocks(headBlock, 2);
        }
    }

    /** The query heads of a key head to a task, which reads its keys once, or less so that every thread has some. */
    private void shareKeys(int threads) {
        int group = heads == 0 ? 1 : heads / keyValues.heads();
        headBlock = group;
        for (int divisor = 2; divisor <= group && (long) batch * headBlocks() < threads; divisor++) {
            if (group % divisor == 0) {
                headBlock = group / divisor;
            }
        }
    }

    int queryBlock() {
        return queryBlock;
    }

    int headBlock() {
        return headBlock;
    }

    int headBlocks() {
        return Work.blocks(heads, headBlock);
    }

    int queryBlocks() {
        return Work.blocks(queryTime, queryBlock);
    }

    /** Key head of a query head. */
    int keyHead(int head) {
        return (int) ((long) head * keyValues.heads() / heads);
    }

    /** Extra keys and true keys. */
    int keys(int b) {
        return keyLengths[b] + extraKeys;
    }

    /** Position of a query: counted from the start of the keys, whose end it is aligned with. */
    int position(int b, int i) {
        return i + keyLengths[b] - queryLengths[b];
    }

    /** Past the last true key that a query may see. */
    int limit(int b, int i) {
        return causal ? Math.max(0, Math.min(keyLengths[b], position(b, i) + 1)) : keyLengths[b];
    }

    /** Past the last stored key that a query may see. */
    int end(int b, int i) {
        return extraKeys + limit(b, i);
    }

    /** The first query, not before {@code from}, that may see stored keys from {@code key} on. */
    int firstQuery(int b, int from, int key) {
        boolean all = !causal || key < extraKeys;
        return all ? from : Math.max(from, key - extraKeys + queryLengths[b] - keyLengths[b]);
    }

    /** Where a row's maximum and sum are. */
    int rowAt(int b, int h, int i) {
        return (b * heads + h) * queryTime + i;
    }

    /** Reads keys of the key head of a query head: a block, or a {@link KeySource#run} of it, from a stored key on. */
    void readKeys(KeyBlock block, int b, int h, int key, int count) {
        block.first = key;
        keyValues.keys(block, b, keyHead(h), key, count);
    }

    /** Products of {@code rows} queries with {@code width} keys, [rows, stride] from {@code at}. */
    void products(KeyBlock block, int b, int h, int i, int rows, int width, float[] x, int at, int stride) {
        products(block, b, h, i, rows, 0, width, x, at, stride);
    }

    /** As above, with the keys of a block from column {@code begin} on, a multiple of 16. */
    void products(KeyBlock block, int b, int h, int i, int rows, int begin, int width, float[] x, int at, int stride) {
        if (scoreFunction != null) {
            scoreFunction.scores(block.pairs.set(this, b, h, i, rows, block, begin, width), x, at, stride);
            return;
        }
        kernels.multiply(
                rows,
                width,
                keyWidth,
                query.array,
                query.at(b, h, i),
                query.rowStride,
                1,
                block.keys,
                block.keysAt + begin * keyWidth,
                x,
                at,
                stride,
                false);
    }

    /** How many of {@code width} keys from {@code key} on the query may see; they are the first ones. */
    int visible(int b, int i, int key, int width) {
        return Math.max(0, Math.min(width, end(b, i) - key));
    }

    /** How many of {@code width} stored keys from {@code key} on are extra keys; they are the first ones. */
    int extra(int key, int width) {
        return Math.max(0, Math.min(width, extraKeys - key));
    }

    /** The second half of scoring a row, after {@link Scores#scaleAndCap}. */
    void finishScores(int b, int h, int i, int key, int visible, float[] x, int at) {
        finishScores(b, h, i, key, visible, x, at, 1);
    }

    /** As above, of scores that are {@code stride} apart. */
    void finishScores(int b, int h, int i, int key, int visible, float[] x, int at, int stride) {
        int extra = extra(key, visible);
        scores.finish(
                x, at + extra * stride, stride, visible - extra, b, h, i, position(b, i), key + extra - extraKeys);
    }

    /** The logit that a head's softmax begins with: of its sink, or −∞. */
    float sink(int h) {
        return sinks == null ? Float.NEGATIVE_INFINITY : sinks[h];
    }

    /** Zeros for the outputs of some queries, of those in the padding only where it has rows. */
    void clear(int b, int h, int from, int to) {
        for (int i = from; i < to; i++) {
            int at = out.at(b, h, i);
            if (i < queryLengths[b] || outPadded) {
                Arrays.fill(out.array, at, at + valueWidth, 0f);
            }
        }
    }

    /** Multiply-adds of the whole, for the decision to share it. */
    double multiplyAdds() {
        double pairs = 0;
        for (int b = 0; b < batch; b++) {
            pairs += (double) queryLengths[b] * keys(b);
        }
        return pairs
                * heads
                * (keyWidth + valueWidth)
                * (weighting != null || scoreFunction != null ? 8 : scoreWeighting != null ? 2 : 1);
    }

    /** Writes out, and {@link #maxima} and {@link #sums} where there are. */
    void forward(Workspace workspace) {
        Scratch scratch = workspace.scratch();
        share(workspace.threads());
        if (scoreWeighting != null) {
            run(scratch.object(ScoredForward.class, ScoredForward::new), 1, workspace);
        } else if (weighting != null) {
            run(scratch.object(WeightedForward.class, WeightedForward::new), 1, workspace);
        } else if (queryTime == 1 && dropout == null) {
            shareKeys(workspace.threads());
            run(scratch.object(SingleQueryForward.class, SingleQueryForward::new), READING, workspace);
        } else {
            shareMasks(workspace.threads());
            run(scratch.object(BlockedForward.class, BlockedForward::new), 1, workspace);
        }
    }

    /** Runs a task on all queries, each of whose multiply-adds costs as much as {@code cost} others. */
    private void run(QueryTask task, int cost, Workspace workspace) {
        task.call = this;
        Work.run(workspace, batch * headBlocks() * queryBlocks(), cost * multiplyAdds(), task);
    }

    /**
     * Writes the weights [B, H, T, S + extra keys]; the columns of extra keys are the last ones.
     *
     * @param withExtra whether {@code weights} has columns for extra keys
     */
    void weights(Workspace workspace, float[] weights, int offset, boolean withExtra) {
        int columns = keyTime + (withExtra ? extraKeys : 0);
        show(WeightsTask.borrow(workspace.scratch(), weights, offset, columns), workspace);
    }

    /** Writes the weights [B, H, T, columns] of the last positions that each sequence has; what is past them is 0. */
    void lastWeights(Workspace workspace, float[] weights, int offset, int columns) {
        WeightsTask task = WeightsTask.borrow(workspace.scratch(), weights, offset, columns);
        task.lastPositions = true;
        show(task, workspace);
    }

    /** Writes the scores [B, H, T, S], −∞ where a query does not see a key. */
    void scores(Workspace workspace, float[] target, int offset) {
        WeightsTask task = WeightsTask.borrow(workspace.scratch(), target, offset, keyTime);
        task.scores = true;
        show(task, workspace);
    }

    private void show(WeightsTask task, Workspace workspace) {
        share(workspace.threads());
        run(task, 1, workspace);
    }

    /** Counts pairs of a query and a key; queries, keys and values are not read. */
    PairCount pairs(Workspace workspace) {
        share(workspace.threads());
        VisibleKeys seen = VisibleKeys.borrow(workspace.scratch(), this, queryBlock);
        long visible = 0;
        long computed = 0;
        long all = 0;
        for (int b = 0; b < batch; b++) {
            all += (long) heads * queryLengths[b] * keys(b);
            for (int h = 0; h < heads; h++) {
                for (int from = 0; from < queryLengths[b]; from += queryBlock) {
                    seen.queries(b, h, from, Math.min(from + queryBlock, queryLengths[b]));
                    for (int key = seen.next(0); key < seen.end(); key = seen.next(key + KeyValues.BLOCK)) {
                        for (int i = seen.first(), next; i < seen.last(); i = next) {
                            next = seen.run(i);
                            computed += (long) (next - i) * (seen.end(next - 1) - seen.begin(i));
                        }
                        for (int i = seen.first(); i < seen.last(); i++) {
                            visible += seen.count(i);
                        }
                    }
                }
            }
        }
        return new PairCount(visible, computed, all);
    }

    /** Adds the gradients; of a call that kept its output, {@link #maxima} and {@link #sums}. */
    void backward(Workspace workspace, BackwardArrays arrays) {
        Scratch scratch = workspace.scratch();
        BackwardTask task;
        if (scoreWeighting != null) {
            task = scratch.object(ScoredBackward.class, ScoredBackward::new);
        } else if (weighting == null) {
            task = scratch.object(BlockedBackward.class, BlockedBackward::new);
        } else {
            task = scratch.object(WeightedBackward.class, WeightedBackward::new);
        }
        task.call = this;
        task.arrays = arrays;
        // all rows of a bias may add to the same elements: then the order of parts is that of one thread
        double size = arrays.dBias == null ? 2.5 * multiplyAdds() : 0;
        Work.run(workspace, batch * keyValues.heads(), size, task);
    }

    /** Memory of a call that has been kept: queries, keys, values, outputs, maxima and sums. */
    long bytes() {
        int rows = maxima == null ? 0 : 2 * maxima.length;
        return keyValues.bytes() + Float.BYTES * ((long) query.array.length + out.array.length + rows);
    }
}
