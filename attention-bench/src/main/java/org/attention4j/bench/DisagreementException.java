package org.attention4j.bench;

/** Both sides did not compute the same numbers, so that there is no race to report. */
public final class DisagreementException extends RuntimeException {
    private static final long serialVersionUID = 1;

    DisagreementException(String workload, int threads, String difference) {
        super(workload + " on " + threads + (threads == 1 ? " thread" : " threads")
                + ": the two sides do not compute the same numbers, so nothing is reported: " + difference);
    }
}
