package org.attention4j.core;

import java.io.IOException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.MixerState;
import org.attention4j.api.Scratch;
import org.attention4j.api.StateFile;
import org.attention4j.kernels.PackedMatrix;

/**
 * Keys and values of a batch, packed as the kernels read them: of each sequence one page that holds all positions, one that positions
 * go round in, or a table of pages.
 *
 * <p>Positions are written one by one, in any order; what has not been written holds anything and is not read. A block of keys that is one
 * piece of floats is read in place; otherwise it is put together in memory of the thread that reads.
 */
class KeyValues implements KeySource {
    /**
     * Keys a block: softmax goes on from block to block, so this number is part of what the bits are. Measured at n = 1,024 and E = 64 with
     * 16, 32 and 64 queries: 128 and 256 keys are equally fast, 64 a fifth slower.
     */
    static final int BLOCK = 128;

    /** Queries of a task: enough to use each key of a block many times, few enough for all threads to have work. */
    private static final int QUERY_BLOCK = 32;

    static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    int batch;
    int heads;
    int keyWidth;
    int valueWidth;
    /** Positions of a page. */
    int page;
    /** Positions after which a sequence begins again at its first page; 0 where it does not. */
    int ring;
    /** The pages of each sequence, in order. */
    KeyPage[][] pages = {};

    private int capacity;

    /** Takes a form; pages must follow. */
    final void shape(int newBatch, int newHeads, int newKeyWidth, int newValueWidth, int newCapacity, int newPage) {
        if (newBatch > LARGEST_ARRAY) {
            throw new BadShapeException(
                    "keys and values of " + newBatch + " sequences: a Java array holds at most " + LARGEST_ARRAY);
        }
        batch = newBatch;
        heads = newHeads;
        keyWidth = newKeyWidth;
        valueWidth = newValueWidth;
        capacity = newCapacity;
        page = newPage;
        check(KeyPage.keyNumbers(heads, keyWidth, page), "keys", keyWidth);
        check(KeyPage.valueNumbers(heads, valueWidth, page), "values", valueWidth);
        if (pages.length < batch) {
            pages = new KeyPage[batch][];
        }
    }

    private void check(long floats, String what, int width) {
        int most = LARGEST_ARRAY - PackedMatrix.START;
        if (floats > most) {
            throw new BadShapeException(page + " " + what + " of " + heads + " heads of width " + width + " need "
                    + floats + " floats a sequence; an array holds at most " + most);
        }
    }

    /** Memory of a call. */
    static KeyValues borrow(Scratch scratch, int batch, int heads, int keyWidth, int valueWidth, int capacity) {
        KeyValues borrowed = scratch.object(KeyValues.class, KeyValues::new);
        borrowed.shape(batch, heads, keyWidth, valueWidth, capacity, capacity);
        for (int b = 0; b < batch; b++) {
            FloatPage all = scratch.object(FloatPage.class, FloatPage::new);
            all.shape(heads, keyWidth, valueWidth, capacity);
            all.borrow(scratch);
            if (borrowed.pages[b] == null) {
                borrowed.pages[b] = new KeyPage[1];
            }
            borrowed.pages[b][0] = all;
        }
        return borrowed;
    }

    /** Memory of its own, zeros. */
    static KeyValues create(int batch, int heads, int keyWidth, int valueWidth, int capacity) {
        KeyValues created = new KeyValues();
        created.shape(batch, heads, keyWidth, valueWidth, capacity, capacity);
        for (int b = 0; b < batch; b++) {
            created.pages[b] = new KeyPage[] {KeyPage.of(new FloatPage(), heads, keyWidth, valueWidth, capacity)};
        }
        return created;
    }

    /** Memory of its own in which each sequence has one page, of positions that there is room for or that it goes round in. */
    static KeyValues single(CacheForm form, int batch, int heads, int keyWidth, int valueWidth, int capacity) {
        KeyValues created = new KeyValues();
        int positions = form.positions(capacity);
        created.shape(batch, heads, keyWidth, valueWidth, positions, positions);
        created.ring = form.isRing() ? positions : 0;
        for (int b = 0; b < batch; b++) {
            created.pages[b] = new KeyPage[] {form.emptyPage()};
            created.pages[b][0].shape(heads, keyWidth, valueWidth, created.page);
        }
        return created;
    }

    /** Makes the arrays, zeros. */
    KeyValues allocate() {
        for (int b = 0; b < batch; b++) {
            pages[b][0].allocate();
        }
        return this;
    }

    void save(StateFile.Writer writer) throws IOException {
        for (int b = 0; b < batch; b++) {
            pages[b][0].save(writer);
        }
    }

    /** Reads what {@link #save} wrote, instead of {@link #allocate}. */
    void load(StateFile.Reader reader) throws IOException {
        for (int b = 0; b < batch; b++) {
            pages[b][0].load(reader);
        }
    }

    /** Lets every sequence go on from what another one, or it itself, holds. */
    void reorder(int[] sources) {
        MixerState.reorder(pages, sources, (from, to) -> to[0].copyFrom(from[0]));
    }

    /** The same pages for other sequences, to be read only. */
    final KeyValues select(int[] sequences) {
        KeyValues selected = new KeyValues();
        selected.shape(sequences.length, heads, keyWidth, valueWidth, capacity, page);
        selected.ring = ring;
        for (int i = 0; i < sequences.length; i++) {
            selected.pages[i] = pages[sequences[i]];
        }
        return selected;
    }

