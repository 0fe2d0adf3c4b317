package org.attention4j.tests;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerProvider;
import org.attention4j.tests.laws.Refusals;

/**
 * Runs the laws on one kind of mixer, without a test framework around it.
 *
 * <pre>{@code
 * Report report = Conformance.of(Mixers.load().provider("lstm")).tries(1000).run(ConformanceListener.silent());
 * }</pre>
 *
 * <p>Immutable; a run uses the calling thread and those that laws start.
 */
public final class Conformance {
    /** Cases for each law unless said otherwise: a few seconds a mixer. */
    public static final int DEFAULT_TRIES = 100;

    /** Generation size as jqwik passes it for so many tries by default. */
    private static final int GENERATION_SIZE = 1_000;

    private static final long SHRINKING_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final MixerProvider provider;
    private final int tries;
    private final long seed;
    private final Waivers waivers;
    private final List<Law> laws;

    private Conformance(MixerProvider provider, int tries, long seed, Waivers waivers, List<Law> laws) {
        this.provider = Objects.requireNonNull(provider, "provider");
        this.tries = tries;
        this.seed = seed;
        this.waivers = waivers;
        this.laws = laws;
    }

    /**
     * All laws, {@value #DEFAULT_TRIES} cases each, a seed of the moment.
     *
     * @param provider of the mixers
     * @return a run to be refined
     */
    public static Conformance of(MixerProvider provider) {
        long moment = System.nanoTime() ^ System.currentTimeMillis();
        return new Conformance(
                provider, DEFAULT_TRIES, Math.floorMod(moment, 1_000_000_000L), Waivers.none(), Laws.all());
    }

