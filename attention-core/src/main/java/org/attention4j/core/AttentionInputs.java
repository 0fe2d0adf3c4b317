package org.attention4j.core;

import org.attention4j.api.BadShapeException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Scratch;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * Queries, keys and values of one call of {@link ScaledDotProductAttention}, with the true lengths of the sequences, a bias and a mask.
 *
 * <p>Immutable; tensors and arrays are the caller's and not copied, except lengths.
 */
public final class AttentionInputs {
    private final Tensor query;
    private final @Nullable Tensor key;
    private final @Nullable Tensor value;
    /** Instead of keys and values. */
    private final @Nullable KeyValueCache cache;

    private final int @Nullable [] queryLengths;
    private final int @Nullable [] keyLengths;
    private final ScoreTerms terms;
    private final @Nullable Tensor sinks;

    private AttentionInputs(
            Tensor query,
            @Nullable Tensor key,
            @Nullable Tensor value,
            @Nullable KeyValueCache cache,
            int @Nullable [] queryLengths,
            int @Nullable [] keyLengths,
            ScoreTerms terms,
            @Nullable Tensor sinks) {
        this.query = query;
        this.key = key;
        this.value = value;
        this.cache = cache;
        this.queryLengths = queryLengths;
        this.keyLengths = keyLengths;
        this.terms = terms;
        this.sinks = sinks;
    }

    /**
     * Inputs of full length.
     *
     * @param query {@code [B, H, T, E]}
     * @param key {@code [B, K, S, E]}, K dividing H: query head h reads key head ⌊h · K / H⌋
     * @param value {@code [B, K, S, E']}
     * @return the inputs
     * @throws ShapeMismatchException if the shapes do not fit each other
     * @throws BadShapeException if one has not four dimensions, or K does not divide H
     */
    public static AttentionInputs of(Tensor query, Tensor key, Tensor value) {
        Shape q = fourDimensional("queries", query);
        Shape k = fourDimensional("keys", key);
        Shape v = fourDimensional("values", value);
        if (k.extent(0) != q.extent(0) || k.extent(3) != q.extent(3)) {
            throw new ShapeMismatchException("keys", Shape.of(q.extent(0), k.extent(1), k.extent(2), q.extent(3)), k);
        }
        if (v.extent(0) != k.extent(0) || v.extent(1) != k.extent(1) || v.extent(2) != k.extent(2)) {
            throw new ShapeMismatchException("values", Shape.of(k.extent(0), k.extent(1), k.extent(2), v.extent(3)), v);
        }
        checkHeads(q.extent(1), k.extent(1));
        return new AttentionInputs(query, key, value, null, null, null, ScoreTerms.none(), null);
    }

    /**
     * Queries that attend to a cache: to what it holds at each call, so that these inputs serve every step. S is the capacity of the cache.
     *
     * @param query {@code [B, H, T, E]}
     * @param cache of B sequences, K dividing H
     * @return the inputs
     * @throws ShapeMismatchException if the cache has other sequences or another width
     * @throws BadShapeException if there are not four dimensions, or K does not divide H
     */
    public static AttentionInputs of(Tensor query, KeyValueCache cache) {
        Shape q = fourDimensional("queries", query);
        if (q.extent(0) != cache.batch() || q.extent(3) != cache.keyWidth()) {
            throw new ShapeMismatchException(
                    "queries", Shape.of(cache.batch(), q.extent(1), q.extent(2), cache.keyWidth()), q);
        }
        checkHeads(q.extent(1), cache.keyHeads());
        return new AttentionInputs(query, null, null, cache, null, null, ScoreTerms.none(), null);
    }

    private static void checkHeads(int heads, int keyHeads) {
        if (keyHeads == 0 ? heads != 0 : heads % keyHeads != 0) {
            throw new BadShapeException(keyHeads + " key heads do not divide " + heads + " query heads");
        }
    }

    private static Shape fourDimensional(String what, Tensor tensor) {
        if (tensor.shape().rank() != 4) {
            throw new BadShapeException(what + " need a tensor [B, H, T, E], given " + tensor.shape());
        }
        return tensor.shape();
    }

    /**
     * The same with true lengths; positions past them are not read, and their outputs are 0.
     *
     * @param queries of each sequence, 0 to T
     * @param keys of each sequence, 0 to S
     * @return new inputs
     * @throws BadShapeException if there are not B of each, or one is out of range; also for a cache, which knows how many keys it has
     */
    public AttentionInputs withLengths(int[] queries, int[] keys) {
        checkLengths("query", queries, query);
        checkLengths("key", keys, key());
        return new AttentionInputs(query, key, value, cache, queries.clone(), keys.clone(), terms, sinks);
    }

