package org.attention4j.api;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Scratch memory of one thread: a stack of arrays and objects that are handed out in order, and handed out again once the
 * stack has been cut back. Calls that ask for the same things, in whatever order and mixed with whatever other calls,
 * allocate nothing once the stack has grown to what they need.
 *
 * <p>Contents are arbitrary. Not safe for two threads.
 */
public final class Scratch {
    private final List<Object> stack = new ArrayList<>();
    private int depth;

    Scratch() {}

    /**
     * The present height of the stack, for {@link #release}.
     *
     * @return a mark
     */
    public int mark() {
        return depth;
    }

    /**
     * Takes back everything that was handed out since a mark.
     *
     * @param mark from {@link #mark}
     */
    public void release(int mark) {
        depth = mark;
    }

    /**
     * Floats with arbitrary contents.
     *
     * @param least how many are needed
     * @return an array of at least that length
     * @throws IllegalArgumentException if that is negative
     */
    public float[] floats(int least) {
        int small = -1;
        for (int i = depth; i < stack.size(); i++) {
            if (stack.get(i) instanceof float[] array) {
                if (array.length >= least) {
                    return take(i, array);
                }
                small = i;
            }
        }
        return add(small, new float[checked(least)]);
    }

    /**
     * Integers with arbitrary contents.
     *
     * @param least how many are needed
     * @return an array of at least that length
     * @throws IllegalArgumentException if that is negative
     */
    public int[] ints(int least) {
        int small = -1;
        for (int i = depth; i < stack.size(); i++) {
            if (stack.get(i) instanceof int[] array) {
                if (array.length >= least) {
                    return take(i, array);
                }
                small = i;
            }
        }
        return add(small, new int[checked(least)]);
    }

    /**
     * An object that is kept for reuse, such as a {@link Workspace.Task} with its fields.
     *
     * @param type its exact class
     * @param maker makes one where none is kept; a constructor reference, so that nothing is allocated for it
     * @param <T> its class
     * @return an object in the state in which it was last left
     */
    public <T> T object(Class<T> type, Supplier<T> maker) {
        for (int i = depth; i < stack.size(); i++) {
            if (stack.get(i).getClass() == type) {
                return take(i, type.cast(stack.get(i)));
            }
        }
        return add(-1, maker.get());
    }

    /** A product of sizes that overflowed is negative, or may be. */
    private static int checked(int least) {
        if (least < 0) {
            throw new IllegalArgumentException("scratch memory of " + least + " elements; allowed are 0 to 2^31 - 1");
        }
        return least;
    }

    /** Hands out what lies free at an index: it changes places with the first that is free. */
    private <T> T take(int index, T thing) {
        stack.set(index, stack.get(depth));
        stack.set(depth, thing);
        depth++;
        return thing;
    }

    /** Hands out a new thing, in place of a free one that was too small. */
    private <T> T add(int small, T thing) {
        if (small >= 0) {
            stack.set(small, thing);
            return take(small, thing);
        }
        stack.add(thing);
        return take(stack.size() - 1, thing);
    }

    /** The memory that is kept: bytes of all arrays. */
    long bytes() {
        long bytes = 0;
        for (Object thing : stack) {
            bytes += thing instanceof float[] floats ? 4L * floats.length : 0;
            bytes += thing instanceof int[] ints ? 4L * ints.length : 0;
        }
        return bytes;
    }
}
