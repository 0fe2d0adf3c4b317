package org.attention4j.api.variant;

import java.util.Arrays;
import java.util.Objects;
import org.attention4j.api.BadConfigurationException;

/**
 * The masks of the literature, as values: every one answers for whole rectangles of pairs, so that attention computes only what is seen, and
 * composes with {@link AttentionMask#and}, {@link AttentionMask#or} and {@link AttentionMask#not}.
 *
 * <p>All are immutable and safe for any number of threads. Sizes are checked when a mask is made.
 */
public final class AttentionMasks {
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private AttentionMasks() {}

    /**
     * Keys up to the query's own position and {@code offset} further: key ≤ query + offset.
     *
     * @param offset 0 for the usual causal mask; negative hides the latest keys too
     * @return the mask
     */
    public static AttentionMask causal(int offset) {
        return new PositionMasks.Band(Long.MIN_VALUE, offset);
    }

    /**
     * A sliding window (Beltagy et al. 2020, section 3.1; Jiang et al. 2023): query − left ≤ key ≤ query + right, that is left + 1 + right
     * keys.
     *
     * @param left keys before the query that it sees; {@link Integer#MAX_VALUE} for all
     * @param right keys after it; {@link Integer#MAX_VALUE} for all
     * @return the mask
     * @throws BadConfigurationException if one is negative
     */
    public static AttentionMask window(int left, int right) {
        least("window left", left, 0);
        least("window right", right, 0);
        return new PositionMasks.Band(
                left == Integer.MAX_VALUE ? Long.MIN_VALUE : -(long) left,
                right == Integer.MAX_VALUE ? Long.MAX_VALUE : right);
    }

    /**
     * Chunks of positions that do not see each other (Llama 4's local layers, with {@link #causal}): ⌊query / size⌋ = ⌊key / size⌋.
     *
     * @param size positions of a chunk
     * @return the mask
     * @throws BadConfigurationException if it is below 1
     */
    public static AttentionMask chunked(int size) {
        return new PositionMasks.Chunks(least("chunk", size, 1));
    }

    /**
     * The first keys of every sequence: key &lt; length. A prefix language model (Raffel et al. 2020, section 3.2) is {@code
     * causal(0).or(prefix(length))}.
     *
     * @param length keys that are seen
     * @return the mask
     * @throws BadConfigurationException if it is negative
     */
    public static AttentionMask prefix(int length) {
        return new PositionMasks.Prefix(least("prefix", length, 0));
    }

    /**
     * As {@link #prefix(int)}, with a length for each sequence.
     *
     * @param lengths one for each sequence of the batch; a further sequence has no prefix
     * @return the mask
     * @throws BadConfigurationException if one is negative
     */
    public static AttentionMask prefix(int[] lengths) {
        int[] copy = lengths.clone();
        for (int b = 0; b < copy.length; b++) {
            least("prefix of sequence " + b, copy[b], 0);
        }
        return new SequenceMasks.Prefixes(copy);
    }

    /**
     * Documents that were joined to one sequence, the same in every sequence of the batch: a query sees the keys of its own.
     *
     * @param ids of the document of each position; a negative id, and a position past the last one, belong to no document: they see nothing
     *     and are not seen
     * @return the mask
     */
    public static AttentionMask documents(int[] ids) {
        return new SequenceMasks.Documents(new int[][] {ids.clone()}, false);
    }

    /**
     * As {@link #documents(int[])}, with other documents in each sequence.
     *
     * @param ids of each sequence of the batch; a further sequence has no documents
     * @return the mask
     */
    public static AttentionMask documents(int[][] ids) {
        int[][] copy = new int[ids.length][];
        for (int b = 0; b < ids.length; b++) {
            copy[b] = ids[b].clone();
        }
        return new SequenceMasks.Documents(copy, true);
    }

