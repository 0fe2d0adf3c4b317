package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class MixersTest {
    @TempDir
    Path folder;

    @Test
    void mixersAreInTheOrderOfTheirIds() {
        MixerProvider gru = Kinds.provider("gru");
        Mixers mixers = Mixers.of(Kinds.provider("lstm"), gru);
        assertEquals(List.of("gru", "lstm"), List.copyOf(mixers.ids()));
        assertEquals(
                List.of("gru", "lstm"),
                mixers.kinds().stream().map(MixerKind::id).toList());
        assertSame(gru, mixers.provider("gru"));
        assertEquals(
                "gru width=4 size=1", mixers.spec("gru", MixerConfig.width(4)).fingerprint());
        assertTrue(mixers.failures().isEmpty());
        assertThrows(UnsupportedOperationException.class, () -> mixers.ids().clear());
    }

    @Test
    void anUnknownIdIsRefusedWithTheNearest() {
        Mixers mixers = Mixers.of(Kinds.provider("lstm"), Kinds.provider("convolution"));
        UnknownMixerException unknown = assertThrows(
                UnknownMixerException.class, () -> mixers.create("lsmt", MixerConfig.width(4), Initializer.seeded(1)));
        assertEquals(
                "no mixer named 'lsmt' (did you mean 'lstm'?); there are [convolution, lstm]", unknown.getMessage());
        assertEquals("lsmt", unknown.id());
        assertEquals(Set.of("lstm", "convolution"), unknown.known());
        assertTrue(assertThrows(UnknownMixerException.class, () -> Mixers.of().kind("lstm"))
                .getMessage()
                .endsWith("there are []"));
    }

    @Test
    void oneIdTwiceIsRefused() {
        DuplicateMixerException duplicate = assertThrows(
                DuplicateMixerException.class, () -> Mixers.of(Kinds.provider("lstm"), Kinds.provider("lstm")));
        assertEquals("lstm", duplicate.id());
        assertTrue(duplicate.first().contains("org.attention4j.api"), duplicate.first());
    }

    @Test
    void providersAreFoundInALayerOfModules() throws IOException {
        Mixers mixers = Mixers.load(layer(module("good.one", "Good", "")));
        assertEquals(Set.of("good-one"), mixers.ids());
        assertEquals(
                "good.one", mixers.provider("good-one").getClass().getModule().getName());
        assertTrue(mixers.failures().isEmpty());
    }

    /** Broken in every way that a provider can be; the good ones work all the same, and each cause is told. */
    @Test
    void aBrokenProviderTakesNobodyDown() throws IOException {
        ModuleLayer layer = layer(
                module("good.one", "Good", ""),
                module(
                        "bad.constructor",
                        "Bad",
                        "public Bad() { throw new IllegalStateException(\"no constructor\"); }"),
                module("bad.initialiser", "Bad", "static int zero = 0; static int nan = 1 / zero;"),
                module("bad.kind", "Bad", "{ broken = true; }"),
                module("bad.method", "Bad", "public static MixerProvider provider() { return null; }"),
                module("good.two", "Good", ""));
        Mixers mixers = Mixers.load(layer);
        assertEquals(Set.of("good-one", "good-two"), mixers.ids());
        assertEquals(4, mixers.failures().size(), mixers.failures()::toString);
        reported(mixers, "bad.constructor", "no constructor");
        reported(mixers, "bad.initialiser", "/ by zero");
        reported(mixers, "bad.kind", "no kind");
        reported(mixers, "bad.method", "null");
    }

    private static void reported(Mixers mixers, String module, String cause) {
        assertTrue(
                mixers.failures().stream()
                        .map(Mixers.Failure::toString)
                        .anyMatch(line -> line.contains(module) && line.contains(cause)),
                () -> module + " is not in " + mixers.failures());
    }

    @Test
    void twoModulesWithOneIdAreBothNamed() throws IOException {
        ModuleLayer layer = layer(
                module("same.first", "Good", "{ id = \"same\"; }"),
                module("same.second", "Good", "{ id = \"same\"; }"));
        DuplicateMixerException duplicate = assertThrows(DuplicateMixerException.class, () -> Mixers.load(layer));
        assertTrue(duplicate.getMessage().contains("module same.first"), duplicate.getMessage());
        assertTrue(duplicate.getMessage().contains("module same.second"), duplicate.getMessage());
        assertEquals("same", duplicate.id());
    }

    /** Their providers are classes of the host; what has to be named is the variants' modules. */
    @Test
    void twoVariantsWithOneIdAreBothNamed() throws IOException {
        ModuleLayer layer = layer(HOST, variant("first.variant"), variant("second.variant"));
        DuplicateMixerException duplicate = assertThrows(DuplicateMixerException.class, () -> Mixers.load(layer));
        assertTrue(duplicate.getMessage().contains("module first.variant"), duplicate.getMessage());
        assertTrue(duplicate.getMessage().contains("module second.variant"), duplicate.getMessage());
    }

    @Test
    void aVariantBecomesAMixerIfThereIsAHost() throws IOException {
        assertEquals(
                Set.of("variant"),
                Mixers.load(layer(HOST, variant("one.variant"))).ids());
        Mixers alone = Mixers.load(layer(variant("one.variant")));
        assertTrue(alone.ids().isEmpty());
        reported(alone, "one.variant", "needs a module that provides");
    }

    /** Service files of the class path: a missing class, a line that is no name, and a good provider behind them. */
    @Test
    @Timeout(20)
    void theClassPathIsReadToItsEnd() throws IOException {
        Path good = compile(module("good.one", "Good", ""), false);
        service(good, "good.one.Good");
        Path missing = Files.createDirectories(folder.resolve("missing"));
        service(missing, "good.one.Missing\ngood.one.Gone\n");
        Path illegible = Files.createDirectories(folder.resolve("illegible"));
        service(illegible, "not a name\n");
        URL[] path = {
            missing.toUri().toURL(), illegible.toUri().toURL(), good.toUri().toURL()
        };
        try (URLClassLoader loader = new URLClassLoader(path, MixersTest.class.getClassLoader())) {
            Mixers mixers = loadWith(loader);
            assertTrue(mixers.ids().contains("good-one"), mixers.ids()::toString);
            reported(mixers, "MixerProvider", "good.one.Missing not found");
            reported(mixers, "MixerProvider", "good.one.Gone not found");
            reported(mixers, "MixerProvider", "Illegal");
            assertEquals(3, mixers.failures().size(), mixers.failures()::toString);
        }
    }

    /** A loader that cannot even list its service files fails again and again; it is asked no more than twice. */
    @Test
    @Timeout(20)
    void aLoaderThatCannotBeReadIsGivenUp() throws IOException {
        try (URLClassLoader unreadable = new URLClassLoader(new URL[0], MixersTest.class.getClassLoader()) {
            @Override
            public java.util.Enumeration<URL> getResources(String name) throws IOException {
                throw new IOException("disk on fire");
            }
        }) {
            reported(loadWith(unreadable), "MixerProvider", "disk on fire");
        }
    }

    private static Mixers loadWith(ClassLoader loader) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return Mixers.load();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static void service(Path root, String lines) throws IOException {
        Path services = Files.createDirectories(root.resolve("META-INF/services"));
        Files.writeString(services.resolve(MixerProvider.class.getName()), lines);
    }

    /** A module to be compiled: its name, what it provides, its one class. */
    private record Source(String module, String provides, String type, String code) {}

    private static final Source HOST = new Source(
            "the.host",
            "org.attention4j.api.variant.AttentionHost",
            "Host",
            "public class Host implements AttentionHost { public MixerProvider host(AttentionVariantProvider variant) {"
                    + " return new MixerProvider() {" + provider("variant.id()") + "}; } }");

    private static Source variant(String module) {
        return new Source(
                module,
                "org.attention4j.api.variant.AttentionVariantProvider",
                "Variant",
                "public class Variant implements AttentionVariantProvider { public String id() { return \"variant\"; }"
                        + " public String summary() { return \"\"; }"
                        + " public AttentionVariant variant(MixerSpec spec) { return AttentionVariant.softmax(); } }");
    }

    /** A module with a provider whose id is the module's name with a '-'; {@code more} goes into the class. */
    private static Source module(String name, String type, String more) {
        return new Source(
                name,
                "org.attention4j.api.MixerProvider",
                type,
                "public class " + type + " implements MixerProvider { String id = \"" + name.replace('.', '-')
                        + "\"; boolean broken = false; " + more + provider("id") + " }");
    }

    private static String provider(String id) {
        return """
                 boolean refuses() { return false; }
                 public MixerKind kind() {
                     if (BROKEN) { throw new IllegalStateException("no kind"); }
                     return new MixerKind(ID, MixerFamily.OTHER, "", OptionSchema.of(), java.util.Set.of());
                 }
                 public MixerSpec spec(MixerConfig config) { return MixerSpec.of(kind(), config).build(); }
                 public SequenceMixer create(MixerConfig config, ParameterSource source) { return null; }
                """.replace("BROKEN", id.equals("id") ? "broken" : "refuses()").replace("ID", id);
    }

    private ModuleLayer layer(Source... sources) throws IOException {
        List<Path> places = new ArrayList<>();
        for (Source source : sources) {
            places.add(compile(source, true));
        }
        ModuleLayer boot = MixersTest.class.getModule().getLayer();
        Configuration configuration = boot.configuration()
                .resolveAndBind(
                        ModuleFinder.of(places.toArray(Path[]::new)),
                        ModuleFinder.of(),
                        List.of(sources).stream().map(Source::module).toList());
        return boot.defineModulesWithOneLoader(configuration, ClassLoader.getSystemClassLoader());
    }

    private Path compile(Source source, boolean asModule) throws IOException {
        Path from = Files.createDirectories(folder.resolve(source.module() + (asModule ? ".source" : ".plain")));
        Path to = folder.resolve(source.module() + (asModule ? "" : ".classes"));
        Path type = from.resolve(source.type() + ".java");
        Files.writeString(
                type,
                "package " + source.module() + "; import org.attention4j.api.*; import org.attention4j.api.variant.*; "
                        + source.code());
        List<String> arguments = new ArrayList<>(List.of("-d", to.toString(), type.toString()));
        String api = System.getProperty("jdk.module.path");
        if (asModule) {
            Path descriptor = from.resolve("module-info.java");
            Files.writeString(
                    descriptor,
                    "module " + source.module() + " { requires org.attention4j.api; provides " + source.provides()
                            + " with " + source.module() + "." + source.type() + "; }");
            arguments.addAll(List.of("-p", api, descriptor.toString()));
        } else {
            arguments.addAll(List.of("-cp", api));
        }
        StringWriter said = new StringWriter();
        PrintWriter out = new PrintWriter(said);
        int status = ToolProvider.findFirst("javac").orElseThrow().run(out, out, arguments.toArray(String[]::new));
        assertEquals(0, status, said::toString);
        return to;
    }
}