    /** Forgets what is at or past a position. */
    void release(int sequence, int position) {}

    KeyValues copy() {
        KeyValues copy = new KeyValues();
        copy.shape(batch, heads, keyWidth, valueWidth, capacity, page);
        copy.ring = ring;
        for (int b = 0; b < batch; b++) {
            copy.pages[b] = new KeyPage[] {pages[b][0].fresh()};
            copy.pages[b][0].copyFrom(pages[b][0]);
        }
        return copy;
    }

    @Override
    public final int capacity() {
        return capacity;
    }

    @Override
    public final int heads() {
        return heads;
    }

    @Override
    public final int queryBlock() {
        return QUERY_BLOCK;
    }

    /** Where a position is among those of all pages. */
    private int slot(int position) {
        return ring == 0 ? position : position % ring;
    }

    private KeyPage pageOf(int sequence, int slot) {
        return pages[sequence][slot < page ? 0 : slot / page];
    }

    /** Where a position is in its page. */
    private int within(int slot) {
        return slot < page ? slot : slot % page;
    }

    /** Whether blocks lie within pages. */
    private boolean wholeBlocks() {
        return page % BLOCK == 0 || page >= capacity;
    }

    @Override
    public final KeyBlock block(Scratch scratch) {
        KeyBlock block = KeyBlock.borrow(scratch);
        if (batch > 0 && !(wholeBlocks() && inPlace())) {
            block.own(
                    scratch, PackedMatrix.panelsLength(keyWidth, BLOCK), PackedMatrix.panelsLength(BLOCK, valueWidth));
        }
        return block;
    }

    /** Whether pages are floats. */
    boolean inPlace() {
        return pages[0][0] instanceof FloatPage;
    }

    @Override
    public final int run(int key, int count) {
        if (!(wholeBlocks() && inPlace())) {
            return Math.min(count, BLOCK);
        }
        return Math.min(count, page - within(slot(key))); // panel after panel
    }

    @Override
    public final void keys(KeyBlock block, int sequence, int head, int key, int count) {
        int slot = slot(key);
        KeyPage found = pageOf(sequence, slot);
        if (found instanceof FloatPage floats && wholeBlocks()) {
            block.keys = floats.keys;
            block.keysAt = floats.keysAt(head, within(slot));
            return;
        }
        block.keys = block.ownKeys;
        block.keysAt = 0;
        for (int done = 0, n; done < count; done += n) {
            int at = slot(key + done);
            n = Math.min(count - done, page - within(at));
            pageOf(sequence, at).readKeys(head, within(at), n, block.keys, done);
        }
    }

    @Override
    public final void values(KeyBlock block, int sequence, int head, int key, int count) {
        int slot = slot(key);
        KeyPage found = pageOf(sequence, slot);
        if (found instanceof FloatPage floats && wholeBlocks()) {
            block.values = floats.values;
            block.valuesAt = floats.valuesAt(head, within(slot));
            block.valueStride = floats.valueStride();
            return;
        }
        block.values = block.ownValues;
        block.valuesAt = 0;
        block.valueStride = 16 * count;
        for (int done = 0, n; done < count; done += n) {
            int at = slot(key + done);
            n = Math.min(count - done, page - within(at));
            pageOf(sequence, at).readValues(head, within(at), n, block.values, 16 * done, block.valueStride);
        }
    }

    @Override
    public long bytes() {
        long bytes = 0;
        for (int b = 0; b < batch; b++) {
            bytes += pages[b][0].bytes();
        }
        return bytes;
    }

    /** Makes room for positions to be written, before threads write them. */
    void reserve(int sequence, int first, int count) {}

    /** Writes keys: number e of head h of row i is {@code rows[offset + i · rowStride + h · headStride + e]}. */
    final void putKeys(int sequence, int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        for (int done = 0, n; done < count; done += n) {
            int at = slot(first + done);
            n = Math.min(count - done, page - within(at));
            pageOf(sequence, at).putKeys(within(at), n, rows, offset + done * rowStride, rowStride, headStride);
        }
    }

    /** Writes values, laid out as for {@link #putKeys}. */
    final void putValues(int sequence, int first, int count, float[] rows, int offset, int rowStride, int headStride) {
        for (int done = 0, n; done < count; done += n) {
            int at = slot(first + done);
            n = Math.min(count - done, page - within(at));
            pageOf(sequence, at).putValues(within(at), n, rows, offset + done * rowStride, rowStride, headStride);
        }
    }

    @Override
    public final float key(int sequence, int head, int key, int e) {
        int slot = slot(key);
        return pageOf(sequence, slot).key(head, within(slot), e);
    }

    @Override
    public final void keyRows(int sequence, int head, int first, int count, float[] rows) {
        for (int j = 0; j < count; j++) {
            int slot = slot(first + j);
            pageOf(sequence, slot).keyRow(head, within(slot), rows, j * keyWidth);
        }
    }

    @Override
    public final void valueRows(int sequence, int head, int first, int count, float[] rows) {
        for (int j = 0; j < count; j++) {
            int slot = slot(first + j);
            pageOf(sequence, slot).valueRow(head, within(slot), rows, j * valueWidth);
        }
    }
}
