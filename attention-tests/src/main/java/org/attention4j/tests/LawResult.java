package org.attention4j.tests;

import java.util.Optional;

/**
 * What became of one law.
 *
 * @param law the law
 * @param verdict what became of it
 * @param cases how many were tried, those of shrinking left out
 * @param millis how long it took
 * @param note FAIL: the message, with the case and how to repeat it; REFUSED: the mixer's reason; WAIVED: the waiver's
 *     reason and the message; PASS: what was left out, if anything was
 * @param tally what was compared and what was left out, as far as the law held
 * @param shrunk the smallest case that was found to break the law
 */
public record LawResult(
        Law law, Verdict verdict, int cases, long millis, String note, Tally tally, Optional<LawCase> shrunk) {}
