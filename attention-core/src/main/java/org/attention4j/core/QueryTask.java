package org.attention4j.core;

import org.attention4j.api.Scratch;
import org.attention4j.api.Workspace;

/** Writes what queries get. One part is one block of queries of one head of one sequence, or of some heads where a call takes them together. */
abstract class QueryTask implements Workspace.Task {
    AttentionCall call = new AttentionCall();

    @Override
    public final void run(int index, Scratch scratch) {
        int queryBlocks = call.queryBlocks();
        int headBlocks = call.headBlocks();
        int b = index / queryBlocks / headBlocks;
        int h = index / queryBlocks % headBlocks * call.headBlock();
        int from = index % queryBlocks * call.queryBlock();
        run(b, h, from, Math.min(from + call.queryBlock(), call.queryTime), scratch);
    }

    /** Takes queries {@code from} to {@code to}, those in the padding among them, of the heads of a block that begins with {@code h}. */
    abstract void run(int b, int h, int from, int to, Scratch scratch);
}
