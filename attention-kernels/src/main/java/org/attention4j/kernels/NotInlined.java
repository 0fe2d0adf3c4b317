package org.attention4j.kernels;

/**
 * A class that nothing loads: the compiler does not inline a method that has it in its signature.
 *
 * <p>A vector loop must be compiled on its own. If its caller takes it in, together with others, the whole passes the compiler's
 * budget (18,000 nodes, about sixty vector operations), the rest is called instead of inlined, and vectors that cross a call are
 * objects: ten times slower, or not, depending on what the program happened to run first. HotSpot has no annotation for this
 * outside the JDK, but refuses "unloaded signature classes" (bytecodeInfo.cpp). Should that change, only speed is at stake: the benchmarks'
 * canary tells. Callers pass null.
 */
final class NotInlined {
    private NotInlined() {}
}
