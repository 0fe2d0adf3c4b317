package org.attention4j.tests;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.Lifespan;
import net.jqwik.api.lifecycle.Store;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.jspecify.annotations.Nullable;

/**
 * The cases of one mixer. Valid configurations are sampled once from the option schema, simple ones first, so that drawing
 * needs no filter and shrinking ends at the simplest; jqwik draws the rest.
 */
final class Cases {
    /** Enough to meet every combination of a few options. */
    private static final int SAMPLES = 1_600;

    /** Enough for five choices of the largest family, one of them of six, to meet some ten times. */
    private static final int FAMILY_SAMPLES = 1_200;

    /** Often drawn: where other options say how many numbers there are, a list that is refused becomes as long as they say. */
    private static final int LONGEST_LIST = 8;

    /** Two vectors of 512 bits; at most four and a number more. */
    private static final int WIDE = 32;

    private static final int WIDEST = 65;

    private static final int LARGEST_BATCH = 4;
    private static final int LONGEST = 12;

    /** Few cases have so many positions: past the 16, 32, 64 or 128 that algorithms take at a time. */
    private static final int LONGEST_OF_ALL = 150;

    /** What an option that counts positions allows at least; widths, layers and taps are fewer, and so many of them would take long. */
    private static final int OF_POSITIONS = 1 << 30;

    private static final int LONGEST_CHUNK = 40;
    private static final int MOST_THREADS = 9;

    /** For jqwik properties: configurations are always the same; which are drawn, and everything else, is up to jqwik's seed. */
    private static final long FIXED_SEED = 20_251_124L;

    /** If fewer configurations than this meet the conditions of a law that speaks of options, more are sought. */
    private static final int FEW = 8;

    /** Of the options of such a law and one more. */
    private static final int SOUGHT = 40;

    private final MixerProvider provider;
    private final long seed;
    private final List<MixerSpec> specs = new ArrayList<>();
    private final Map<String, List<MixerSpec>> ofLaws = new HashMap<>();
    private String refusal = "";

    /** Those of a contract: sampled once for all its laws, as sampling takes longer than most laws. */
    static Cases of(ContractBase contract) {
        return Store.getOrCreate(contract.getClass(), Lifespan.RUN, () -> new Cases(contract.subject(), FIXED_SEED))
                .get();
    }

