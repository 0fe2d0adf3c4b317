package org.attention4j.api.variant;

import java.util.Arrays;

/** The answers of a mask to pairs of some sequences, heads and positions, a bit for each. All others are still asked for. */
final class PrecomputedMask implements AttentionMask {
    private final AttentionMask mask;
    private final int batch;
    private final int heads;
    private final int queries;
    private final int keys;
    /** Of each sequence and head, bits of 64 queries for one key after another; those of equal answers are one array. */
    private final long[][] tables;

    PrecomputedMask(AttentionMask mask, int batch, int heads, int queries, int keys) {
        this.mask = mask;
        this.batch = batch;
        this.heads = heads;
        this.queries = queries;
        this.keys = keys;
        int asked = mask.perHead() ? heads : Math.min(heads, 1);
        tables = new long[Math.multiplyExact(batch, asked)][];
        for (int t = 0; t < tables.length; t++) {
            long[] table = ask(t / asked, t % asked);
            tables[t] = t > 0 && Arrays.equals(tables[t - 1], table) ? tables[t - 1] : table;
        }
    }

    private long[] ask(int b, int h) {
        long[] table = new long[Math.multiplyExact(Math.ceilDiv(queries, Long.SIZE), keys)];
        for (int at = 0; at < table.length; ) {
            int i = at / keys * Long.SIZE;
            int low = Math.min(Integer.SIZE, queries - i);
            int high = Math.min(Integer.SIZE, queries - i - low);
            for (int j = 0; j < keys; j++, at++) {
                table[at] = Integer.toUnsignedLong(mask.allowed(b, h, i, low, j));
                if (high > 0) {
                    table[at] |= Integer.toUnsignedLong(mask.allowed(b, h, i + low, high, j)) << low;
                }
            }
        }
        return table;
    }

    /** Whether answers of some queries, one at least, and keys up to a last one are here. */
    private boolean has(int b, int h, int fromQuery, int count, int fromKey, int lastKey) {
        boolean rows = fromQuery >= 0 && fromQuery <= queries - count;
        return b < batch && h < heads && rows && fromKey >= 0 && lastKey < keys;
    }

    private long[] table(int b, int h) {
        int asked = tables.length / batch;
        return tables[b * asked + Math.min(h, asked - 1)];
    }

    /** A bit for each of up to 64 queries. */
    private long bits(long[] table, int fromQuery, int count, int key) {
        int word = fromQuery / Long.SIZE;
        int shift = fromQuery % Long.SIZE;
        long bits = table[word * keys + key] >>> shift;
        if (shift + count > Long.SIZE) {
            bits |= table[(word + 1) * keys + key] << -shift;
        }
        return bits & -1L >>> -count;
    }

    @Override
    public boolean allows(int batch, int head, int query, int key) {
        return allowed(batch, head, query, 1, key) != 0;
    }

    @Override
    public int allowed(int batch, int head, int fromQuery, int count, int key) {
        return has(batch, head, fromQuery, count, key, key)
                ? (int) bits(table(batch, head), fromQuery, count, key)
                : mask.allowed(batch, head, fromQuery, count, key);
    }

    @Override
    public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
        if (!has(batch, head, fromQuery, toQuery - fromQuery, fromKey, toKey - 1)) {
            return mask.visibility(batch, head, fromQuery, toQuery, fromKey, toKey);
        }
        long[] table = table(batch, head);
        boolean seen = false;
        boolean hidden = false;
        for (int i = fromQuery; i < toQuery; i += Long.SIZE) {
            int count = Math.min(Long.SIZE, toQuery - i);
            long all = -1L >>> -count;
            for (int j = fromKey; j < toKey; j++) {
                long bits = bits(table, i, count, j);
                seen |= bits != 0;
                hidden |= bits != all;
                if (seen && hidden) {
                    return Visibility.SOME;
                }
            }
        }
        return Visibility.of(seen);
    }

    @Override
    public boolean perHead() {
        return mask.perHead();
    }

    @Override
    public String toString() {
        return "Precomputed[" + mask + ", " + batch + ", " + heads + ", " + queries + ", " + keys + "]";
    }
}
