package org.attention4j.core;

import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.StateFile;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values in pages that sequences and states share as long as nobody writes to them (Kwon et al. 2023, section 4): a table of each
 * sequence names its pages in order.
 *
 * <p>Within a state a page counts the tables that name it. A state that is copied gives up all of its pages: they are {@linkplain
 * KeyPage#frozen frozen}, readable by both and written by none, so that states need no knowledge of each other and may live on different
 * threads. Whoever writes to a page that is not his alone writes to a copy of it.
 *
 * <p>A new state has all the pages that it can ever need. One that was copied, or loaded, makes those that it lacks when it needs them.
 */
final class PagedKeyValues extends KeyValues {
    private KeyPage model = new FloatPage();
    /** Pages that no table names. */
    private KeyPage[] free = {};

    private int freeCount;
    private int tableLength;

    /** Tables without pages. */
    static PagedKeyValues of(CacheForm form, int batch, int heads, int keyWidth, int valueWidth, int capacity) {
        int tableLength = Math.ceilDiv(capacity, form.page());
        if ((long) batch * tableLength > LARGEST_ARRAY) {
            throw new BadShapeException("capacity " + capacity + " in pages of " + form.page() + " for " + batch
                    + " sequences needs more pages than a Java array holds, " + LARGEST_ARRAY);
        }
        PagedKeyValues created = new PagedKeyValues();
        created.shape(batch, heads, keyWidth, valueWidth, capacity, form.page());
        created.model = form.emptyPage();
        created.model.shape(heads, keyWidth, valueWidth, form.page());
        created.tableLength = tableLength;
        return created;
    }

    @Override
    KeyValues allocate() {
        for (int b = 0; b < batch; b++) {
            pages[b] = new KeyPage[tableLength];
        }
        free = new KeyPage[batch * tableLength];
        for (int i = 0; i < free.length; i++) {
            free[i] = model.fresh();
        }
        freeCount = free.length;
        return this;
    }

    @Override
    boolean inPlace() {
        return model instanceof FloatPage;
    }

    @Override
    void reserve(int sequence, int first, int count) {
        KeyPage[] table = pages[sequence];
        int last = count == 0 ? -1 : (first + count - 1) / page;
        for (int i = first / page; i <= last; i++) {
            @Nullable KeyPage old = table[i];
            if (old == null) {
                table[i] = take();
            } else if (old.frozen || old.owners > 1) {
                KeyPage own = take();
                own.copyFrom(old);
                give(old);
                table[i] = own;
            }
        }
    }

    @Override
    void release(int sequence, int position) {
        release(pages[sequence], position);
    }

    private void release(KeyPage[] table, int position) {
        for (int i = Work.blocks(position, page); i < table.length && table[i] != null; i++) {
            give(table[i]);
            table[i] = null;
        }
    }

    private KeyPage take() {
        KeyPage taken = freeCount > 0 ? free[--freeCount] : model.fresh();
        taken.owners = 1;
        return taken;
    }

    private void give(KeyPage page) {
        if (!page.frozen && --page.owners == 0) {
            if (freeCount == free.length) {
                free = Arrays.copyOf(free, Math.max(16, 2 * freeCount));
            }
            free[freeCount++] = page;
        }
    }

    @Override
    KeyValues copy() {
        PagedKeyValues copy = new PagedKeyValues();
        copy.shape(batch, heads, keyWidth, valueWidth, capacity(), page);
        copy.model = model;
        copy.tableLength = tableLength;
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < tableLength && pages[b][i] != null; i++) {
                if (!pages[b][i].frozen) { // once frozen it is not written: another thread may be reading
                    pages[b][i].frozen = true;
                }
            }
            copy.pages[b] = pages[b].clone();
        }
        return copy;
    }

    @Override
    void reorder(int[] sources) {
        KeyPage[][] before = pages.clone();
        for (int b = 0; b < batch; b++) {
            pages[b] = before[sources[b]].clone();
            for (int i = 0; i < tableLength && pages[b][i] != null; i++) {
                if (!pages[b][i].frozen) {
                    pages[b][i].owners++;
                }
            }
        }
        for (int b = 0; b < batch; b++) {
            release(before[b], 0);
        }
    }

    @Override
    public long bytes() {
        Set<KeyPage> all = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int b = 0; b < batch; b++) {
            for (int i = 0; i < tableLength && pages[b][i] != null; i++) {
                all.add(pages[b][i]);
            }
        }
        return (all.size() + freeCount) * (model.bytes() + model.objects());
    }

    /** The tables, pages numbered as they come, and then the pages: one that is shared is written once. */
    @Override
    void save(StateFile.Writer writer) throws IOException {
        IdentityHashMap<KeyPage, Integer> numbers = new IdentityHashMap<>();
        KeyPage[] all = new KeyPage[batch * tableLength];
        for (int b = 0; b < batch; b++) {
            for (KeyPage named : pages[b]) {
                if (named != null && !numbers.containsKey(named)) {
                    all[numbers.size()] = named;
                    numbers.put(named, numbers.size());
                }
                writer.number(named == null ? -1 : numbers.get(named));
            }
        }
        for (int i = 0; i < numbers.size(); i++) {
            all[i].save(writer);
        }
    }

    @Override
    void load(StateFile.Reader reader) throws IOException {
        KeyPage[] all = new KeyPage[16];
        int count = 0;
        for (int b = 0; b < batch; b++) {
            KeyPage[] table = new KeyPage[Math.min(16, tableLength)]; // grows as it comes
            for (int i = 0; i < tableLength; i++) {
                table = i == table.length ? Arrays.copyOf(table, (int) Math.min(tableLength, 2L * i)) : table;
                pages[b] = table;
                long number = reader.number();
                boolean gap = number >= 0 && i > 0 && table[i - 1] == null;
                if (number < -1 || number > count || gap) {
                    throw reader.corrupt(
                            reader.offset() - Long.BYTES,
                            "page " + number + " in a table, after " + count + " pages" + (gap ? " and a gap" : ""));
                }
                if (number == count) {
                    all = count == all.length ? Arrays.copyOf(all, 2 * count) : all;
                    all[count] = model.sameKind();
                    all[count++].shape(heads, keyWidth, valueWidth, page);
                }
                if (number >= 0) {
                    table[i] = all[(int) number];
                    table[i].owners++;
                }
            }
            if (reader.position(b) > 0 && (reader.position(b) - 1) / page >= used(b)) {
                throw reader.corrupt(
                        reader.offset(),
                        "position " + reader.position(b) + " of sequence " + b + " is past its " + used(b)
                                + " pages of " + page);
            }
        }
        for (int i = 0; i < count; i++) {
            all[i].load(reader);
        }
    }

    /** Pages that a table names; they are its first ones. */
    private int used(int sequence) {
        int used = 0;
        while (used < tableLength && pages[sequence][used] != null) {
            used++;
        }
        return used;
    }
}