    /**
     * Samples the configurations.
     *
     * @throws Violation if the provider throws anything except a refusal, or gives nothing
     */
    Cases(MixerProvider provider, long seed) {
        this.provider = provider;
        this.seed = seed;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < SAMPLES; i++) {
            valid(config(random)).ifPresent(specs::add);
        }
        pairs(random);
        families(random);
        specs.sort(Comparator.comparingDouble(this::size));
    }

    /**
     * A valid configuration near a drawn one: numbers that are refused become smaller and lists shorter, and options that are still refused go
     * back to their defaults, so that the others still meet.
     */
    private Optional<MixerSpec> valid(MixerConfig drawn) {
        MixerConfig config = drawn;
        while (true) {
            try {
                return Optional.of(spec(config));
            } catch (BadConfigurationException refused) {
                refusal = config + ", with: " + refused.getMessage();
                Object value = config.options().get(refused.option());
                if (value == null) {
                    return Optional.empty();
                }
                Optional<Object> less = smaller(value);
                config =
                        less.isPresent() ? config.with(refused.option(), less.get()) : config.without(refused.option());
            }
        }
    }

    private MixerSpec spec(MixerConfig config) {
        @Nullable MixerSpec spec;
        try {
            spec = provider.spec(config);
        } catch (BadConfigurationException refused) {
            throw refused;
        } catch (RuntimeException | LinkageError | StackOverflowError thrown) {
            throw new Violation(
                    "spec(config) threw " + thrown + " for " + config + "; it may throw BadConfigurationException only"
                            + Law.where(thrown),
                    thrown);
        }
        if (spec == null) {
            throw new Violation("spec(config) returned null for " + config);
        }
        return spec;
    }

    /** The next of the values to try instead of one that is refused: there may be one number too many for what other options say. */
    private static Optional<Object> smaller(Object value) {
        if (value instanceof List<?> list && list.size() > 1) {
            return Optional.of(list.subList(0, list.size() - 1));
        }
        return value instanceof Integer number && number > 1 ? Optional.of(number - 1) : Optional.empty();
    }

    private MixerConfig config(SplittableRandom random) {
        MixerConfig config = MixerConfig.width(width(random));
        int often = random.nextInt(16) == 0 ? 0 : random.nextInt(1, 4); // 0: all defaults
        for (Option<?> option : provider.kind().options().options()) {
            if (random.nextInt(often + 1) != 0) {
                config = config.with(option.name(), value(option, random));
            }
        }
        return config;
    }

    /** Mostly small; of 8 and 16, and of {@value #WIDE} and more, vectors and unrolled loops make one piece or several. */
    private static int width(SplittableRandom random) {
        return switch (random.nextInt(20)) {
            case 0 -> random.nextInt(WIDE, WIDEST + 1);
            case 1, 2, 3, 4, 5 -> 8 << random.nextInt(2);
            default -> random.nextInt(1, 13);
        };
    }

    /** Every two options away from their defaults and no other: a law that speaks of one option meets it, among many options too. */
    private void pairs(SplittableRandom random) {
        List<Option<?>> options = provider.kind().options().options();
        for (int i = 0; i < options.size(); i++) {
            for (int j = 0; j < i; j++) {
                pair(options.get(i), options.get(j), random).ifPresent(specs::add);
            }
        }
    }

    /** Values of two options that go together, if they are soon found: heads divide the width, and their groups the heads. */
    private Optional<MixerSpec> pair(Option<?> one, Option<?> two, SplittableRandom random) {
        Optional<MixerSpec> found = Optional.empty();
        for (int i = 0; i < 8; i++) {
            MixerConfig drawn = MixerConfig.width(random.nextInt(1, 13))
                    .with(one.name(), other(one, random))
                    .with(two.name(), other(two, random));
            found = valid(drawn);
            if (found.filter(spec ->
                            !spec.config().isDefault(one) && !spec.config().isDefault(two))
                    .isPresent()) {
                return found;
            }
        }
        return found;
    }

    /**
     * Most options whose names begin with one word away from their defaults, and no other: some mean nothing but in the company of several others,
     * such as where the ramp of one of many scalings of rotary angles begins. The larger a family, the more often it is drawn.
     */
    private void families(SplittableRandom random) {
        List<Option<?>> options = provider.kind().options().options();
        Map<String, List<Option<?>>> families = options.stream().collect(Collectors.groupingBy(Cases::family));
        List<Option<?>> members = options.stream()
                .filter(option -> families.get(family(option)).size() > 2)
                .toList();
        for (int i = 0; i < FAMILY_SAMPLES && !members.isEmpty(); i++) {
            MixerConfig config = MixerConfig.width(random.nextInt(1, 13));
            for (Option<?> option : families.get(family(members.get(random.nextInt(members.size()))))) {
                if (random.nextInt(8) != 0) {
                    config = config.with(option.name(), other(option, random));
                }
            }
            valid(config).ifPresent(specs::add);
        }
    }

    private static String family(Option<?> option) {
        return option.name().split("-", 2)[0];
    }

    /** A value that is not the default, if that is soon found. */
    private static Object other(Option<?> option, SplittableRandom random) {
        Object value = value(option, random);
        for (int i = 0; i < 16 && Option.text(value).equals(option.defaultText()); i++) {
            value = value(option, random);
        }
        return value;
    }

    private static Object value(Option<?> option, SplittableRandom random) {
        return switch (option.type()) {
            case BOOLEAN -> random.nextBoolean();
            case CHOICE -> option.choices().get(random.nextInt(option.choices().size()));
            case INTEGER -> (int) Math.min(option.most(), option.least() + more(option, random));
            case DECIMAL -> decimal(option, random);
            case DECIMALS ->
                Stream.generate(() -> decimal(option, random))
                        .limit(Math.min(
                                option.longest(),
                                random.nextBoolean() ? LONGEST_LIST : random.nextInt(1, LONGEST_LIST)))
                        .toList();
        };
    }

    /** A few; where an option counts positions, now and then as many as are in a long sequence: then a window's edge is not in the first block of keys. */
    private static int more(Option<?> option, SplittableRandom random) {
        boolean many = option.most() >= OF_POSITIONS && random.nextInt(8) == 0;
        return random.nextInt(many ? LONGEST_OF_ALL : 7);
    }

    private static double decimal(Option<?> option, SplittableRandom random) {
        double low = Math.max(option.least(), -8);
        double high = Math.min(option.most(), 8);
        return !(low < high) ? option.least() : random.nextInt(4) == 0 ? low : random.nextDouble(low, high);
    }

    /** How far from the simplest: width and what is not default, as far as numbers say. */
    private double size(MixerSpec spec) {
        double size = spec.inputWidth();
        for (Option<?> option : spec.kind().options().options()) {
            Object value = spec.config().options().get(option.name());
            size += spec.config().isDefault(option) ? 0 : 2;
            size += value instanceof Integer number ? Math.abs((double) number) : 0;
            size += value instanceof List<?> list ? list.size() : 0;
        }
        return size;
    }

    /** The configurations that a law concerns, simple ones first. */
    private List<MixerSpec> of(Law law) {
        return ofLaws.computeIfAbsent(law.id(), id -> {
            List<MixerSpec> concerned =
                    new ArrayList<>(specs.stream().filter(law::concerns).toList());
            if (concerned.size() < FEW
                    && !law.options().isEmpty()
                    && law.unconcerned(provider.kind()).isEmpty()) {
                seek(law, concerned);
                concerned.sort(Comparator.comparingDouble(this::size));
            }
            return concerned;
        });
    }

    /** Draws the options that a law speaks of together with each other one, as its conditions may need both: groups of heads need heads. */
    private void seek(Law law, List<MixerSpec> found) {
        SplittableRandom random = new SplittableRandom(seed + law.id().hashCode());
        for (int i = 0; i < SOUGHT; i++) {
            for (Option<?> companion : provider.kind().options().options()) {
                MixerConfig config =
                        MixerConfig.width(random.nextInt(1, 13)).with(companion.name(), other(companion, random));
                for (Option<?> option : provider.kind().options().options()) {
                    if (law.options().contains(option.name())) {
                        config = config.with(option.name(), other(option, random));
                    }
                }
                if (found.size() < FEW) {
                    valid(config).filter(law::concerns).ifPresent(found::add);
                }
            }
        }
    }

    boolean any(Law law) {
        return !of(law).isEmpty();
    }

    /** How many there are. */
    int count() {
        return specs.size();
    }

    boolean any(Predicate<MixerSpec> condition) {
        return specs.stream().anyMatch(condition);
    }

    boolean none() {
        return specs.isEmpty();
    }

    /** The configuration that was refused last, and how. */
    String refusal() {
        return refusal;
    }

    /** Cases on configurations that a law concerns; there must be one. */
    Arbitrary<LawCase> concerned(Law law) {
        return on(of(law));
    }

    /** Cases on configurations that a law would concern if they had the capabilities that it needs; there must be one. */
    Arbitrary<LawCase> refusing(Law law) {
        return on(specs.stream().filter(spec -> law.missing(spec).isPresent()).toList());
    }

    private Arbitrary<LawCase> on(List<MixerSpec> chosen) {
        Arbitrary<MixerSpec> spec = Arbitraries.integers()
                .between(0, chosen.size() - 1)
                .withDistribution(RandomDistribution.uniform())
                .map(chosen::get);
        Arbitrary<Integer> time = Arbitraries.frequencyOf(
                Tuple.of(9, Arbitraries.integers().between(1, LONGEST)),
                Tuple.of(
                        1,
                        Arbitraries.integers()
                                .between(LONGEST + 1, LONGEST_OF_ALL)
                                .withDistribution(RandomDistribution.uniform())));
        Arbitrary<Integer> length = Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.just(LONGEST)),
                Tuple.of(1, Arbitraries.integers().between(0, LONGEST)));
        Arbitrary<List<Integer>> lengths = length.list().ofMinSize(1).ofMaxSize(LARGEST_BATCH);
        Arbitrary<List<Integer>> chunks = Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.integers().between(1, 5)),
                        Tuple.of(1, Arbitraries.integers().between(6, LONGEST_CHUNK)))
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
        Arbitrary<Integer> workers = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.integers().between(2, 4)),
                Tuple.of(1, Arbitraries.integers().between(5, MOST_THREADS)));
        return Combinators.combine(
                        spec,
                        lengths,
                        time,
                        Arbitraries.longs().dontShrink(),
                        Arbitraries.of(1f, 0.25f, 4f),
                        chunks,
                        workers)
                .as((s, l, t, seed, scale, pieces, threads) -> new LawCase(
                        provider, s, l.stream().map(one -> length(one, t)).toList(), t, seed, scale, pieces, threads))
                .withoutEdgeCases();
    }

    /** At most T, and of a long T as large a share as was drawn of {@value #LONGEST}. */
    private static int length(int drawn, int time) {
        return time <= LONGEST ? Math.min(drawn, time) : (int) Math.round((double) drawn * time / LONGEST);
    }
}
