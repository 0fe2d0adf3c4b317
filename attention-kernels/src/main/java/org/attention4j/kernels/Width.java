package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of vectors.
 *
 * <p>The compiler makes vector code only where the species is a constant. A kernel therefore asks its width for it, in the
 * method that has the loop: as long as one subclass is linked, which is so unless a test forces another width, the call has one target,
 * is inlined, and gives a static final.
 *
 * <p>These methods are public because HotSpot looks for a single target of public and protected methods only. Of others it believes what a call did before:
 * a tile that became part of its caller before it had run often enough asked a width that the compiler did not know, and all its vectors were
 * objects from then on, in some runs and not in others.
 */
abstract class Width {
    public abstract VectorSpecies<Float> species();

    public abstract VectorConstants constants();

    /**
     * −0, and −0 + x is x: of the sum of a vector of this, the compiler knows that it has this width.
     *
     * <p>Of a vector that is carried round a loop it knows no more than {@code FloatVector}, and guesses its class from what the program did before.
     * Where vectors of another width went the same way, or where so many of its guesses failed in the JDK's own methods that it makes no
     * more of them in this loop, a call on such a vector stays a call, each vector of the loop is an object, and the loop runs many times slower.
     * So a vector that is carried round a loop is only an argument, {@code x.add(sum)}, and afterwards {@code minusZero.add(sum)}.
     * Of some that are read from arrays it knows no more: where a vector that was broadcast can be asked instead, it is.
     */
    static final float MINUS_ZERO = -0f;

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
        public VectorSpecies<Float> species() {
            return SPECIES;
        }

        @Override
        public VectorConstants constants() {
            return CONSTANTS;
        }
    }

    private static final class Bits256 extends Width {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
        private static final VectorConstants CONSTANTS = VectorConstants.of(SPECIES);

        @Override
        public VectorSpecies<Float> species() {
            return SPECIES;
        }

        @Override
        public VectorConstants constants() {
            return CONSTANTS;
        }
    }

    private static final class Bits512 extends Width {
        private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
        private static final VectorConstants CONSTANTS = VectorConstants.of(SPECIES);

        @Override
        public VectorSpecies<Float> species() {
            return SPECIES;
        }

        @Override
        public VectorConstants constants() {
            return CONSTANTS;
        }
    }
}
