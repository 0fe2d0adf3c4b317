package org.attention4j.tests.laws;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Option;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What every mixer says of itself, and what it refuses. */
public final class RefusalLaws {
    /** Longer lists would be slow to try. */
    private static final int LONGEST_TRIED = 1 << 16;

    private RefusalLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                        "spec-known-before-building",
                        "spec(config) says before building what the mixer's spec() says after",
                        "the provider: create should build its mixer from the spec that spec(config) gives",
                        RefusalLaws::spec),
                law(
                        "declared-capability-implemented",
                        "a mixer implements the interface of every capability it declares",
                        "the mixer's class; MixerKind.capabilities; refuse(…) in spec(config)",
                        RefusalLaws::implemented),
                Refusals.LAW,
                law(
                        "bad-input-width-refused",
                        "an input of another width is refused, with both shapes, before anything is written",
                        "forward: begin with spec().check(in, out)",
                        RefusalLaws::inputWidth),
                law(
                        "bad-output-shape-refused",
                        "an output of another shape is refused, with both shapes, before anything is written",
                        "forward: begin with spec().check(in, out)",
                        RefusalLaws::outputShape),
                OverlapLaws.law(),
                law(
                        "unknown-option-refused",
                        "an option that does not exist is refused by name",
                        "the provider: MixerSpec.of(kind, config) does it",
                        RefusalLaws::unknownOption),
                law(
                        "bad-option-refused",
                        "an ill-typed or out-of-range option is refused with its value and what is allowed",
                        "the provider: MixerSpec.of(kind, config) does it",
                        RefusalLaws::badOptions));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.EVERY_MIXER, id, intent, lookAt, check);
    }

    private static void spec(LawCase c) {
        MixerSpec before = c.provider().spec(c.config());
        MixerSpec after = c.mixer().spec();
        MixerKind kind = c.provider().kind();
        Expect.equal(kind.id(), c.provider().kind().id(), "the id that kind() says a second time");
        Expect.equal(kind.id(), before.kind().id(), "id of spec(config), against kind()");
        Expect.equal(
                kind.capabilities(),
                before.kind().capabilities(),
                "capabilities of spec(config).kind(), against kind()");
        Expect.equal(before.fingerprint(), after.fingerprint(), "configuration of the mixer");
        Expect.equal(c.config(), before.config(), "the resolved configuration, resolved again");
        Expect.equal(before.inputWidth(), after.inputWidth(), "input width of the mixer");
        Expect.equal(before.outputWidth(), after.outputWidth(), "output width of the mixer");
        Expect.equal(before.contextWidth(), after.contextWidth(), "context width of the mixer");
        Expect.equal(before.heads(), after.heads(), "heads of the mixer");
        Expect.equal(before.causal(), after.causal(), "causality of the mixer");
        Expect.equal(before.boundedState(), after.boundedState(), "boundedness of the mixer's state");
        Expect.equal(before.exactness(), after.exactness(), "exactness of the mixer");
        Expect.equal(before.receptiveField(), after.receptiveField(), "receptive field of the mixer");
        Expect.equal(before.parameters(), after.parameters(), "parameters of the mixer");
        before.receptiveField()
                .ifPresent(field -> Expect.that(
                        !before.causal() || field.right() == 0,
                        "a causal mixer has a receptive field of " + field.right() + " positions ahead"));
        for (Capability capability : Capability.values()) {
            Expect.equal(
                    before.supports(capability),
                    after.supports(capability),
                    "whether the mixer is " + capability.label());
        }
        Expect.that(
                after.causal() || !after.supports(Capability.INCREMENTAL),
                "the mixer is incremental and not causal: a step knows nothing of later positions; say causal(true), or refuse"
                        + " the capability");
    }

    private static void implemented(LawCase c) {
        SequenceMixer mixer = c.mixer();
        for (Capability capability : Capability.values()) {
            if (c.spec().supports(capability)) {
                Expect.that(
                        capability.type().isInstance(mixer),
                        "the mixer declares " + capability.label() + ", but "
                                + mixer.getClass().getName() + " does not implement "
                                + capability.type().getSimpleName());
                Expect.that(
                        mixer.require(capability.type()) == mixer,
                        "require(" + capability.type().getSimpleName() + ".class) gave another mixer");
            }
        }
    }

    private static void inputWidth(LawCase c) {
        SequenceMixer mixer = c.mixer();
        int width = c.spec().inputWidth()
                + (c.random("width").nextBoolean() || c.spec().inputWidth() == 1 ? 1 : -1);
        Sequences in = c.sequences("input", width);
        Tensor out = marked(Shape.of(c.batch(), c.time(), c.spec().outputWidth()));
        refusedShape(
                "an input " + in.tensor().shape() + " to a mixer of width "
                        + c.spec().inputWidth(),
                mixer,
                in,
                out,
                Shape.of(c.batch(), c.time(), c.spec().inputWidth()),
                in.tensor().shape());
    }

    private static void outputShape(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Shape right = c.spec().outputShape(c.input());
        for (int dimension = 0; dimension < 3; dimension++) {
            for (int change = -1; change <= 1; change += 2) {
                int[] extents = right.extents();
                extents[dimension] += change;
                Tensor out = marked(Shape.of(extents));
                refusedShape(
                        "an output " + out.shape() + " instead of " + right, mixer, c.input(), out, right, out.shape());
            }
        }
    }

    private static void refusedShape(
            String done, SequenceMixer mixer, Sequences in, Tensor out, Shape expected, Shape given) {
        ShapeMismatchException refusal =
                Expect.refused(ShapeMismatchException.class, done, () -> mixer.forward(in, out, Workspace.threads(1)));
        Expect.message(refusal, done, expected, given);
        unwritten(done, out);
    }

    private static Tensor marked(Shape shape) {
        Tensor tensor = Tensor.zeros(shape);
        tensor.fill(-77);
        return tensor;
    }

    private static void unwritten(String done, Tensor out) {
        Expect.sameBits(
                done + ": the output after the refusal",
                marked(out.shape()),
                out,
                "something is written before all arguments have been checked");
    }

    private static void unknownOption(LawCase c) {
        String typo = "no-such-option";
        refusedConfig(c, c.config().with(typo, 3), typo, 3);
        Set<String> known = c.config().options().keySet();
        if (!known.isEmpty()) {
            String doubled = known.iterator().next() + "s";
            if (!known.contains(doubled)) {
                refusedConfig(c, c.config().with(doubled, true), doubled, true);
            }
        }
    }

    private static void badOptions(LawCase c) {
        for (Option<?> option : c.provider().kind().options().options()) {
            Object illTyped = option.type() == Option.Type.CHOICE ? (Object) 5 : "maybe";
            refusedConfig(c, c.config().with(option.name(), illTyped), option.name(), illTyped);
            boolean whole = option.type() == Option.Type.INTEGER;
            if (whole && option.least() > Integer.MIN_VALUE) {
                Object low = (int) option.least() - 1;
                refusedConfig(c, c.config().with(option.name(), low), option.name(), low);
            }
            if (whole && option.most() < Integer.MAX_VALUE) {
                Object high = (int) option.most() + 1;
                refusedConfig(c, c.config().with(option.name(), high), option.name(), high);
            }
            if (option.type() == Option.Type.DECIMAL) {
                refusedConfig(c, c.config().with(option.name(), Double.NaN), option.name(), Double.NaN);
            }
            if (option.type() == Option.Type.DECIMALS) {
                badLists(c, option);
            }
        }
    }

    /** Too few and too many numbers, and a bad one behind good ones. */
    private static void badLists(LawCase c, Option<?> option) {
        refusedConfig(c, c.config().with(option.name(), Double.NaN), option.name(), Double.NaN);
        refusedConfig(c, c.config().with(option.name(), List.of()), option.name(), 0);
        if (option.longest() > 1) {
            List<Double> badLast = List.of(option.least(), Double.NaN);
            refusedConfig(c, c.config().with(option.name(), badLast), option.name(), Double.NaN);
        }
        if (option.longest() < LONGEST_TRIED) {
            List<Double> tooMany = Collections.nCopies(option.longest() + 1, option.least());
            refusedConfig(c, c.config().with(option.name(), tooMany), option.name(), tooMany.size());
        }
    }

    private static void refusedConfig(LawCase c, MixerConfig config, String option, Object value) {
        for (String method : List.of("spec", "create")) {
            String done = method + "(config) with option '" + option + "' = " + value;
            BadConfigurationException refusal = Expect.refused(BadConfigurationException.class, done, () -> {
                if (method.equals("spec")) {
                    c.provider().spec(config);
                } else {
                    c.provider().create(config, c.parameters("parameters"));
                }
            });
            Expect.equal(option, refusal.option(), done + ": the option that the refusal names");
            Expect.message(refusal, done, option, value);
            Expect.that(!refusal.allowed().isBlank(), done + ": the refusal does not say what is allowed");
        }
    }
}
