package org.attention4j.cli;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Requires;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The arrows between the modules, read from their descriptors. This module is the only one that sees all others, so the
 * test is here. To draw a new arrow is a decision: it changes {@link #ALLOWED}.
 */
class ModuleArrowsTest {
    private static final String ROOT = "org.attention4j.";

    /** The modules in order, each with those of the project and of third parties that it may read. */
    private static final Map<String, Set<String>> ALLOWED = Map.of(
            "org.attention4j.api", Set.of(),
            "org.attention4j.kernels", Set.of("org.attention4j.api"),
            "org.attention4j.core", Set.of("org.attention4j.api", "org.attention4j.kernels"),
            "org.attention4j.rnn", Set.of("org.attention4j.api", "org.attention4j.kernels"),
            "org.attention4j.cnn", Set.of("org.attention4j.api", "org.attention4j.kernels"),
            "org.attention4j.tests", Set.of("org.attention4j.api", "net.jqwik.api", "org.junit.jupiter.api"),
            "org.attention4j.model",
                    Set.of(
                            "org.attention4j.api",
                            "org.attention4j.kernels",
                            "com.fasterxml.jackson.core",
                            "com.google.protobuf"),
            "org.attention4j.guice", Set.of("org.attention4j.api", "com.google.guice", "jakarta.inject"),
            "org.attention4j.bench",
                    Set.of(
                            "org.attention4j.api",
                            "org.attention4j.kernels",
                            "org.attention4j.core",
                            "com.fasterxml.jackson.core",
                            "com.fasterxml.jackson.databind"),
            "org.attention4j.cli",
                    Set.of(
                            "org.attention4j.api",
                            "org.attention4j.kernels",
                            "org.attention4j.core",
                            "org.attention4j.rnn",
                            "org.attention4j.cnn",
                            "org.attention4j.tests",
                            "org.attention4j.model",
                            "org.attention4j.guice",
                            "org.attention4j.bench",
                            "ai.djl.api",
                            "ai.djl.tokenizers",
                            "com.fasterxml.jackson.core",
                            "com.fasterxml.jackson.databind",
                            "com.google.gson",
                            "com.google.guice",
                            "info.picocli",
                            "jakarta.inject",
                            "me.tongfei.progressbar",
                            "org.slf4j"));

    /** For null annotations: allowed everywhere as long as nobody needs it at run time. */
    private static final String ANNOTATIONS = "org.jspecify";

    private static Map<String, ModuleDescriptor> modules() {
        return ModuleLayer.boot().modules().stream()
                .filter(module -> module.getName().startsWith(ROOT))
                .collect(toMap(Module::getName, Module::getDescriptor, (one, other) -> one, TreeMap::new));
    }

    @Test
    void theModulesAreTheseAndNoOthers() {
        assertEquals(new TreeSet<>(ALLOWED.keySet()), modules().keySet());
    }

    @Test
    void everyModuleReadsOnlyWhatItMay() {
        Map<String, Set<String>> forbidden = new TreeMap<>();
        modules().forEach((name, descriptor) -> {
            Set<String> reads = descriptor.requires().stream()
                    .filter(requires -> !isPlatform(requires) && !isAnnotations(requires))
                    .map(Requires::name)
                    .filter(read -> !ALLOWED.getOrDefault(name, Set.of()).contains(read))
                    .collect(toCollection(TreeSet::new));
            if (!reads.isEmpty()) {
                forbidden.put(name, reads);
            }
        });

        assertEquals(Map.of(), forbidden, "module -> what it reads and may not");
    }

    @Test
    void theApiReadsTheBaseModuleAlone() {
        List<String> reads = modules().get(ROOT + "api").requires().stream()
                .filter(requires -> !isAnnotations(requires))
                .map(Requires::name)
                .toList();

        assertEquals(List.of("java.base"), reads);
    }

    @Test
    void everyPackageLiesUnderTheNameOfItsModule() {
        Set<String> strays = new TreeSet<>();
        modules().forEach((name, descriptor) -> descriptor.packages().stream()
                .filter(itsPackage -> !itsPackage.equals(name) && !itsPackage.startsWith(name + "."))
                .forEach(itsPackage -> strays.add(name + "/" + itsPackage)));

        assertEquals(Set.of(), strays, "so no two modules share a package");
    }

    private static boolean isPlatform(Requires requires) {
        return requires.name().startsWith("java.") || requires.name().startsWith("jdk.");
    }

    private static boolean isAnnotations(Requires requires) {
        return requires.name().equals(ANNOTATIONS) && requires.modifiers().contains(Requires.Modifier.STATIC);
    }
}
