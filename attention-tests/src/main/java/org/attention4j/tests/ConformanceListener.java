package org.attention4j.tests;

/** Is told how a run goes on. */
public interface ConformanceListener {
    /**
     * A law is about to be checked.
     *
     * @param law which
     * @param index how many were before
     * @param total how many there are
     */
    default void started(Law law, int index, int total) {}

    /**
     * A law has been checked.
     *
     * @param result what became of it
     */
    default void finished(LawResult result) {}

    /**
     * One that says nothing.
     *
     * @return a listener
     */
    static ConformanceListener silent() {
        return new ConformanceListener() {};
    }
}
