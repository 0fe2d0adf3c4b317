package org.attention4j.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.attention4j.api.variant.AttentionHost;
import org.attention4j.api.variant.AttentionVariantProvider;

/**
 * The mixers that can be had: those that {@link MixerProvider}s make, and those that an attention module makes of {@link
 * AttentionVariantProvider}s.
 *
 * <p>Immutable and in the order of ids, wherever providers were found. A provider that cannot be loaded is reported by
 * {@link #failures} and does not take the others down.
 */
public final class Mixers {
    /**
     * A provider that could not be loaded.
     *
     * @param provider its class and module, as far as known
     * @param cause why
     */
    public record Failure(String provider, Throwable cause) {
        /** One line. */
        @Override
        public String toString() {
            Throwable root = cause;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            return provider + " could not be loaded: " + root;
        }
    }

    private final Map<String, MixerProvider> providers = new TreeMap<>();
    /** Where each id comes from: of a hosted attention variant the variant, not its host. */
    private final Map<String, String> origins = new TreeMap<>();

    private final List<Failure> failures = new ArrayList<>();

    private Mixers() {}

    /**
     * Every provider on the module path and the class path.
     *
     * @return the mixers found
     * @throws DuplicateMixerException if two providers have one id
     */
    public static Mixers load() {
        Mixers found = new Mixers();
        found.addAll(
                ServiceLoader.load(MixerProvider.class),
                ServiceLoader.load(AttentionVariantProvider.class),
                ServiceLoader.load(AttentionHost.class));
        return found;
    }

    /**
     * Every provider in a layer of modules and its parents.
     *
     * @param layer the layer
     * @return the mixers found
     * @throws DuplicateMixerException if two providers have one id
     */
    public static Mixers load(ModuleLayer layer) {
        Objects.requireNonNull(layer, "layer");
        Mixers found = new Mixers();
        found.addAll(
                ServiceLoader.load(layer, MixerProvider.class),
                ServiceLoader.load(layer, AttentionVariantProvider.class),
                ServiceLoader.load(layer, AttentionHost.class));
        return found;
    }

    /**
     * The given providers and no others.
     *
     * @param providers of different ids
     * @return their mixers
     * @throws DuplicateMixerException if two have one id
     */
    public static Mixers of(MixerProvider... providers) {
        Mixers given = new Mixers();
        for (MixerProvider provider : providers) {
            given.add(Objects.requireNonNull(provider, "provider"), provider);
        }
        return given;
    }

    private void addAll(
            ServiceLoader<MixerProvider> mixers,
            ServiceLoader<AttentionVariantProvider> variants,
            ServiceLoader<AttentionHost> hosts) {
        instances(mixers).forEach(provider -> addSafely(provider, () -> provider));
        List<AttentionHost> found = instances(hosts);
        for (AttentionVariantProvider variant : instances(variants)) {
            addSafely(variant, () -> found.stream()
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("an attention variant needs a module that provides "
                            + AttentionHost.class.getName() + ", such as org.attention4j.core"))
                    .host(variant));
        }
    }

    /** All services that can be made; the others are noted. */
    private <T> List<T> instances(ServiceLoader<T> loader) {
        List<T> made = new ArrayList<>();
        Iterator<ServiceLoader.Provider<T>> iterator = loader.stream().iterator();
        String last = "";
        while (true) {
            try {
                if (!iterator.hasNext()) {
                    return made;
                }
            } catch (ServiceConfigurationError broken) {
                String problem = String.valueOf(broken.getMessage());
                if (problem.equals(last)) { // no provider was passed over: the loader itself cannot go on
                    return made;
                }
                failures.add(new Failure("a service declared for " + loader, broken));
                last = problem;
                continue;
            }
            Optional<T> instance = instance(iterator);
            instance.ifPresent(made::add);
        }
    }

    private <T> Optional<T> instance(Iterator<ServiceLoader.Provider<T>> iterator) {
        String name = "a service";
        try {
            ServiceLoader.Provider<T> provider = iterator.next();
            name = origin(provider.type());
            return Optional.of(provider.get());
        } catch (ServiceConfigurationError | LinkageError broken) {
            failures.add(new Failure(name, broken));
            return Optional.empty();
        }
    }

    private void addSafely(Object service, Supplier<MixerProvider> provider) {
        try {
            add(provider.get(), service);
        } catch (DuplicateMixerException duplicate) {
            throw duplicate;
        } catch (RuntimeException | LinkageError broken) {
            failures.add(new Failure(origin(service.getClass()), broken));
        }
    }

    private void add(MixerProvider provider, Object service) {
        String id = provider.kind().id();
        String origin = origin(service.getClass());
        String first = origins.putIfAbsent(id, origin);
        if (first != null) {
            throw new DuplicateMixerException(id, first, origin);
        }
        providers.put(id, provider);
    }

    private static String origin(Class<?> type) {
        String module =
                type.getModule().isNamed() ? "module " + type.getModule().getName() : "class path";
        return type.getName() + " (" + module + ")";
    }

    /**
     * The ids in order.
     *
     * @return an unmodifiable set
     */
    public Set<String> ids() {
        return Collections.unmodifiableSet(providers.keySet());
    }

    /**
     * The kinds in the order of their ids.
     *
     * @return an unmodifiable list
     */
    public List<MixerKind> kinds() {
        return providers.values().stream().map(MixerProvider::kind).toList();
    }

    /**
     * Providers that could not be loaded.
     *
     * @return empty if all is well
     */
    public List<Failure> failures() {
        return List.copyOf(failures);
    }

    /**
     * The provider of an id.
     *
     * @param id the id
     * @return the provider
     * @throws UnknownMixerException if there is none, with the nearest id
     */
    public MixerProvider provider(String id) {
        MixerProvider provider = providers.get(Objects.requireNonNull(id, "id"));
        if (provider == null) {
            throw new UnknownMixerException(id, providers.keySet());
        }
        return provider;
    }

    /**
     * The kind of an id.
     *
     * @param id the id
     * @return the kind
     * @throws UnknownMixerException if there is none, with the nearest id
     */
    public MixerKind kind(String id) {
        return provider(id).kind();
    }

    /**
     * What a mixer would be.
     *
     * @param id of its kind
     * @param config width and options
     * @return the specification
     * @throws UnknownMixerException if there is no such kind
     * @throws BadConfigurationException if the configuration is refused
     */
    public MixerSpec spec(String id, MixerConfig config) {
        return provider(id).spec(Objects.requireNonNull(config, "config"));
    }

    /**
     * Builds a mixer.
     *
     * @param id of its kind
     * @param config width and options
     * @param parameters fills its parameters: {@link Initializer#seeded}, {@link ParameterSource#of}
     * @return the mixer
     * @throws UnknownMixerException if there is no such kind
     * @throws BadConfigurationException if the configuration is refused
     */
    public SequenceMixer create(String id, MixerConfig config, ParameterSource parameters) {
        return provider(id)
                .create(Objects.requireNonNull(config, "config"), Objects.requireNonNull(parameters, "parameters"));
    }
}
