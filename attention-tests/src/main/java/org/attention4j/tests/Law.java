package org.attention4j.tests;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;

/**
 * One law of the contract: a name, its intent, whom it concerns, and a check of one case in plain Java, so that laws
 * outlive whatever draws their cases.
 *
 * <p>Immutable.
 */
public final class Law {
    /** The subjects that laws are grouped by. */
    public enum Group {
        /** Every mixer, whatever it is. */
        EVERY_MIXER("every mixer"),
        /** Mixers whose outputs depend on no later input. */
        CAUSAL("causal"),
        /** Mixers that take a sequence piece by piece. */
        INCREMENTAL("incremental"),
        /** Mixers with gradients. */
        DIFFERENTIABLE("differentiable"),
        /** Mixers that show their weights. */
        ATTENTIVE("attentive"),
        /** Mixers of two sequences. */
        CONTEXTUAL("contextual"),
        /** Mixers with a hidden state to give and to take. */
        RECURRENT("recurrent"),
        /** {@link MixerFamily#SOFTMAX_ATTENTION}. */
        SOFTMAX_ATTENTION("softmax attention"),
        /** {@link MixerFamily#BOUNDED_RECURRENCE}. */
        BOUNDED_RECURRENCE("bounded recurrence"),
        /** {@link MixerFamily#CONVOLUTION} and, as far as they are not about linearity, {@link MixerFamily#LOCAL}. */
        CONVOLUTION("convolution");

        private final String label;

        Group(String label) {
            this.label = label;
        }

        /**
         * The name in tables.
         *
         * @return lower case
         */
        public String label() {
            return label;
        }
    }

    /** Checks one case. */
    @FunctionalInterface
    public interface Check {
        /**
         * Returns if the law holds.
         *
         * @param c the case
         * @throws Violation if it does not
         * @throws IOException if the mixer threw one where it should not
         */
        void on(LawCase c) throws IOException;
    }

    /** Checks one case, and counts what it leaves out of it. */
    @FunctionalInterface
    public interface CountingCheck {
        /**
         * Returns if the law holds.
         *
         * @param c the case
         * @return what was compared, and what was not
         * @throws Violation if it does not hold
         * @throws IOException if the mixer threw one where it should not
         */
        Tally on(LawCase c) throws IOException;
    }

    private final String id;
    private final Group group;
    private final String intent;
    private final String lookAt;
    private final CountingCheck check;
    private final List<Capability> needs;
    private final List<MixerFamily> families;
    private final List<String> options;
    private final Predicate<MixerSpec> configurations;
    private final String configurationsText;

    private Law(
            String id,
            Group group,
            String intent,
            String lookAt,
            CountingCheck check,
            List<Capability> needs,
            List<MixerFamily> families,
            List<String> options,
            Predicate<MixerSpec> configurations,
            String configurationsText) {
        this.id = id;
        this.group = group;
        this.intent = intent;
        this.lookAt = lookAt;
        this.check = check;
        this.needs = List.copyOf(needs);
        this.families = List.copyOf(families);
        this.options = List.copyOf(options);
        this.configurations = configurations;
        this.configurationsText = configurationsText;
    }

    /**
     * A law that concerns every mixer.
     *
     * @param group its subject
     * @param id lower-case words joined by '-'
     * @param intent one sentence
     * @param lookAt where a mixer's author should look when it fails
     * @param check the check
     * @return the law
     */
    public static Law of(Group group, String id, String intent, String lookAt, Check check) {
        Objects.requireNonNull(check, "check");
        return counting(group, id, intent, lookAt, c -> {
            check.on(c);
            return Tally.NONE;
        });
    }

    /**
     * A law that concerns every mixer, and that cannot compare everything it is given.
     *
     * @param group its subject
     * @param id lower-case words joined by '-'
     * @param intent one sentence
     * @param lookAt where a mixer's author should look when it fails
     * @param check the check
     * @return the law
     */
    public static Law counting(Group group, String id, String intent, String lookAt, CountingCheck check) {
        return new Law(
                Objects.requireNonNull(id, "id"),
                Objects.requireNonNull(group, "group"),
                Objects.requireNonNull(intent, "intent"),
                Objects.requireNonNull(lookAt, "lookAt"),
                Objects.requireNonNull(check, "check"),
                List.of(),
                List.of(),
                List.of(),
                spec -> true,
                "");
    }

