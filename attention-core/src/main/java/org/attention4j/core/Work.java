package org.attention4j.core;

import org.attention4j.api.Workspace;

/** Shares work among threads where that pays, and counts in blocks and panels. */
final class Work {
    /** Multiply-adds below which a second thread costs more than it saves: about 20 µs of one core. */
    private static final long SMALL = 1L << 20;

    private Work() {}

    /** Runs every part; in the calling thread if all of them together are small. */
    static void run(Workspace workspace, int parts, double multiplyAdds, Workspace.Task task) {
        workspace.run(parts, isShared(multiplyAdds), task);
    }

    /** Whether so much work is worth another thread. */
    static boolean isShared(double multiplyAdds) {
        return multiplyAdds >= SMALL;
    }

    /** Blocks of a given size that cover a length. */
    static int blocks(int length, int size) {
        return (length + size - 1) / size;
    }

    /** A length rounded up to whole panels. */
    static int padded(int width) {
        return (width + 15) & ~15;
    }
}
