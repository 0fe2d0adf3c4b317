package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.Scratch;
import org.attention4j.api.variant.Visibility;
import org.attention4j.kernels.Kernels;

/**
 * Which keys a block of queries of one head may see, as bounds for the loops over keys: blocks of keys that none of them sees are passed
 * over, and masks are asked pair by pair, once, only where they do not know about {@link #GROUP} queries and a panel of 16 keys at once.
 * Where all heads see the same, the first blocks of keys are remembered from one head to the next.
 *
 * <p>No bit depends on what is left out: a hidden key has the score −∞, so its weight is 0, which leaves a sum as it is and a product out. What
 * a row starts with is a multiple of 16, so that every number keeps its lane in a sum.
 */
final class VisibleKeys {
    /** Queries that are asked about together. */
    static final int GROUP = 16;

    private static final int PANEL = 16;
    private static final int BLOCK = KeyValues.BLOCK;

    /** Blocks of keys that are remembered at most: of 512 queries, 1 MB. */
    private static final int REMEMBERED = 64;

    /** Numbers that say what was found of a block: where it begins, first and last query, whether it is whole. */
    private static final int FOUND = 4;

    private AttentionCall call = new AttentionCall();
    private int b;
    private int h;
    private int from;
    private int to;
    /** Past the last stored key that one of the queries may see. */
    private int end;
    /** Whether nothing but causality and lengths hides keys. */
    private boolean unmasked;
    /** The block of keys that was found. */
    private int key;

    private int width;
    /** Whether every query of the block sees the keys of the block that causality allows. */
    private boolean whole;

    private int first;
    private int last;
    /** Groups of a block of queries, at most, and blocks of keys that there is room for: the last one is not remembered. */
    private int groups;

    private int slots;
    /** Where the block that was found is, how many are remembered, and after how many the end came, if it did. */
    private int slot;

    private int known;
    private int all;
    /** Of each slot, what was found of the block. */
    private int[] found = {};
    /** Of each slot and group of queries, a bit for each panel of the block: whether a pair in it may be seen, and whether the mask must be asked. */
    private int[] open = {};

    private int[] asked = {};
    /** Of each slot, group and key of a panel that was asked, or is being hidden, a bit for each query that sees the key, and for those absent. */
    private int[] sees = {};

    private boolean ahead;

    /** For use again, for blocks of up to so many queries. */
    static VisibleKeys borrow(Scratch scratch, AttentionCall call, int queries) {
        return borrow(scratch, call, queries, 1);
    }

    /** As above, for so many heads one after the other; where they are more than one, all see the same. */
    static VisibleKeys borrow(Scratch scratch, AttentionCall call, int queries, int heads) {
        VisibleKeys seen = scratch.object(VisibleKeys.class, VisibleKeys::new);
        seen.call = call;
        seen.groups = Work.blocks(queries, GROUP);
        seen.slots = heads == 1 ? 1 : 1 + Math.min(REMEMBERED, Work.blocks(call.keyValues.capacity(), BLOCK));
        seen.b = -1;
        seen.found = scratch.ints(seen.slots * FOUND);
        seen.open = scratch.ints(seen.slots * seen.groups);
        seen.asked = scratch.ints(seen.slots * seen.groups);
        seen.ahead = queries > 1 && call.scores.variantMask() != null;
        seen.sees = scratch.ints(seen.slots * seen.groups * BLOCK);
        return seen;
    }

    /** Moves to a block of queries, of which there is at least one; no block of keys is found yet. */
    void queries(int sequence, int head, int fromQuery, int toQuery) {
        if (slots == 1 || b != sequence || from != fromQuery || to != toQuery) {
            known = 0;
            all = Integer.MAX_VALUE;
        }
        b = sequence;
        h = head;
        from = fromQuery;
        to = toQuery;
        end = call.end(b, to - 1);
        unmasked = !call.scores.masked();
    }

    /** Past the last stored key that one of the queries may see. */
    int end() {
        return end;
    }

    /** Finds the first block of keys, not before {@code start}, in which a query sees something: where it begins, or the end. */
    int next(int start) {
        slot = start == 0 ? 0 : Math.min(slot + 1, slots - 1);
        if (slot < known) {
            recall();
            return key;
        }
        for (int at = slot < all ? start : end; at < end; at += BLOCK) {
            at = unmasked ? at : skip(at);
            if (at < end && look(at)) {
                remember();
                return at;
            }
        }
        all = slot < slots - 1 ? slot : all;
        return end;
    }

    private void remember() {
        if (slot < slots - 1) {
            found[slot * FOUND] = key;
            found[slot * FOUND + 1] = first;
            found[slot * FOUND + 2] = last;
            found[slot * FOUND + 3] = whole ? 1 : 0;
            known = slot + 1;
        }
    }

