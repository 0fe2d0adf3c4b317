package org.attention4j.api.variant;

/** The masks that {@link AttentionMask#and}, {@link AttentionMask#or} and {@link AttentionMask#not} make. */
final class MaskTerms {
    private MaskTerms() {}

    record And(AttentionMask a, AttentionMask b) implements AttentionMask {
        @Override
        public boolean allows(int batch, int head, int query, int key) {
            return a.allows(batch, head, query, key) && b.allows(batch, head, query, key);
        }

        @Override
        public int allowed(int batch, int head, int fromQuery, int queries, int key) {
            return a.allowed(batch, head, fromQuery, queries, key) & b.allowed(batch, head, fromQuery, queries, key);
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            Visibility first = a.visibility(batch, head, fromQuery, toQuery, fromKey, toKey);
            return first == Visibility.NONE
                    ? first
                    : first.and(b.visibility(batch, head, fromQuery, toQuery, fromKey, toKey));
        }

        @Override
        public boolean perHead() {
            return a.perHead() || b.perHead();
        }
    }

    record Or(AttentionMask a, AttentionMask b) implements AttentionMask {
        @Override
        public boolean allows(int batch, int head, int query, int key) {
            return a.allows(batch, head, query, key) || b.allows(batch, head, query, key);
        }

        @Override
        public int allowed(int batch, int head, int fromQuery, int queries, int key) {
            return a.allowed(batch, head, fromQuery, queries, key) | b.allowed(batch, head, fromQuery, queries, key);
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            Visibility first = a.visibility(batch, head, fromQuery, toQuery, fromKey, toKey);
            return first == Visibility.ALL
                    ? first
                    : first.or(b.visibility(batch, head, fromQuery, toQuery, fromKey, toKey));
        }

        @Override
        public boolean perHead() {
            return a.perHead() || b.perHead();
        }
    }

    record Not(AttentionMask mask) implements AttentionMask {
        @Override
        public boolean allows(int batch, int head, int query, int key) {
            return !mask.allows(batch, head, query, key);
        }

        @Override
        public int allowed(int batch, int head, int fromQuery, int queries, int key) {
            return ~mask.allowed(batch, head, fromQuery, queries, key) & PositionMasks.bits(0, queries, queries);
        }

        @Override
        public Visibility visibility(int batch, int head, int fromQuery, int toQuery, int fromKey, int toKey) {
            return mask.visibility(batch, head, fromQuery, toQuery, fromKey, toKey)
                    .not();
        }

        @Override
        public boolean perHead() {
            return mask.perHead();
        }

        @Override
        public AttentionMask not() {
            return mask;
        }
    }
}
