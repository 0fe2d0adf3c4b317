package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.junit.jupiter.api.Test;

/** Which kernels are chosen, and what is said about it. */
class KernelChoiceTest {
    private final Lines log = new Lines();

    @Test
    void autoTakesVectorsAndSaysSoQuietly() {
        Kernels chosen = KernelChoice.choose("auto", log);
        assertEquals(Kernels.vector().name(), chosen.name());
        assertEquals(List.of("DEBUG kernels: " + chosen.name() + " (the machine's preferred width)"), log.lines);
    }

    @Test
    void optionsAreObeyedAndSaid() {
        assertSame(Kernels.scalar(), KernelChoice.choose("scalar", log));
        assertSame(Kernels.vector(), KernelChoice.choose("vector", log));
        assertEquals(
                List.of(
                        "INFO kernels: scalar (attention4j.kernels=scalar)",
                        "INFO kernels: " + Kernels.vector().name() + " (attention4j.kernels=vector)"),
                log.lines);
    }

    @Test
    void unknownOptionIsAnErrorThatNamesIt() {
        String message = assertThrows(IllegalArgumentException.class, () -> KernelChoice.choose("fast", log))
                .getMessage();
        assertEquals("attention4j.kernels=fast: unknown kernels, must be auto, scalar or vector", message);
        assertTrue(log.lines.isEmpty());
    }

    @Test
    void widthsAreNamedAndChecked() {
        for (int bits : new int[] {128, 256, 512}) {
            assertEquals("vector " + bits, Kernels.vector(bits).name());
        }
        assertThrows(IllegalArgumentException.class, () -> Kernels.vector(64));
        assertSame(Kernels.preferred(), Kernels.preferred());
    }

    @Test
    void classPathWithoutTheModuleFallsBackWithOneWarning()
            throws IOException, InterruptedException, URISyntaxException {
        OtherJvm.Run run = OtherJvm.withoutVectors(ClassPathProgram.class);
        assertEquals(0, run.status(), run.output());
        assertTrue(run.output().contains("chosen: scalar"), run.output());
        assertTrue(run.output().contains("no vector kernels: module jdk.incubator.vector is not there"), run.output());
        assertEquals(
                1,
                run.output().split("start Java with --add-modules jdk.incubator.vector \\(logged\\)", -1).length - 1);
    }

    @Test
    void classPathWithTheModuleTakesVectors() throws IOException, InterruptedException, URISyntaxException {
        OtherJvm.Run run = OtherJvm.withVectors(ClassPathProgram.class);
        assertEquals(0, run.status(), run.output());
        assertTrue(run.output().contains("chosen: " + Kernels.vector().name()), run.output());
    }

    /** What the other JVM runs. */
    static final class ClassPathProgram {
        private ClassPathProgram() {}

        public static void main(String[] args) {
            Lines lines = new Lines();
            System.out.println("chosen: " + KernelChoice.choose("auto", lines).name());
            lines.lines.forEach(line -> System.out.println(line + " (logged)"));
            try {
                Kernels.vector();
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
            }
            float[] x = {1f, 2f, 3f};
            System.out.println(Kernels.preferred().sum(x, 0, 3));
        }
    }

    /** A log that remembers. */
    private static final class Lines implements System.Logger {
        final List<String> lines = new ArrayList<>();

        @Override
        public String getName() {
            return "lines";
        }

        @Override
        public boolean isLoggable(Level level) {
            return true;
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
            lines.add(level + " " + message);
        }

        @Override
        public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
            lines.add(level + " " + (parameters == null ? format : MessageFormat.format(format, parameters)));
        }
    }
}
