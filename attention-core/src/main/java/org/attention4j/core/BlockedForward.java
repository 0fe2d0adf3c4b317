package org.attention4j.core;

import org.attention4j.api.Scratch;

/** Softmax attention of blocks of queries, head after head: {@link OnlineSoftmax}. */
final class BlockedForward extends QueryTask {
    @Override
    void run(int b, int firstHead, int from, int to, Scratch scratch) {
        AttentionCall c = call;
        int end = Math.min(to, c.queryLengths[b]);
        VisibleKeys seen = VisibleKeys.borrow(scratch, c, c.queryBlock(), c.headBlock());
        int mark = scratch.mark();
        for (int h = firstHead; h < Math.min(firstHead + c.headBlock(), c.heads); h++) {
            c.clear(b, h, from, to);
            if (from < end) {
                OnlineSoftmax.borrow(scratch, c, seen, b, h, from, end).run();
                scratch.release(mark);
            }
        }
    }
}
