package org.attention4j.kernels;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;

/** Which kernels a JVM uses: ordered checks, each ending in one plain line of log. */
final class KernelChoice {
    static final String PROPERTY = "attention4j.kernels";

    private static final String VECTOR_MODULE = "jdk.incubator.vector";
    private static final String HOW_TO_ENABLE = "start Java with --add-modules " + VECTOR_MODULE;

    private KernelChoice() {}

    /** Chosen when first asked for. */
    private static final class Preferred {
        static final Kernels KERNELS =
                choose(System.getProperty(PROPERTY, "auto"), System.getLogger("org.attention4j.kernels"));
    }

    static Kernels preferred() {
        return Preferred.KERNELS;
    }

    static Kernels vector() {
        Optional<String> missing = missing();
        if (missing.isPresent()) {
            throw new IllegalStateException("no vector kernels: " + missing.get());
        }
        return VectorKernels.preferred();
    }

    static Kernels vector(int bits) {
        if (bits != 128 && bits != 256 && bits != 512) {
            throw new IllegalArgumentException("vector width " + bits + ": must be 128, 256 or 512");
        }
        Optional<String> missing = missingModule();
        if (missing.isPresent()) {
            throw new IllegalStateException("no vector kernels: " + missing.get());
        }
        return VectorKernels.of(bits);
    }

    static Kernels choose(String option, Logger log) {
        switch (option) {
            case "auto":
                Optional<String> missing = missing();
                if (missing.isPresent()) {
                    log.log(Level.WARNING, "kernels: scalar, up to fifty times slower, because " + missing.get());
                    return Kernels.scalar();
                }
                return logged(log, Level.DEBUG, VectorKernels.cold(), "the machine's preferred width");
            case "scalar":
                return logged(log, Level.INFO, Kernels.scalar(), PROPERTY + "=" + option);
            case "vector":
                return logged(log, Level.INFO, vector(), PROPERTY + "=" + option);
            default:
                throw new IllegalArgumentException(
                        PROPERTY + "=" + option + ": unknown kernels, must be auto, scalar or vector");
        }
    }

    private static Kernels logged(Logger log, Level level, Kernels kernels, String why) {
        log.log(level, "kernels: " + kernels.name() + " (" + why + ")");
        return kernels;
    }

    /** Why vector kernels cannot or should not be used; vector classes are touched only when the module is there. */
    private static Optional<String> missing() {
        Optional<String> missing = missingModule();
        if (missing.isPresent()) {
            return missing;
        }
        int lanes = VectorKernels.preferredLanes();
        return lanes >= 4
                ? Optional.empty()
                : Optional.of("this machine's vectors have " + lanes + " float lanes, and at least 4 are needed");
    }

    private static Optional<String> missingModule() {
        Module here = KernelChoice.class.getModule();
        Optional<Module> vector = ModuleLayer.boot().findModule(VECTOR_MODULE);
        if (vector.isEmpty()) {
            return Optional.of("module " + VECTOR_MODULE + " is not there: " + HOW_TO_ENABLE);
        }
        return here.canRead(vector.get())
                ? Optional.empty()
                : Optional.of("module " + VECTOR_MODULE + " is not readable by " + here + ": " + HOW_TO_ENABLE);
    }
}
