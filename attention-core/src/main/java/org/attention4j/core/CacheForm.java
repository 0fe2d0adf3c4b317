package org.attention4j.core;

import org.attention4j.api.BadShapeException;

/**
 * How the states of a mixer keep keys and values.
 *
 * @param layout where positions are
 * @param stored how numbers are stored
 * @param page positions of a page, for {@link Layout#PAGED}
 * @param reach how many keys up to itself a query can need, for {@link Layout#RING}
 */
record CacheForm(Layout layout, Stored stored, int page, int reach) {
    /** One array a sequence, floats. */
    static final CacheForm PLAIN = new CacheForm(Layout.CONTIGUOUS, Stored.FLOAT32, 0, Integer.MAX_VALUE);

    /** Where positions are. */
    enum Layout {
        CONTIGUOUS,
        RING,
        PAGED
    }

    /** How numbers are stored. */
    enum Stored {
        FLOAT32,
        FLOAT16,
        BFLOAT16,
        INT8
    }

    boolean isRing() {
        return layout == Layout.RING;
    }

    /** A page without arrays. */
    KeyPage emptyPage() {
        return switch (stored) {
            case FLOAT32 -> new FloatPage();
            case FLOAT16 -> new HalfPage(false);
            case BFLOAT16 -> new HalfPage(true);
            case INT8 -> new BytePage();
        };
    }

    /**
     * Positions of a page in a state of a capacity. A ring holds what a query can need, even when as many positions as the capacity have been
     * taken or are to be rolled back, and is made of whole blocks, which lie where they would in a state without end.
     */
    int positions(int capacity) {
        long positions =
                switch (layout) {
                    case CONTIGUOUS -> capacity;
                    case PAGED -> page;
                    case RING -> ((long) capacity + reach - 2) / KeyValues.BLOCK * KeyValues.BLOCK + KeyValues.BLOCK;
                };
        if (positions > Integer.MAX_VALUE - KeyValues.BLOCK) {
            throw new BadShapeException("capacity " + capacity
                    + (isRing() ? " and the " + reach + " keys that a query can see need " : " needs ") + positions
                    + " positions; an array holds at most " + (Integer.MAX_VALUE - KeyValues.BLOCK));
        }
        return (int) positions;
    }

    /** Keys and values without arrays, for a batch. */
    KeyValues keyValues(int batch, KeyShape kept, int capacity) {
        return keyValues(batch, kept.heads(), kept.keyWidth(), kept.valueWidth(), capacity);
    }

    KeyValues keyValues(int batch, int heads, int keyWidth, int valueWidth, int capacity) {
        return layout == Layout.PAGED
                ? PagedKeyValues.of(this, batch, heads, keyWidth, valueWidth, capacity)
                : KeyValues.single(this, batch, heads, keyWidth, valueWidth, capacity);
    }

    /** Bytes of the keys and values of one sequence of a new state. */
    long bytes(KeyShape kept, int capacity) {
        KeyPage one = emptyPage();
        int positions = positions(capacity);
        long keys = KeyPage.keyNumbers(kept.heads(), kept.keyWidth(), positions);
        long values = KeyPage.valueNumbers(kept.heads(), kept.valueWidth(), positions);
        long data = one.bytes(keys, values, kept.heads() * ((positions + 15L) / 16 * 16));
        return layout == Layout.PAGED ? Math.ceilDiv(capacity, page) * (data + one.objects()) : data;
    }
}