    /**
     * The same with another number of cases.
     *
     * @param count for each law, at least 1
     * @return a new run
     * @throws IllegalArgumentException if it is less than 1
     */
    public Conformance tries(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("tries = " + count + " is less than 1");
        }
        return new Conformance(provider, count, seed, waivers, laws);
    }

    /**
     * The same with a given seed. A law sees the same cases whether it is run alone or with others.
     *
     * @param number any
     * @return a new run
     */
    public Conformance seed(long number) {
        return new Conformance(provider, tries, number, waivers, laws);
    }

    /**
     * The same with waivers.
     *
     * @param known laws that are known to be broken
     * @return a new run
     */
    public Conformance waivers(Waivers known) {
        return new Conformance(provider, tries, seed, known, laws);
    }

    /**
     * The same with some laws only.
     *
     * @param ids of the laws
     * @return a new run
     * @throws IllegalArgumentException if there is no such law
     */
    public Conformance only(String... ids) {
        Set<Law> wanted = new LinkedHashSet<>();
        for (String id : ids) {
            wanted.add(Laws.named(id));
        }
        return new Conformance(provider, tries, seed, waivers, List.copyOf(wanted));
    }

    /**
     * Checks the laws.
     *
     * @param listener is told after each
     * @return what was found
     */
    public Report run(ConformanceListener listener) {
        List<LawResult> results = new ArrayList<>();
        List<Report.Unconcerned> unconcerned = new ArrayList<>();
        long start = System.nanoTime();
        Agreements agreements = new Agreements();
        Runnable all = () -> agreements.during(() -> run(listener, results, unconcerned, agreements));
        if (JqwikSession.isActive()) {
            all.run();
        } else {
            JqwikSession.run(all::run);
        }
        return new Report(
                provider.kind().id(), seed, tries, results, unconcerned, agreements.all(), millisSince(start));
    }

    private void run(
            ConformanceListener listener,
            List<LawResult> results,
            List<Report.Unconcerned> unconcerned,
            Agreements agreements) {
        Cases cases;
        try {
            cases = new Cases(provider, seed);
        } catch (Violation violation) {
            results.add(unusable(violation.getMessage()));
            return;
        }
        if (cases.none()) {
            results.add(unusable(
                    "spec(config) refused every configuration that was drawn from the option schema; the last, "
                            + cases.refusal()));
            return;
        }
        for (int i = 0; i < laws.size(); i++) {
            Law law = laws.get(i);
            Optional<String> reason = unconcerned(law, provider, cases);
            if (reason.isPresent()
                    && !law.options().isEmpty()
                    && law.unconcerned(provider.kind()).isEmpty()) {
                results.add(waived(unchecked(law, reason.get(), cases)));
                continue;
            }
            if (reason.isPresent()) {
                unconcerned.add(new Report.Unconcerned(law, reason.get()));
                continue;
            }
            listener.started(law, i, laws.size());
            LawResult result = waived(result(law, cases, agreements));
            results.add(result);
            listener.finished(result);
        }
    }

    private LawResult unusable(String problem) {
        return new LawResult(
                Laws.named("spec-known-before-building"), Verdict.FAIL, 1, 0, problem, Tally.NONE, Optional.empty());
    }

    /** A law of options that the kind has, without a configuration that it speaks of. */
    private static LawResult unchecked(Law law, String reason, Cases cases) {
        String note = "there was nothing to check, though there are the options " + law.options() + ": " + reason
                + ", among " + cases.count() + " and more that were drawn for it";
        return new LawResult(law, Verdict.UNCHECKED, 0, 0, note, Tally.NONE, Optional.empty());
    }

    /** Why a law does not concern a kind or any of its configurations. */
    static Optional<String> unconcerned(Law law, MixerProvider provider, Cases cases) {
        Optional<String> reason = law.unconcerned(provider.kind());
        if (reason.isEmpty() && !cases.any(law) && !refused(law, cases)) {
            return Optional.of("no configuration is " + law.configurations());
        }
        return reason;
    }

    /** Whether a law cannot be checked because a capability is never there, so that its refusal is what counts. */
    static boolean refused(Law law, Cases cases) {
        return !cases.any(law) && cases.any(spec -> law.missing(spec).isPresent());
    }

    private LawResult result(Law law, Cases cases, Agreements agreements) {
        long start = System.nanoTime();
        boolean refused = refused(law, cases);
        RandomGenerator<LawCase> generator =
                (refused ? cases.refusing(law) : cases.concerned(law)).generator(GENERATION_SIZE);
        Random random = new Random(seed * 31 + law.id().hashCode());
        String note = "";
        Tally tally = Tally.NONE;
        for (int i = 1; i <= tries; i++) {
            Shrinkable<LawCase> drawn = generator.next(random);
            if (!refused) {
                agreements.declared(drawn.value().spec().exactness());
            }
            try {
                tally = tally.plus(check(law, drawn.value()));
            } catch (Violation violation) {
                LawCase smallest = shrink(law, drawn).value();
                String message = violation(law, smallest).orElse(violation).getMessage() + repeat(law, i);
                return new LawResult(law, Verdict.FAIL, i, millisSince(start), message, tally, Optional.of(smallest));
            }
            if (refused) {
                Capability missing = law.missing(drawn.value().spec()).orElseThrow();
                note = drawn.value().spec().refusal(missing).getMessage();
            }
        }
        Verdict verdict = refused
                ? Verdict.REFUSED
                : tally.empty() ? Verdict.FAIL : tally.idle() ? Verdict.UNCHECKED : Verdict.PASS;
        if (tally.idle()) {
            note = "there was nothing to check: " + tally.why() + repeat(law, tries);
        } else if (tally.empty()) {
            note = "nothing was compared: " + tally + repeat(law, tries);
        } else if (tally.leftOut() > 0) {
            note = tally.toString();
        }
        return new LawResult(law, verdict, tries, millisSince(start), note, tally, Optional.empty());
    }

    /** The options are those of {@link Main}, too. */
    private String repeat(Law law, int cases) {
        return "\n  repeat:  conform " + provider.kind().id() + " --law " + law.id() + " --seed " + seed + " --tries "
                + cases;
    }

    private LawResult waived(LawResult result) {
        Optional<String> reason = waivers.reason(result.law());
        if (reason.isEmpty()) {
            return result;
        }
        boolean broken = result.verdict() == Verdict.FAIL;
        String note = broken
                ? "waived: " + reason.get() + "\n" + result.note()
                : "the waiver (\"" + reason.get() + "\") no longer applies: the law held in " + result.cases()
                        + " cases; remove it";
        return new LawResult(
                result.law(),
                broken ? Verdict.WAIVED : Verdict.FAIL,
                result.cases(),
                result.millis(),
                note,
                result.tally(),
                result.shrunk());
    }

    /** Checks the law, or the refusal where a capability that it needs is missing. */
    static Tally check(Law law, LawCase c) {
        Optional<Capability> missing = law.missing(c.spec());
        return missing.isPresent() ? Refusals.LAW.check(c) : law.check(c);
    }

    private static Optional<Violation> violation(Law law, LawCase c) {
        try {
            check(law, c);
            return Optional.empty();
        } catch (Violation violation) {
            return Optional.of(violation);
        }
    }

    /** Follows the first smaller case that is broken too, until there is none or the time is up. */
    private static Shrinkable<LawCase> shrink(Law law, Shrinkable<LawCase> broken) {
        long deadline = System.nanoTime() + SHRINKING_NANOS;
        Shrinkable<LawCase> smallest = broken;
        Optional<Shrinkable<LawCase>> next = Optional.of(broken);
        while (next.isPresent()) {
            smallest = next.get();
            try (Stream<Shrinkable<LawCase>> smaller = smallest.shrink()) {
                next = smaller.takeWhile(candidate -> System.nanoTime() < deadline)
                        .filter(candidate -> violation(law, candidate.value()).isPresent())
                        .findFirst();
            }
        }
        return smallest;
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }
}
