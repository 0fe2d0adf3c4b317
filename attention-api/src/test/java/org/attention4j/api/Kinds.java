package org.attention4j.api;

import java.util.EnumSet;
import java.util.List;

/** Kinds of mixers that exist in these tests alone. */
final class Kinds {
    private static final Option<Integer> SIZE = Option.integer("size", 1, 100, 1, "A number without meaning.");

    private Kinds() {}

    static MixerKind of(String id, Capability... capabilities) {
        EnumSet<Capability> set = EnumSet.noneOf(Capability.class);
        set.addAll(List.of(capabilities));
        return new MixerKind(id, MixerFamily.OTHER, "A mixer of the tests.", OptionSchema.of(SIZE), set);
    }

    /** Of width 2 and an incremental kind whose state is bounded or not. */
    static MixerSpec incremental(boolean bounded) {
        return MixerSpec.of(of("kept", Capability.INCREMENTAL), MixerConfig.width(2))
                .boundedState(bounded)
                .causal(true)
                .build();
    }

    /** A provider of a kind whose mixers nobody builds. */
    static MixerProvider provider(String id) {
        return new MixerProvider() {
            @Override
            public MixerKind kind() {
                return of(id);
            }

            @Override
            public MixerSpec spec(MixerConfig config) {
                return MixerSpec.of(kind(), config).build();
            }

            @Override
            public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
                throw spec(config).refusal(Capability.INCREMENTAL);
            }
        };
    }
}