    private void recall() {
        key = found[slot * FOUND];
        first = found[slot * FOUND + 1];
        last = found[slot * FOUND + 2];
        whole = found[slot * FOUND + 3] != 0;
        width = Math.min(BLOCK, end - key);
    }

    /** Past blocks that are hidden as a whole, in strides that double while that is so and halve where it is not. */
    private int skip(int start) {
        int at = start;
        int stride = BLOCK;
        while (at < end) {
            int next = (int) Math.min(end, (long) at + stride);
            if (visibility(from, to, at, next) == Visibility.NONE) {
                at = next;
                stride = Math.min(2 * stride, 1 << 29);
            } else if (stride == BLOCK) {
                return at;
            } else {
                stride /= 2;
            }
        }
        return at;
    }

    /** Looks at a block of keys; whether a query may see something of it. */
    private boolean look(int at) {
        key = at;
        width = Math.min(BLOCK, end - at);
        first = call.firstQuery(b, from, key);
        last = to;
        whole = unmasked || visibility(first, to, key, key + width) == Visibility.ALL;
        if (!whole) {
            for (int i = from; i < to; i += GROUP) {
                look(i, Math.min(i + GROUP, to));
            }
            while (first < last && open[place(first)] == 0) {
                first = from + (group(first) + 1) * GROUP;
            }
            while (first < last && open[place(last - 1)] == 0) {
                last = from + group(last - 1) * GROUP;
            }
        }
        return first < last;
    }

    private int group(int i) {
        return (i - from) / GROUP;
    }

    /** Where what was found of a query's group is. */
    private int place(int i) {
        return slot * groups + group(i);
    }

    private void look(int fromQuery, int toQuery) {
        int g = place(fromQuery);
        int columns = call.visible(b, toQuery - 1, key, width);
        Visibility all = columns == 0 ? Visibility.NONE : visibility(fromQuery, toQuery, key, key + columns);
        int panels = (1 << Work.blocks(columns, PANEL)) - 1;
        open[g] = all == Visibility.NONE ? 0 : panels;
        asked[g] = 0;
        for (int j = 0; j < columns && all == Visibility.SOME; j += PANEL) {
            Visibility panel = visibility(fromQuery, toQuery, key + j, key + Math.min(j + PANEL, columns));
            panel = panel == Visibility.SOME && ahead ? ask(fromQuery, toQuery, j) : panel;
            if (panel == Visibility.NONE) {
                open[g] &= ~(1 << j / PANEL);
            } else if (panel == Visibility.SOME) {
                asked[g] |= 1 << j / PANEL;
            }
        }
    }

    /** Asks the mask about every pair of a panel that causality allows, once: what it hides among them. */
    private Visibility ask(int fromQuery, int toQuery, int j) {
        int seen = 0;
        int hidden = 0;
        int at = place(fromQuery) * BLOCK;
        int position = call.position(b, fromQuery);
        for (int column = j; column < Math.min(j + PANEL, width); column++) {
            int causal = causal(fromQuery, toQuery, column);
            int own = key + column - call.extraKeys;
            int first = Integer.numberOfTrailingZeros(causal);
            int bits = own < 0 ? causal : call.scores.allowed(b, h, position, first, toQuery - fromQuery, own);
            sees[at + column] = bits | -1 << toQuery - fromQuery;
            seen |= bits;
            hidden |= causal ^ bits;
        }
        return seen == 0 ? Visibility.NONE : hidden == 0 ? Visibility.ALL : Visibility.SOME;
    }

    /** A bit for each of some queries of a group that may see a key of the block as far as causality goes. */
    private int causal(int fromQuery, int toQuery, int column) {
        int first = call.firstQuery(b, fromQuery, key + column) - fromQuery;
        return first < GROUP ? -1 << first & (1 << toQuery - fromQuery) - 1 : 0;
    }

    /** What is hidden among some queries and stored keys; every query sees extra keys. */
    private Visibility visibility(int fromQuery, int toQuery, int fromKey, int toKey) {
        int extra = call.extraKeys;
        if (toKey <= extra) {
            return Visibility.ALL;
        }
        int ownFrom = Math.max(0, fromKey - extra);
        int position = call.position(b, fromQuery);
        Visibility own = call.scores.visibility(
                b, h, fromQuery, toQuery - fromQuery, position, ownFrom, toKey - extra - ownFrom);
        return fromKey < extra && own == Visibility.NONE ? Visibility.SOME : own;
    }

    /** The first query that sees something of the block. */
    int first() {
        return first;
    }

    /** Past the last query that sees something of the block. */
    int last() {
        return last;
    }

    /** Keys of the block. */
    int width() {
        return width;
    }

