package org.attention4j.tests.laws;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attention4j.api.InitialValue;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Tensor;
import org.attention4j.tests.Law;
import org.attention4j.tests.LawCase;

/** What every mixer does with parameters. */
public final class ParameterLaws {
    /** Positions at least of sequences in which every parameter should matter. */
    private static final int LENGTH = 10;

    private ParameterLaws() {}

    /**
     * The laws.
     *
     * @return in order
     */
    public static List<Law> all() {
        return List.of(
                law(
                        "parameters-asked-once",
                        "the source is asked once for each declared parameter, in order",
                        "the constructor: spec.newParameters(source) does it",
                        ParameterLaws::askedOnce),
                law(
                        "parameters-as-given",
                        "parameters() has the declared names and shapes, in order, and the values given",
                        "parameters(): undo any packing or transposition",
                        ParameterLaws::asGiven),
                law(
                                "parameters-used",
                                "every declared parameter changes some output",
                                "a parameter that is declared and read, but not computed with",
                                ParameterLaws::used)
                        .when("with parameters", ParameterLaws::any)
                        .when(
                                "no activation with a kink, and gates that open",
                                spec -> Kinks.none(spec) && CellActivations.open(spec))
                        .when(
                                "of at most 4 layers, past which rounding may leave nothing of the first",
                                spec -> !(spec.config().options().get("layers") instanceof Integer layers
                                        && layers > 4))
                        .when(
                                "not with a window of 1 or a dilation as long as the sequence, where queries and keys do nothing",
                                ParameterLaws::everythingUsed),
                law(
                        "parameters-are-copies",
                        "writing to what parameters() gave changes nothing",
                        "parameters(): return copies",
                        ParameterLaws::copies),
                law(
                        "new-parameters-new-mixer",
                        "withParameters gives a mixer with the new ones and leaves the old one alone",
                        "withParameters: packed weights that are kept or shared",
                        ParameterLaws::withParameters),
                law(
                        "same-seed-same-bits",
                        "the same seed gives the same parameters and outputs; another seed others",
                        "random numbers that do not come from the source",
                        ParameterLaws::seeds));
    }

    private static Law law(String id, String intent, String lookAt, Law.Check check) {
        return Law.of(Law.Group.EVERY_MIXER, id, intent, lookAt, check);
    }

    static boolean any(MixerSpec spec) {
        return !spec.parameters().isEmpty();
    }

    private static boolean everythingUsed(MixerSpec spec) {
        Map<String, Object> options = spec.config().options();
        return !Integer.valueOf(1).equals(options.get("window"))
                && !(options.get("dilation") instanceof Integer dilation && dilation >= LENGTH);
    }

    private static void askedOnce(LawCase c) {
        List<ParameterSpec> asked = new ArrayList<>();
        ParameterSource source = c.parameters("parameters");
        c.provider().create(c.config(), (parameter, target) -> {
            asked.add(parameter);
            Expect.equal(
                    parameter.shape(), target.shape(), "target of parameter '" + parameter.name() + "': the shape");
            source.fill(parameter, target);
        });
        Expect.equal(c.spec().parameters(), asked, "parameters that create(…) asked its source for");
    }

    private static void asGiven(LawCase c) {
        NamedTensors given = c.spec().newParameters(c.parameters("parameters"));
        NamedTensors got = c.mixer().parameters();
        Expect.equal(List.copyOf(given.names()), List.copyOf(got.names()), "names of parameters()");
        given.forEach((name, tensor) -> Expect.sameBits(
                "parameters().get(\"" + name + "\")",
                tensor,
                got.get(name),
                "it is packed or transposed and not brought back, or changed on the way in"));
    }

    private static void used(LawCase c) {
        LawCase full = c.full(LENGTH);
        for (String name : c.spec().zeroParameters().names()) {
            // a softmax of scores far apart is 0 and 1 whatever a parameter does, and a shift of all keys shows in
            // rounding only: other sizes
            Expect.that(
                    changes(full, name, 1)
                            || changes(full.scaled(0.1f), name, 0.1f)
                            || changes(full.scaled(1.7f), name, 2.3f),
                    "other values for all of parameter '" + name + "' change no output"
                            + "\n  cause?   it is declared, but nothing is computed with it");
        }
    }

