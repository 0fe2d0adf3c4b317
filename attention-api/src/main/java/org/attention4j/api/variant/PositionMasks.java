package org.attention4j.api.variant;

/** Masks that are the same for every sequence. Differences of positions are taken in long: they may not fit an int. */
final class PositionMasks {
    /** No two positions are further apart. */
    private static final long FURTHEST = 1L << 32;

    private PositionMasks() {}

    /** A bit for each of some queries, of those from one on and before another: as {@link AttentionMask#allowed} gives them. */
    static int bits(long from, long to, int queries) {
        long first = Math.max(0, from);
        long last = Math.min(to, queries);
        return first < last ? (int) ((1L << last) - (1L << first)) : 0;
    }

    /** least ≤ key − query ≤ most. */
    record Band(long least, long most) implements PositionMask {
        @Override
        public boolean allows(int batch, int query, int key) {
            long ahead = (long) key - query;
            return least <= ahead && ahead <= most;
        }

        @Override
        public int allowed(int batch, int head, int fromQuery, int queries, int key) {
            long ahead = (long) key - fromQuery;
            return bits(ahead - Math.min(most, FURTHEST), ahead - Math.max(least, -FURTHEST) + 1, queries);
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            long lowest = fromKey - (toQuery - 1L);
            long highest = toKey - 1L - fromQuery;
            if (highest < least || most < lowest) {
                return Visibility.NONE;
            }
            return least <= lowest && highest <= most ? Visibility.ALL : Visibility.SOME;
        }
    }

    /** ⌊query / size⌋ = ⌊key / size⌋. */
    record Chunks(int size) implements PositionMask {
        @Override
        public boolean allows(int batch, int query, int key) {
            return Math.floorDiv(query, size) == Math.floorDiv(key, size);
        }

        @Override
        public int allowed(int batch, int head, int fromQuery, int queries, int key) {
            long first = (long) Math.floorDiv(key, size) * size - fromQuery;
            return bits(first, first + size, queries);
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            int firstQuery = Math.floorDiv(fromQuery, size);
            int lastQuery = Math.floorDiv(toQuery - 1, size);
            int firstKey = Math.floorDiv(fromKey, size);
            int lastKey = Math.floorDiv(toKey - 1, size);
            if (lastQuery < firstKey || lastKey < firstQuery) {
                return Visibility.NONE;
            }
            return firstQuery == lastQuery && firstKey == lastKey ? Visibility.ALL : Visibility.SOME;
        }
    }

    /** key &lt; length. */
    record Prefix(int length) implements PositionMask {
        @Override
        public boolean allows(int batch, int query, int key) {
            return key < length;
        }

        @Override
        public int allowed(int batch, int head, int fromQuery, int queries, int key) {
            return key < length ? bits(0, queries, queries) : 0;
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            return fromKey < length && length < toKey ? Visibility.SOME : Visibility.of(toKey <= length);
        }
    }

    /** query − key is a multiple of step. */
    record Dilated(int step) implements PositionMask {
        @Override
        public boolean allows(int batch, int query, int key) {
            return ((long) query - key) % step == 0;
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            long lowest = fromQuery - (toKey - 1L);
            long highest = toQuery - 1L - fromKey;
            boolean multiple = Math.floorDiv(highest, (long) step) * step >= lowest;
            return multiple && step > 1 && lowest < highest ? Visibility.SOME : Visibility.of(multiple);
        }
    }

    /** 0 ≤ query &lt; count or 0 ≤ key &lt; count. */
    record FirstGlobal(int count) implements PositionMask {
        @Override
        public boolean allows(int batch, int query, int key) {
            return query >= 0 && query < count || key >= 0 && key < count;
        }

        @Override
        public int allowed(int batch, int head, int fromQuery, int queries, int key) {
            return key >= 0 && key < count
                    ? bits(0, queries, queries)
                    : bits(-fromQuery, (long) count - fromQuery, queries);
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            return among(fromQuery, toQuery).or(among(fromKey, toKey));
        }

        private Visibility among(int from, int to) {
            boolean some = from < count && to > 0 && count > 0;
            return some && (from < 0 || to > count) ? Visibility.SOME : Visibility.of(some);
        }
    }

    /** table[⌊query / block⌋][⌊key / block⌋], rows after rows; not a record, as it has an array. */
    static final class BlockTable implements PositionMask {
        private final int block;
        private final int rows;
        private final int columns;
        private final boolean[] table;

        BlockTable(int block, int rows, int columns, boolean[] table) {
            this.block = block;
            this.rows = rows;
            this.columns = columns;
            this.table = table;
        }

        @Override
        public boolean allows(int batch, int query, int key) {
            return at(Math.floorDiv(query, block), Math.floorDiv(key, block));
        }

        private boolean at(int row, int column) {
            return row >= 0 && row < rows && column >= 0 && column < columns && table[row * columns + column];
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            int firstRow = Math.floorDiv(fromQuery, block);
            int lastRow = Math.floorDiv(toQuery - 1, block);
            int firstColumn = Math.floorDiv(fromKey, block);
            int lastColumn = Math.floorDiv(toKey - 1, block);
            boolean seen = at(firstRow, firstColumn);
            for (int r = firstRow; r <= lastRow; r++) {
                for (int c = firstColumn; c <= lastColumn; c++) {
                    if (at(r, c) != seen) {
                        return Visibility.SOME;
                    }
                }
            }
            return Visibility.of(seen);
        }

        @Override
        public String toString() {
            return "BlockTable[block=" + block + ", " + rows + " by " + columns + "]";
        }
    }
}