    /** The column of the block before which a query sees nothing, a multiple of 16. */
    int begin(int i) {
        int panels = whole ? 1 : open[place(i)];
        return panels == 0 ? 0 : PANEL * Integer.numberOfTrailingZeros(panels);
    }

    /** The column of the block from which on a query sees nothing, not before {@link #begin}. */
    int end(int i) {
        int visible = call.visible(b, i, key, width);
        if (whole) {
            return visible;
        }
        int panels = Integer.SIZE - Integer.numberOfLeadingZeros(open[place(i)]);
        return Math.max(begin(i), Math.min(visible, PANEL * panels));
    }

    /** Past the last of the queries from one on whose products are computed together: as the last of them sees the most, over its columns. */
    int run(int i) {
        if (whole && call.visible(b, i, key, width) == width) {
            return last;
        }
        int next = groupEnd(i);
        int begin = begin(i);
        int end = end(next - 1);
        while (next < last && begin(next) == begin && end(groupEnd(next) - 1) == end) {
            next = groupEnd(next);
        }
        return next;
    }

    /** The first column, not before one, with which what a group of some queries sees begins or ends; a multiple of 16, or the width of the block. */
    int edge(int fromQuery, int toQuery, int least) {
        int edge = width;
        for (int i = fromQuery; i < toQuery; i += GROUP) {
            int begin = begin(i);
            int end = Work.padded(end(groupEnd(i) - 1));
            edge = begin >= least ? Math.min(edge, begin) : edge;
            edge = end >= least ? Math.min(edge, end) : edge;
        }
        return edge;
    }

    /** Whether the group that begins with a query sees a column; the columns of a group have no gaps here. */
    boolean sees(int i, int column) {
        return begin(i) <= column && column < end(groupEnd(i) - 1);
    }

    /** Past the last of the queries from one on whose groups see a column, or do not, as the first one does. */
    int alike(int i, int toQuery, int column) {
        int next = Math.min(i + GROUP, toQuery);
        while (next < toQuery && sees(next, column) == sees(i, column)) {
            next = Math.min(next + GROUP, toQuery);
        }
        return next;
    }

    private int groupEnd(int i) {
        return Math.min(from + (group(i) + 1) * GROUP, last);
    }

    /** Sets the scores of one query that the mask hides to −∞, in a row of the block that starts at {@code at}. */
    void hide(float[] x, int at, int i) {
        if (whole || call.scores.variantMask() == null) {
            return;
        }
        int g = place(i);
        int stop = end(i);
        for (int j = begin(i); j < stop; j += PANEL) {
            int to16 = Math.min(j + PANEL, stop);
            if ((open[g] >> j / PANEL & 1) == 0) {
                Arrays.fill(x, at + j, at + to16, Float.NEGATIVE_INFINITY);
            } else if ((asked[g] >> j / PANEL & 1) != 0 && ahead) {
                for (int column = j; column < to16; column++) {
                    if ((sees[g * BLOCK + column] >> (i - from) % GROUP & 1) == 0) {
                        x[at + column] = Float.NEGATIVE_INFINITY;
                    }
                }
            } else if ((asked[g] >> j / PANEL & 1) != 0) {
                int own = j + call.extra(key + j, to16 - j);
                call.scores.hide(x, at + own, to16 - own, b, h, call.position(b, i), key + own - call.extraKeys);
            }
        }
    }

    /**
     * As above, with what causality hides, of the group of queries that begins with one, whose scores lie in a panel, key after key. A mask and
     * causality cut few panels of keys; only those are touched.
     *
     * @param stop past the last column
     */
    void hide(Kernels kernels, float[] x, int at, int i, int stop) {
        int g = place(i);
        int next = groupEnd(i);
        int visible = call.visible(b, i, key, width);
        int absent = -1 << next - i;
        for (int j = begin(i); j < stop; j += PANEL) {
            int columns = Math.min(PANEL, stop - j);
            boolean closed = !whole && (open[g] >> j / PANEL & 1) == 0;
            boolean cut = ahead && !whole && (asked[g] >> j / PANEL & 1) != 0;
            if (!cut && !closed && j + columns <= visible) {
                continue;
            }
            for (int column = j; column < j + columns && !cut; column++) {
                sees[g * BLOCK + column] = absent | (closed ? 0 : causal(i, next, column));
            }
            kernels.hideColumns(columns, x, at + PANEL * j, sees, g * BLOCK + j);
        }
    }

    /** How many keys of the block one query sees. */
    int count(int i) {
        int begin = begin(i);
        int stop = end(i);
        if (unmasked) {
            return stop - begin;
        }
        int count = 0;
        for (int j = begin; j < stop; j++) {
            int own = key + j - call.extraKeys;
            if (own < 0 || call.scores.allows(b, h, i, call.position(b, i), own)) {
                count++;
            }
        }
        return count;
    }
}