    private static boolean changes(LawCase c, String name, float factor) {
        NamedTensors parameters = times(factor, c.spec().newParameters(c.parameters("parameters")));
        NamedTensors others = times(factor, c.spec().newParameters(c.parameters("others")));
        NamedTensors changed = parameters.copy();
        changed.get(name).copyFrom(others.get(name));
        return !forward(c, parameters).sameBits(forward(c, changed));
    }

    private static NamedTensors times(float factor, NamedTensors parameters) {
        parameters.forEach((name, tensor) -> {
            float[] values = tensor.array();
            for (int i = 0; i < values.length; i++) {
                values[i] *= factor;
            }
        });
        return parameters;
    }

    private static Tensor forward(LawCase c, NamedTensors parameters) {
        return Runs.forward(c.provider().create(c.config(), ParameterSource.of(parameters)), c.input());
    }

    private static void copies(LawCase c) {
        SequenceMixer mixer = c.mixer();
        Tensor before = Runs.forward(mixer, c.input());
        NamedTensors kept = mixer.parameters().copy();
        mixer.parameters().fill(9);
        Expect.sameBits(
                "forward after writing to parameters()",
                before,
                Runs.forward(mixer, c.input()),
                "parameters() hands out the mixer's own tensors");
        NamedTensors now = mixer.parameters();
        kept.forEach((name, tensor) -> Expect.sameBits(
                "parameters().get(\"" + name + "\") after writing to an earlier one",
                tensor,
                now.get(name),
                "parameters() hands out the same tensors each time"));
    }

    private static void withParameters(LawCase c) {
        SequenceMixer old = c.mixer();
        Tensor before = Runs.forward(old, c.input());
        List<String> asked = new ArrayList<>();
        ParameterSource others = c.parameters("others");
        SequenceMixer changed = old.withParameters((parameter, target) -> {
            asked.add(parameter.name());
            others.fill(parameter, target);
        });
        Expect.equal(c.spec().fingerprint(), changed.spec().fingerprint(), "configuration of withParameters(…)");
        Tensor expected = Runs.forward(c.provider().create(c.config(), c.parameters("others")), c.input());
        Expect.sameBits(
                "withParameters(p), against create(config, p)",
                expected,
                Runs.forward(changed, c.input()),
                "something made of the old parameters is kept");
        Expect.sameBits(
                "the old mixer after withParameters(…)",
                before,
                Runs.forward(old, c.input()),
                "the old mixer was changed");
        Expect.equal(
                c.spec().parameters().stream().map(ParameterSpec::name).sorted().toList(),
                asked.stream().sorted().toList(),
                "names that withParameters(…) asked its source for, in the order of the alphabet");
    }

    private static void seeds(LawCase c) {
        SequenceMixer first = c.provider().create(c.config(), Initializer.seeded(c.seed()));
        SequenceMixer second = c.provider().create(c.config(), Initializer.seeded(c.seed()));
        first.parameters()
                .forEach((name, tensor) -> Expect.sameBits(
                        "parameter '" + name + "' of the same seed",
                        tensor,
                        second.parameters().get(name),
                        "a random number does not come from the source"));
        Expect.sameBits(
                "outputs of two mixers of the same seed",
                Runs.forward(first, c.input()),
                Runs.forward(second, c.input()),
                "a random number does not come from the source");
        SequenceMixer other = c.provider().create(c.config(), Initializer.seeded(c.seed() + 1));
        for (ParameterSpec parameter : c.spec().parameters()) {
            if (isDrawn(parameter.initial()) && parameter.shape().size() > 0) {
                Tensor mine = first.parameters().get(parameter.name());
                Expect.that(
                        !mine.sameBits(other.parameters().get(parameter.name())),
                        "parameter '" + parameter.name()
                                + "' is the same for two seeds\n  cause?   the source is not asked, or asked by another name");
            }
        }
    }

    private static boolean isDrawn(InitialValue initial) {
        return initial instanceof InitialValue.Uniform uniform && uniform.bound() > 0
                || initial instanceof InitialValue.Between between && between.from() < between.to();
    }
}
