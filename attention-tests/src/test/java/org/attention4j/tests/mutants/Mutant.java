package org.attention4j.tests.mutants;

import java.util.function.Function;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/**
 * A mixer with one defect.
 *
 * @param law that it must break
 * @param says what the message must say
 * @param provider makes it
 */
public record Mutant(String law, String says, MixerProvider provider) {
    /** A whole-sequence pass around that of a correct mixer. */
    interface Pass {
        void run(SequenceMixer inner, Sequences in, Tensor out, Workspace workspace);
    }

    /** A provider around a correct one. */
    static class BrokenProvider implements MixerProvider {
        final MixerProvider inner;

        BrokenProvider(MixerProvider inner) {
            this.inner = inner;
        }

        @Override
        public MixerKind kind() {
            return inner.kind();
        }

        @Override
        public MixerSpec spec(MixerConfig config) {
            return inner.spec(config);
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
            return inner.create(config, parameters);
        }
    }

    /** A defect somewhere in the mixer. */
    static Mutant of(String law, String says, MixerProvider base, Function<SequenceMixer, SequenceMixer> defect) {
        return new Mutant(law, says, new BrokenProvider(base) {
            @Override
            public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                return defect.apply(inner.create(config, parameters));
            }
        });
    }

    /** A defect in the whole-sequence pass. */
    static Mutant forward(String law, String says, MixerProvider base, Pass defect) {
        return of(law, says, base, mixer -> new Broken(mixer) {
            @Override
            public void forward(Sequences in, Tensor out, Workspace workspace) {
                defect.run(inner, in, out, workspace);
            }
        });
    }

    /** A correct pass, after which every true position is changed: {@code value} is given element, b and t. */
    static Mutant output(String law, String says, MixerProvider base, Change change) {
        return forward(law, says, base, (inner, in, out, workspace) -> {
            inner.forward(in, out, workspace);
            change(in, out, (value, b, t) -> change.of(value, in, b, t));
        });
    }

    /** What becomes of an element. */
    interface Change {
        float of(float value, Sequences in, int b, int t);
    }

    /** What becomes of an element. */
    interface Element {
        float of(float value, int b, int t);
    }

    static void change(Sequences in, Tensor out, Element element) {
        for (int b = 0; b < in.batch(); b++) {
            for (int t = 0; t < in.length(b); t++) {
                for (int d = 0; d < out.extent(2); d++) {
                    out.set(element.of(out.get(b, t, d), b, t), b, t, d);
                }
            }
        }
    }

    @Override
    public String toString() {
        return law + " by " + provider.kind().id();
    }
}