    /**
     * The same law, for mixers with capabilities; from others it wants the refusal.
     *
     * @param capabilities all of them
     * @return a new law
     */
    public Law needs(Capability... capabilities) {
        List<Capability> all = new ArrayList<>(needs);
        all.addAll(List.of(capabilities));
        return new Law(id, group, intent, lookAt, check, all, families, options, configurations, configurationsText);
    }

    /**
     * The same law, for some families of mixers.
     *
     * @param only the families
     * @return a new law
     */
    public Law family(MixerFamily... only) {
        return new Law(
                id, group, intent, lookAt, check, needs, List.of(only), options, configurations, configurationsText);
    }

    /**
     * The same law, for kinds that have options of these names.
     *
     * @param names all of them
     * @return a new law
     */
    public Law options(String... names) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of(names));
        return new Law(id, group, intent, lookAt, check, needs, families, all, configurations, configurationsText);
    }

    /**
     * The same law, for some configurations.
     *
     * @param text which, as in {@code "causal"}
     * @param condition whether a configuration is one of them
     * @return a new law
     */
    public Law when(String text, Predicate<MixerSpec> condition) {
        String both = configurationsText.isEmpty() ? text : configurationsText + " and " + text;
        return new Law(id, group, intent, lookAt, check, needs, families, options, configurations.and(condition), both);
    }

    /**
     * The name.
     *
     * @return lower-case words joined by '-'
     */
    public String id() {
        return id;
    }

    /**
     * The subject.
     *
     * @return the group
     */
    public Group group() {
        return group;
    }

    /**
     * What it is for.
     *
     * @return one sentence
     */
    public String intent() {
        return intent;
    }

    /**
     * Where a mixer's author should look when it fails.
     *
     * @return a sentence
     */
    public String lookAt() {
        return lookAt;
    }

    /**
     * The capabilities that it needs.
     *
     * @return may be empty
     */
    public List<Capability> needs() {
        return needs;
    }

    /**
     * The options that it speaks of.
     *
     * @return names of options that a kind has if this concerns it; may be empty
     */
    public List<String> options() {
        return options;
    }

    /**
     * Why it does not concern a kind.
     *
     * @param kind the kind
     * @return the reason; empty if it concerns the kind
     */
    public Optional<String> unconcerned(MixerKind kind) {
        if (!families.isEmpty() && !families.contains(kind.family())) {
            return Optional.of("for the family "
                    + families.stream().map(MixerFamily::name).collect(Collectors.joining(" or ")) + ", is "
                    + kind.family());
        }
        List<String> known =
                kind.options().options().stream().map(option -> option.name()).toList();
        return options.stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .map(name -> "there is no option '" + name + "'");
    }

    /**
     * The first capability that this law needs and a mixer does not declare.
     *
     * @param spec of the mixer
     * @return empty if all are declared
     */
    public Optional<Capability> missing(MixerSpec spec) {
        return needs.stream().filter(capability -> !spec.supports(capability)).findFirst();
    }

    /**
     * Whether it can be checked on a configuration.
     *
     * @param spec of the mixer
     * @return false if the configuration is none that it speaks of or a capability is missing
     */
    public boolean concerns(MixerSpec spec) {
        return missing(spec).isEmpty() && configurations.test(spec);
    }

    /**
     * Which configurations it speaks of.
     *
     * @return text; empty for all
     */
    public String configurations() {
        return configurationsText;
    }

    /**
     * Checks one case that it {@linkplain #concerns concerns}.
     *
     * @param c the case
     * @return what was compared, and what was left out
     * @throws Violation if it is broken, whether by a wrong result or by something thrown
     */
    public Tally check(LawCase c) {
        try {
            return check.on(c);
        } catch (Violation violation) {
            throw new Violation(violation.getMessage() + about(c), violation.getCause());
        } catch (IOException | RuntimeException | LinkageError | AssertionError | StackOverflowError thrown) {
            throw new Violation("the mixer threw " + thrown + where(thrown) + about(c), thrown);
        }
    }

    private String about(LawCase c) {
        return "\n  law:     " + id + ": " + intent + "\n  look at: " + lookAt + "\n  case:    " + c;
    }

    /** The place in the mixer, not that in the kit or in the JDK. */
    static String where(Throwable thrown) {
        for (StackTraceElement element : thrown.getStackTrace()) {
            String type = element.getClassName();
            if (!type.startsWith("java.")
                    && !type.startsWith("jdk.")
                    && !type.startsWith("org.attention4j.tests.laws.")) {
                return "\n  at:      " + element;
            }
        }
        return "";
    }

    /** The id. */
    @Override
    public String toString() {
        return id;
    }
}
