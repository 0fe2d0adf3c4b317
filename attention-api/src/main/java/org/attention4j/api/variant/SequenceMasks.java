package org.attention4j.api.variant;

import java.util.Arrays;

/** Masks of given positions, or of positions that differ between sequences. */
final class SequenceMasks {
    private SequenceMasks() {}

    /** key &lt; lengths[batch]. */
    static final class Prefixes implements PositionMask {
        private final int[] lengths;

        Prefixes(int[] lengths) {
            this.lengths = lengths;
        }

        private int length(int batch) {
            return batch < lengths.length ? lengths[batch] : 0;
        }

        @Override
        public boolean allows(int batch, int query, int key) {
            return key < length(batch);
        }

        @Override
        public int allowed(int batch, int head, int fromQuery, int queries, int key) {
            return key < length(batch) ? PositionMasks.bits(0, queries, queries) : 0;
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            int length = length(batch);
            return fromKey < length && length < toKey ? Visibility.SOME : Visibility.of(toKey <= length);
        }

        @Override
        public String toString() {
            return "Prefixes" + Arrays.toString(lengths);
        }
    }

    /** ids[batch][query] = ids[batch][key] ≥ 0. */
    static final class Documents implements PositionMask {
        private static final int[] NOTHING = {};

        private final int[][] ids;
        private final boolean perSequence;

        Documents(int[][] ids, boolean perSequence) {
            this.ids = ids;
            this.perSequence = perSequence;
        }

        private int[] ids(int batch) {
            int row = perSequence ? batch : 0;
            return row < ids.length ? ids[row] : NOTHING;
        }

        /** −1 for no document. */
        private static int id(int[] ids, int position) {
            return position < 0 || position >= ids.length ? -1 : Math.max(-1, ids[position]);
        }

        @Override
        public boolean allows(int batch, int query, int key) {
            int[] own = ids(batch);
            int id = id(own, query);
            return id >= 0 && id == id(own, key);
        }

        @Override
        public int allowed(int batch, int head, int fromQuery, int queries, int key) {
            int[] own = ids(batch);
            int id = id(own, key);
            int bits = 0;
            for (int i = 0; i < queries && id >= 0; i++) {
                bits |= (id(own, fromQuery + i) == id ? 1 : 0) << i;
            }
            return bits;
        }

        /** Looks at every position once: of documents in order it knows whether there is a common one. */
        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            int[] own = ids(batch);
            int leastQuery = least(own, fromQuery, toQuery);
            int mostQuery = most(own, fromQuery, toQuery);
            int leastKey = least(own, fromKey, toKey);
            int mostKey = most(own, fromKey, toKey);
            if (mostQuery < 0 || mostKey < 0 || mostQuery < leastKey || mostKey < leastQuery) {
                return Visibility.NONE;
            }
            boolean one = leastQuery == mostQuery && leastKey == mostKey && leastQuery == leastKey;
            return one ? Visibility.ALL : Visibility.SOME;
        }

        private static int least(int[] ids, int from, int to) {
            int least = from < 0 || to > ids.length ? -1 : Integer.MAX_VALUE;
            for (int i = Math.max(0, from); i < Math.min(to, ids.length); i++) {
                least = Math.min(least, Math.max(-1, ids[i]));
            }
            return least;
        }

        private static int most(int[] ids, int from, int to) {
            int most = -1;
            for (int i = Math.max(0, from); i < Math.min(to, ids.length); i++) {
                most = Math.max(most, ids[i]);
            }
            return most;
        }

        @Override
        public String toString() {
            return "Documents[" + (perSequence ? ids.length + " sequences" : ids[0].length + " positions") + "]";
        }
    }

    /** Query or key is one of the positions. */
    static final class Globals implements PositionMask {
        private final int[] positions;

        Globals(int[] sortedPositions) {
            positions = sortedPositions;
        }

        /** How many of the positions are below. */
        private int below(int position) {
            int found = Arrays.binarySearch(positions, position);
            return found < 0 ? -1 - found : found;
        }

        private int among(int from, int to) {
            return below(to) - below(from);
        }

        @Override
        public boolean allows(int batch, int query, int key) {
            return Arrays.binarySearch(positions, query) >= 0 || Arrays.binarySearch(positions, key) >= 0;
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            int queries = among(fromQuery, toQuery);
            int keys = among(fromKey, toKey);
            boolean all = queries == toQuery - fromQuery || keys == toKey - fromKey;
            return !all && queries + keys > 0 ? Visibility.SOME : Visibility.of(all);
        }

        @Override
        public String toString() {
            return "Globals" + Arrays.toString(positions);
        }
    }
}
