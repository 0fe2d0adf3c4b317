package org.attention4j.core;

import org.attention4j.api.variant.AttentionRow;

/**
 * The row that a weighting sees. Its keys are those up to the last one that causality and length allow, so that it is the same
 * row whatever follows. Keys that the attention adds come first, as if they were before the sequence.
 */
final class KeyRow implements AttentionRow {
    private AttentionCall call = new AttentionCall();
    private int batch;
    private int head;
    private int keyHead;
    private int index;
    private int at;
    private int keys;
    private int firstKey;
    private int gone;

    /** Moves to a row; the number of its keys. */
    int set(AttentionCall newCall, VisibleKeys seen, int b, int h, int i) {
        return set(newCall, seen, b, h, i, 0);
    }

    /** As above, of stored keys from one on, before which the query sees none: a ring has no others. */
    int set(AttentionCall newCall, VisibleKeys seen, int b, int h, int i, int from) {
        call = newCall;
        gone = from;
        batch = b;
        head = h;
        keyHead = call.keyHead(h);
        index = i;
        at = call.query.at(b, h, i);
        int end = call.end(b, i);
        seen.queries(b, h, i, i + 1);
        int first = seen.next(from);
        firstKey = first + (first < end ? seen.begin(i) : 0) - from;
        keys = end - from;
        return keys;
    }

    @Override
    public int firstKey() {
        return firstKey;
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public int head() {
        return head;
    }

    @Override
    public int query() {
        return call.extraKeys + call.position(batch, index);
    }

    @Override
    public int keys() {
        return keys;
    }

    @Override
    public int firstPosition() {
        return gone;
    }

    @Override
    public int headWidth() {
        return call.keyWidth;
    }

    @Override
    public boolean sees(int key) {
        int own = gone + key - call.extraKeys;
        return own < 0 || key < keys && call.scores.allows(batch, head, index, call.position(batch, index), own);
    }

    @Override
    public float query(int e) {
        return call.query.array[at + e];
    }

    @Override
    public float key(int key, int e) {
        return call.keyValues.key(batch, keyHead, gone + key, e);
    }

    @Override
    public float score(int key) {
        float product = 0;
        for (int e = 0; e < call.keyWidth; e++) {
            product = Math.fma(query(e), key(key, e), product);
        }
        return product * call.scores.scale();
    }

    @Override
    public float parameter(int number) {
        return call.variantParameters[number];
    }
}