    /**
     * Blocks of queries that see blocks of keys (Child et al. 2019; Zaheer et al. 2020): table[⌊query / block⌋][⌊key / block⌋].
     *
     * @param block positions of a block
     * @param table a row for each block of queries, of equal lengths; positions past it see nothing and are not seen
     * @return the mask
     * @throws BadConfigurationException if the block is below 1, rows differ in length, or there are more blocks than an array holds
     */
    public static AttentionMask blockSparse(int block, boolean[][] table) {
        least("block", block, 1);
        int columns = table.length == 0 ? 0 : table[0].length;
        long blocks = (long) table.length * columns;
        if (blocks > LARGEST_ARRAY) {
            throw new BadConfigurationException(
                    "table",
                    table.length + " × " + columns + " blocks",
                    "must be at most " + LARGEST_ARRAY + " in all");
        }
        boolean[] flat = new boolean[(int) blocks];
        for (int r = 0; r < table.length; r++) {
            if (table[r].length != columns) {
                throw new BadConfigurationException(
                        "table row " + r,
                        table[r].length + " blocks of keys",
                        "must have as many as row 0, " + columns);
            }
            System.arraycopy(table[r], 0, flat, r * columns, columns);
        }
        return new PositionMasks.BlockTable(block, table.length, columns, flat);
    }

    /**
     * Keys at distances that a step divides (Child et al. 2019; Beltagy et al. 2020): query − key is a multiple of step.
     *
     * @param step 1 for all keys
     * @return the mask
     * @throws BadConfigurationException if it is below 1
     */
    public static AttentionMask dilated(int step) {
        return new PositionMasks.Dilated(least("dilation", step, 1));
    }

    /**
     * The first positions are global (Beltagy et al. 2020, section 3.1): they see every key, and every query sees them. An addition to a
     * local mask: {@code window(64, 64).or(globalTokens(1))}.
     *
     * @param count how many positions, from the first on
     * @return the mask
     * @throws BadConfigurationException if it is negative
     */
    public static AttentionMask globalTokens(int count) {
        return new PositionMasks.FirstGlobal(least("global tokens", count, 0));
    }

    /**
     * As {@link #globalTokens}, at given positions.
     *
     * @param positions in any order
     * @return the mask
     * @throws BadConfigurationException if one is negative
     */
    public static AttentionMask globalPositions(int... positions) {
        int[] sorted = Arrays.stream(Objects.requireNonNull(positions, "positions"))
                .sorted()
                .distinct()
                .toArray();
        if (sorted.length > 0) {
            least("global position", sorted[0], 0);
        }
        return new SequenceMasks.Globals(sorted);
    }

    /**
     * A mask whose answers are asked for here, once, and kept, a bit for each pair: for a lambda that is used in many calls, or whose answer takes long. It
     * then knows about whole rectangles, too, so that attention computes only what is seen. Pairs of other sequences, heads and positions are
     * answered by the given mask, as before.
     *
     * <p>Memory: batch · heads · ⌈queries / 64⌉ · keys · 8 bytes; less where the given mask is the same for all {@linkplain AttentionMask#perHead heads}, and
     * where one sequence or head has the answers of the one before it. Source: Dong et al., "Flex Attention", 2024, whose block mask is made likewise, of
     * blocks and not of pairs.
     *
     * @param mask which is a pure function, as all are
     * @param batch sequences that are asked for, from the first on
     * @param heads heads, likewise
     * @param queries positions of queries, likewise
     * @param keys positions of keys, likewise
     * @return the mask
     * @throws BadConfigurationException if a size is negative, or one sequence's and head's answers need more than a Java array holds
     */
    public static AttentionMask precomputed(AttentionMask mask, int batch, int heads, int queries, int keys) {
        Objects.requireNonNull(mask, "mask");
        least("batch of a precomputed mask", batch, 0);
        least("heads of a precomputed mask", heads, 0);
        least("queries of a precomputed mask", queries, 0);
        least("keys of a precomputed mask", keys, 0);
        long longs = Math.ceilDiv((long) queries, Long.SIZE) * keys;
        if (Math.max(longs, (long) batch * heads) > LARGEST_ARRAY) {
            throw new BadConfigurationException(
                    "precomputed mask",
                    batch + " × " + heads + " × " + queries + " × " + keys,
                    "needs " + batch * (long) heads + " arrays of " + longs + " longs; a Java array holds at most "
                            + LARGEST_ARRAY);
        }
        return new PrecomputedMask(mask, batch, heads, queries, keys);
    }

    private static int least(String what, int value, int least) {
        if (value < least) {
            throw new BadConfigurationException(what, Integer.toString(value), "must be at least " + least);
        }
        return value;
    }
}