    /**
     * The same with true lengths of the queries, as for {@link #withLengths}; keys stay as they are.
     *
     * @param queries of each sequence, 0 to T
     * @return new inputs
     * @throws BadShapeException if there are not B, or one is out of range
     */
    public AttentionInputs withQueryLengths(int[] queries) {
        checkLengths("query", queries, query);
        return new AttentionInputs(query, key, value, cache, queries.clone(), keyLengths, terms, sinks);
    }

    private static void checkLengths(String what, int[] lengths, Tensor tensor) {
        if (lengths.length != tensor.extent(0)) {
            throw new BadShapeException(lengths.length + " " + what + " lengths for " + tensor.shape());
        }
        for (int b = 0; b < lengths.length; b++) {
            if (lengths[b] < 0 || lengths[b] > tensor.extent(2)) {
                throw new BadShapeException(
                        what + " length " + lengths[b] + " of sequence " + b + " is not in 0 to " + tensor.extent(2));
            }
        }
    }

    /**
     * The same with a bias or a mask.
     *
     * @param newTerms instead of those there were
     * @return new inputs
     * @throws ShapeMismatchException if one does not broadcast to {@code [B, H, T, S]}
     */
    public AttentionInputs withTerms(ScoreTerms newTerms) {
        newTerms.check(query.extent(0), query.extent(1), query.extent(2), keyTime());
        return new AttentionInputs(query, key, value, cache, queryLengths, keyLengths, newTerms, sinks);
    }

    /**
     * The same with a sink for each head: a logit that takes part in the softmax as if it were the score of one more key, of value 0, so
     * that weights sum to less than 1 (learned: gpt-oss 2025; 0: softmax "off by one", Miller 2023).
     *
     * @param logits {@code [H]}; a sink of −∞ is none
     * @return new inputs
     * @throws ShapeMismatchException if there is not one for each head
     */
    public AttentionInputs withSinks(Tensor logits) {
        MixerSpec.check("sinks", logits, Shape.of(query.extent(1)));
        return new AttentionInputs(query, key, value, cache, queryLengths, keyLengths, terms, logits);
    }

    Tensor query() {
        return query;
    }

    /** The keys, for what cannot be done with a cache. */
    Tensor key() {
        return tensor(key);
    }

    Tensor value() {
        return tensor(value);
    }

    private static Tensor tensor(@Nullable Tensor tensor) {
        if (tensor == null) {
            throw new BadShapeException("keys and values are in a cache: this needs them as tensors");
        }
        return tensor;
    }

    /** Keys and values where they are; {@code memory} as for {@link Memory}. */
    KeySource keysAndValues(Kernels kernels, @Nullable Scratch memory) {
        if (cache != null) {
            return cache.keyValues();
        }
        Tensor k = key();
        Tensor v = value();
        KeyValueRows rows = memory == null ? new KeyValueRows() : memory.object(KeyValueRows.class, KeyValueRows::new);
        rows.shape(kernels, k.extent(1), k.extent(3), v.extent(3), k.extent(2));
        rows.keys.place(Memory.read(memory, k), k, memory);
        rows.values.place(Memory.read(memory, v), v, memory);
        return rows;
    }

    /** Keys packed once, and no values, for weights: there each query reads all keys by itself. */
    KeySource packedKeys(Scratch memory) {
        if (cache != null) {
            return cache.keyValues();
        }
        Tensor k = key();
        int heads = k.extent(1);
        int width = k.extent(3);
        KeyValues packed = KeyValues.borrow(memory, k.extent(0), heads, width, 0, k.extent(2));
        float[] keys = k.readable(memory);
        int head = k.extent(2) * width;
        for (int b = 0; b < k.extent(0); b++) {
            packed.putKeys(b, 0, keyLength(b), keys, k.offset() + b * heads * head, width, head);
        }
        return packed;
    }

    /** S. */
    int keyTime() {
        return cache == null ? key().extent(2) : cache.capacity();
    }

    int valueWidth() {
        return cache == null ? value().extent(3) : cache.valueWidth();
    }

    @Nullable
    Tensor sinks() {
        return sinks;
    }

    boolean overlap(Tensor out) {
        return out.overlaps(query) || cache == null && (out.overlaps(key()) || out.overlaps(value()));
    }

    ScoreTerms terms() {
        return terms;
    }

    int queryLength(int b) {
        return queryLengths == null ? query.extent(2) : queryLengths[b];
    }

    int keyLength(int b) {
        if (cache != null) {
            return cache.length(b);
        }
        return keyLengths == null ? key().extent(2) : keyLengths[b];
    }
}
