package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of vectors.
 *
 * <p>The compiler makes vector code only where the species is a constant. A kernel therefore asks its width for it, in the
 * method that has the loop: as long as one subclass is loaded, which is so unless a test forces another width, the call has one target,
 * is inlined, and gives a static final.
 */
abstract class Width {
    abstract VectorSpecies<Float> species();

    abstract VectorConstants constants();

    static Width of(int bits) {
        return switch (bits) {
            case 128 -> new Bits128();
            case 256 -> new Bits256();
            case 512 -> new Bits512();
            default -> throw new IllegalArgumentException("vector width " + bits + ": must be 128, 256 or 512");
        };
    }

    private static final class Bits128 extends Width {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_128;
        private static final VectorConstants CONSTANTS = VectorConstants.of(SPECIES);

        @Override
        VectorSpecies<Float> species() {
            return SPECIES;
        }

        @Override
        VectorConstants constants() {
            return CONSTANTS;
        }
    }

    private static final class Bits256 extends Width {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
        private static final VectorConstants CONSTANTS = VectorConstants.of(SPECIES);

        @Override
        VectorSpecies<Float> species() {
            return SPECIES;
        }

        @Override
        VectorConstants constants() {
            return CONSTANTS;
        }
    }

    private static final class Bits512 extends Width {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
        private static final VectorConstants CONSTANTS = VectorConstants.of(SPECIES);

        @Override
        VectorSpecies<Float> species() {
            return SPECIES;
        }

        @Override
        VectorConstants constants() {
            return CONSTANTS;
        }
    }
}
