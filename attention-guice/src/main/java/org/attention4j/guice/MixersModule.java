package org.attention4j.guice;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import com.google.inject.multibindings.MapBinder;
import com.google.inject.name.Names;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.Mixers;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;

/**
 * Binds the registry and every mixer in it.
 *
 * <ul>
 *   <li>{@code Mixers}: the registry;
 *   <li>{@code @Named("lstm") MixerProvider}: the provider of each id; {@code Map<String, MixerProvider>}: all of them;
 *   <li>{@code @Named("encoder") SequenceMixer}: a mixer built once, for each {@link #with configuration} that was given.
 * </ul>
 *
 * <pre>{@code
 * Guice.createInjector(MixersModule.discovered()
 *         .with("encoder", "multi-head-attention", MixerConfig.width(384).with("heads", 12), weights));
 * }</pre>
 */
public final class MixersModule extends AbstractModule {
    /** A mixer that is to be built. */
    private record Built(String id, MixerConfig config, ParameterSource parameters) {}

    private final Mixers mixers;
    private final Map<String, Built> built;

    private MixersModule(Mixers mixers, Map<String, Built> built) {
        this.mixers = mixers;
        this.built = built;
    }

    /**
     * The mixers on the module path and the class path.
     *
     * @return a module for an injector
     * @throws org.attention4j.api.DuplicateMixerException if two providers have one id
     */
    public static MixersModule discovered() {
        return of(Mixers.load());
    }

    /**
     * The mixers of a registry.
     *
     * @param mixers the registry
     * @return a module for an injector
     */
    public static MixersModule of(Mixers mixers) {
        return new MixersModule(Objects.requireNonNull(mixers, "mixers"), Map.of());
    }

    /**
     * The same, and a mixer built from a configuration when it is first injected.
     *
     * @param name it is bound to, for {@code @Named}; often the id itself
     * @param id of its kind
     * @param config width and options
     * @param parameters fills its parameters
     * @return a new module
     * @throws org.attention4j.api.UnknownMixerException if there is no such kind
     * @throws org.attention4j.api.BadConfigurationException if the configuration is refused
     * @throws IllegalArgumentException if the name is taken
     */
    public MixersModule with(String name, String id, MixerConfig config, ParameterSource parameters) {
        mixers.spec(id, config);
        Map<String, Built> more = new LinkedHashMap<>(built);
        Built mixer = new Built(id, config, Objects.requireNonNull(parameters, "parameters"));
        if (more.putIfAbsent(Objects.requireNonNull(name, "name"), mixer) != null) {
            throw new IllegalArgumentException("a mixer is bound to the name '" + name + "' already");
        }
        return new MixersModule(mixers, more);
    }

    @Override
    protected void configure() {
        bind(Mixers.class).toInstance(mixers);
        MapBinder<String, MixerProvider> all = MapBinder.newMapBinder(binder(), String.class, MixerProvider.class);
        for (String id : mixers.ids()) {
            MixerProvider provider = mixers.provider(id);
            all.addBinding(id).toInstance(provider);
            bind(MixerProvider.class).annotatedWith(Names.named(id)).toInstance(provider);
        }
        built.forEach((name, mixer) -> bind(SequenceMixer.class)
                .annotatedWith(Names.named(name))
                .toProvider(() -> mixers.create(mixer.id(), mixer.config(), mixer.parameters()))
                .in(Scopes.SINGLETON));
    }
}
