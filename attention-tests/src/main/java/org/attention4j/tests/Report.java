package org.attention4j.tests;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attention4j.api.Exactness;

/**
 * What a run found.
 *
 * @param mixer id of the mixer
 * @param seed with which the run can be repeated
 * @param tries cases wanted for each law
 * @param results of the laws that concern the mixer, in their order
 * @param unconcerned the laws that do not, so that they do not count as passes
 * @param agreements how exactly configurations that were tried say that ways to the same result agree, and how they did
 * @param millis how long it took
 */
public record Report(
        String mixer,
        long seed,
        int tries,
        List<LawResult> results,
        List<Unconcerned> unconcerned,
        List<Agreement> agreements,
        long millis) {
    /**
     * A law that does not concern a mixer.
     *
     * @param law the law
     * @param reason why not
     */
    public record Unconcerned(Law law, String reason) {}

    /**
     * What was compared with what a mixer declares.
     *
     * @param declared bits, or the largest bound of one measure
     * @param largest the largest difference that was let pass, relative to what the bound is relative to; 0 where states round, as what
     *     follows for outputs is another for each
     */
    public record Agreement(Exactness declared, double largest) {
        /** One line. */
        @Override
        public String toString() {
            if (declared.isBits()) {
                return "the same bits";
            }
            String difference = String.format(Locale.ROOT, "the largest difference was %.2g", largest);
            return switch (declared.measure()) {
                case ROW -> "within " + declared.bound() + " of the largest number of an output's row; " + difference;
                case SEQUENCE ->
                    "within " + declared.bound() + " of the largest number of an output's sequence; " + difference;
                case STATE -> "the same bits but for what states round, by " + declared.bound() + " at most";
            };
        }
    }

    /** Copies the lists. */
    public Report {
        agreements = List.copyOf(agreements);
        results = List.copyOf(results);
        unconcerned = List.copyOf(unconcerned);
    }

    /**
     * How many laws came to a verdict.
     *
     * @param verdict the verdict
     * @return the number
     */
    public int count(Verdict verdict) {
        return (int)
                results.stream().filter(result -> result.verdict() == verdict).count();
    }

    /**
     * How many cases were tried.
     *
     * @return of all laws together
     */
    public long cases() {
        return results.stream().mapToLong(LawResult::cases).sum();
    }

    /**
     * Whether no law failed.
     *
     * @return true if so
     */
    public boolean passed() {
        return count(Verdict.FAIL) == 0;
    }

    /**
     * One line of totals.
     *
     * @return text
     */
    public String summary() {
        return mixer + ": " + results.size() + " laws: " + count(Verdict.PASS) + " passed, " + count(Verdict.FAIL)
                + " failed, " + count(Verdict.REFUSED) + " refused, " + count(Verdict.WAIVED) + " waived"
                + (count(Verdict.UNCHECKED) > 0 ? ", " + count(Verdict.UNCHECKED) + " NOT CHECKED" : "") + "; "
                + unconcerned.size() + " more do not concern it; " + cases() + " cases in "
                + String.format(Locale.ROOT, "%.1f", millis / 1000.0) + " s; seed " + seed;
    }

    /**
     * The report as maps, lists, strings and numbers, for whoever writes JSON.
     *
     * @return mixer, seed, tries, millis, cases, passed, counts by verdict, agreements, laws, unconcerned
     */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("mixer", mixer);
        map.put("seed", seed);
        map.put("tries", tries);
        map.put("millis", millis);
        map.put("cases", cases());
        map.put("passed", passed());
        Map<String, Object> counts = new LinkedHashMap<>();
        for (Verdict verdict : Verdict.values()) {
            counts.put(verdict.name(), count(verdict));
        }
        map.put("counts", counts);
        map.put("agreements", agreements.stream().map(Report::toMap).toList());
        map.put("laws", results.stream().map(Report::toMap).toList());
        map.put(
                "unconcerned",
                unconcerned.stream()
                        .map(one -> Map.of("law", one.law().id(), "reason", one.reason()))
                        .toList());
        return map;
    }

    private static Map<String, Object> toMap(Agreement agreement) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("bound", agreement.declared().bound());
        if (!agreement.declared().isBits()) {
            map.put("measure", agreement.declared().measure().name());
            map.put("largest", agreement.largest());
        }
        return map;
    }

    private static Map<String, Object> toMap(LawResult result) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("law", result.law().id());
        map.put("group", result.law().group().label());
        map.put("intent", result.law().intent());
        map.put("verdict", result.verdict().name());
        map.put("cases", result.cases());
        map.put("millis", result.millis());
        if (result.tally().compared() + result.tally().leftOut() > 0) {
            map.put("compared", result.tally().compared());
            map.put("leftOut", result.tally().leftOut());
        }
        if (!result.note().isEmpty()) {
            map.put("note", result.note());
        }
        result.shrunk().ifPresent(c -> map.put("case", c.toString()));
        return map;
    }
}
