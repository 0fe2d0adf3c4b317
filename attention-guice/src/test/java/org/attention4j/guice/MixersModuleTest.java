package org.attention4j.guice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.TypeLiteral;
import com.google.inject.name.Names;
import java.io.File;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Mixers;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnknownMixerException;
import org.attention4j.api.Workspace;
import org.junit.jupiter.api.Test;

class MixersModuleTest {
    private final Mixers mixers = Mixers.of(new IdentityProvider());

    @Test
    void bindsTheRegistryAndEveryProvider() {
        Injector injector = Guice.createInjector(MixersModule.of(mixers));

        assertSame(mixers, injector.getInstance(Mixers.class));
        assertSame(
                mixers.provider("identity"),
                injector.getInstance(Key.get(MixerProvider.class, Names.named("identity"))));
        Map<String, MixerProvider> all =
                injector.getInstance(Key.get(new TypeLiteral<Map<String, MixerProvider>>() {}));
        assertEquals(Set.of("identity"), all.keySet());
    }

    @Test
    void buildsAConfiguredMixerOnce() {
        MixerConfig config = MixerConfig.width(3).with("loud", true);
        Injector injector =
                Guice.createInjector(MixersModule.of(mixers).with("mine", "identity", config, Initializer.seeded(1)));

        SequenceMixer mixer = injector.getInstance(Key.get(SequenceMixer.class, Names.named("mine")));

        assertEquals("identity width=3 loud=true", mixer.spec().fingerprint());
        assertSame(mixer, injector.getInstance(Key.get(SequenceMixer.class, Names.named("mine"))));
    }

    /** Guice 7 has no descriptor that asks for what it needs, so that its users would have to. */
    @Test
    void whoReadsThisModuleHasWhatGuiceNeeds() {
        Path[] jars = Stream.of("jdk.module.path", "java.class.path")
                .flatMap(property -> Stream.of(System.getProperty(property, "").split(File.pathSeparator)))
                .filter(path -> !path.isEmpty() && !path.endsWith("test-classes"))
                .map(Path::of)
                .toArray(Path[]::new);
        Configuration resolved = Configuration.empty()
                .resolve(ModuleFinder.of(jars), ModuleFinder.ofSystem(), Set.of("org.attention4j.guice"));

        assertTrue(resolved.findModule("com.google.guice").isPresent(), resolved::toString);
        assertTrue(resolved.findModule("jakarta.inject").isPresent(), resolved::toString);
    }

    @Test
    void refusesABadConfigurationBeforeAnInjectorIsMade() {
        MixersModule module = MixersModule.of(mixers);
        MixerConfig bad = MixerConfig.width(3).with("lout", true);

        assertThrows(BadConfigurationException.class, () -> module.with("x", "identity", bad, Initializer.seeded(1)));
        assertThrows(
                UnknownMixerException.class,
                () -> module.with("x", "identify", MixerConfig.width(3), Initializer.seeded(1)));
        MixersModule taken = module.with("x", "identity", MixerConfig.width(3), Initializer.seeded(1));
        assertThrows(
                IllegalArgumentException.class,
                () -> taken.with("x", "identity", MixerConfig.width(3), Initializer.seeded(1)));
    }

    /** The least mixer there is. */
    private static final class IdentityProvider implements MixerProvider {
        private static final MixerKind KIND = new MixerKind(
                "identity",
                MixerFamily.OTHER,
                "Leaves everything as it is.",
                OptionSchema.of(Option.flag("loud", false, "Does nothing.")),
                Set.of());

        @Override
        public MixerKind kind() {
            return KIND;
        }

        @Override
        public MixerSpec spec(MixerConfig config) {
            return MixerSpec.of(KIND, config).causal(true).build();
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
            return new Identity(spec(config));
        }
    }

    private record Identity(MixerSpec spec) implements SequenceMixer {
        @Override
        public NamedTensors parameters() {
            return NamedTensors.empty();
        }

        @Override
        public SequenceMixer withParameters(ParameterSource source) {
            return this;
        }

        @Override
        public void forward(Sequences in, Tensor out, Workspace workspace) {
            spec.check(in, out);
            out.copyFrom(in.tensor());
        }
    }
}
