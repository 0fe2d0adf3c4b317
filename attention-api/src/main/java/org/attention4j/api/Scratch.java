package org.attention4j.api;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Scratch memory of one thread: a stack of arrays and objects that are handed out in order, and handed out again once the
 * stack has been cut back. A call that asks for the same things in the same order as the one before allocates nothing.
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
     */
    public float[] floats(int least) {
        if (depth < stack.size() && stack.get(depth) instanceof float[] array && array.length >= least) {
            depth++;
            return array;
        }
        return push(new float[least]);
    }

    /**
     * Integers with arbitrary contents.
     *
     * @param least how many are needed
     * @return an array of at least that length
     */
    public int[] ints(int least) {
        if (depth < stack.size() && stack.get(depth) instanceof int[] array && array.length >= least) {
            depth++;
            return array;
        }
        return push(new int[least]);
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
        if (depth < stack.size() && stack.get(depth).getClass() == type) {
            return type.cast(stack.get(depth++));
        }
        return push(maker.get());
    }

    private <T> T push(T thing) {
        if (depth < stack.size()) {
            stack.set(depth, thing);
        } else {
            stack.add(thing);
        }
        depth++;
        return thing;
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
