package org.attention4j.core;

import org.attention4j.api.Scratch;

/** Where a call's keys [B, K, S, E] and values [B, K, S, E'] come from, block by block of {@link KeyValues#BLOCK} keys of one head. */
interface KeySource {
    /** Key heads of a sequence. */
    int heads();

    /** Positions that there is room for: at least as many as any sequence has keys. */
    int capacity();

    /** How many queries to read a block for: more of them where reading it is work. */
    int queryBlock();

    /** What {@link #keys} and {@link #values} fill, with memory of the thread that reads. */
    KeyBlock block(Scratch scratch);

    /**
     * How many of {@code count} positions from a block's first on {@link #keys} and {@link #values} can read at once: whole blocks, and all of
     * what is less than one.
     */
    int run(int key, int count);

    /** Reads the first keys of a block, or of a {@link #run} of them; {@code key} is where it begins, a multiple of its size. */
    void keys(KeyBlock block, int sequence, int head, int key, int count);

    /** Reads the values of the same positions. */
    void values(KeyBlock block, int sequence, int head, int key, int count);

    /** One number of a key. */
    float key(int sequence, int head, int key, int e);

    /** Copies keys of one head out: [count, E]. */
    void keyRows(int sequence, int head, int first, int count, float[] rows);

    /** Copies values of one head out: [count, E']. */
    void valueRows(int sequence, int head, int first, int count, float[] rows);

    /** Bytes of all arrays. */
    long bytes();
}
