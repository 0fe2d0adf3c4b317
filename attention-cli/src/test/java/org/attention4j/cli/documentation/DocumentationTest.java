package org.attention4j.cli.documentation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerKind;
import org.attention4j.api.Mixers;
import org.junit.jupiter.api.Test;

/** The README and the pages of {@code docs/} say what is so. */
class DocumentationTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    @Test
    void everySnippetIsCompiled() throws IOException {
        List<String> sources = javaFiles().stream()
                .map(DocumentationTest::read)
                .map(DocumentationTest::squeezed)
                .toList();
        List<String> missing = new ArrayList<>();
        int snippets = 0;
        for (Path page : pages()) {
            for (String snippet : snippets(read(page))) {
                snippets++;
                String code = squeezed(snippet);
                if (sources.stream().noneMatch(source -> source.contains(code))) {
                    missing.add(ROOT.relativize(page) + ":\n" + snippet);
                }
            }
        }
        assertTrue(snippets >= 8, snippets + " snippets found in " + pages());
        assertEquals(List.of(), missing, "snippets that stand in no compiled source");
    }

    @Test
    void theTableOfMixersIsTheRegistry() {
        String readme = read(ROOT.resolve("README.md"));
        TreeSet<String> rows = readme.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.replaceAll("\\s+", " "))
                .collect(Collectors.toCollection(TreeSet::new));
        TreeSet<String> expected = new TreeSet<>();
        for (MixerKind kind : Mixers.load().kinds()) {
            StringBuilder row = new StringBuilder("| `" + kind.id() + "` |");
            for (Capability capability : Capability.values()) {
                row.append(kind.capabilities().contains(capability) ? " yes |" : " |");
            }
            expected.add(row.toString());
        }
        assertEquals(expected, rows);
    }

    @Test
    void everyMixerHasItsSection() {
        List<String> sections = read(ROOT.resolve("docs/mixers.md"))
                .lines()
                .filter(line -> line.startsWith("### `"))
                .map(line -> line.substring("### `".length(), line.length() - 1))
                .sorted()
                .toList();
        assertEquals(Mixers.load().kinds().stream().map(MixerKind::id).sorted().toList(), sections);
    }

    /** What a section leaves out, the text in front of its chapter's sections says for all of them, or the section that it names. */
    @Test
    void everySectionOfAMixerIsWhole() {
        String page = read(ROOT.resolve("docs/mixers.md"));
        List<String> missing = new ArrayList<>();
        for (String chapter : page.split("\n## ")) {
            String[] sections = chapter.split("\n### ");
            for (int i = 1; i < sections.length; i++) {
                String text = sections[0] + sections[i];
                boolean asAnother = text.contains("ll else as `");
                for (String part : List.of("Shapes", "Time", "Memory", "State:", "Source")) {
                    if (!text.contains(part) && !(asAnother && !part.equals("Source"))) {
                        missing.add(sections[i].lines().findFirst().orElse("") + ": " + part);
                    }
                }
            }
        }
        assertEquals(List.of(), missing);
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            docs.filter(file -> file.toString().endsWith(".md")).sorted())
                    .toList();
        }
    }

    private static List<Path> javaFiles() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !ROOT.relativize(file).toString().contains("target"))
                    .toList();
        }
    }

    private static List<String> snippets(String page) {
        List<String> snippets = new ArrayList<>();
        String[] parts = page.split("```", -1);
        for (int i = 1; i < parts.length; i += 2) {
            if (parts[i].startsWith("java\n")) {
                snippets.add(parts[i].substring("java\n".length()));
            }
        }
        return snippets;
    }

    /** However the lines are broken. */
    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
