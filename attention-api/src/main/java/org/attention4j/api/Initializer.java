package org.attention4j.api;

import java.nio.charset.StandardCharsets;

/**
 * Draws new parameters from a seed: each parameter from a stream of its own, so that neither their order nor other
 * parameters change it. The same seed gives the same bits everywhere.
 */
public final class Initializer implements ParameterSource {
    private final long seed;

    private Initializer(long seed) {
        this.seed = seed;
    }

    /**
     * An initialiser.
     *
     * @param seed any number
     * @return the source
     */
    public static Initializer seeded(long seed) {
        return new Initializer(seed);
    }

    /**
     * The seed.
     *
     * @return as given
     */
    public long seed() {
        return seed;
    }

    @Override
    public void fill(ParameterSpec parameter, Tensor target) {
        if (parameter.initial() instanceof InitialValue.Constant constant) {
            target.fill(constant.value());
        } else if (parameter.initial() instanceof InitialValue.Uniform uniform) {
            uniform(parameter.name(), -uniform.bound(), uniform.bound(), target);
        } else if (parameter.initial() instanceof InitialValue.Between between) {
            uniform(parameter.name(), between.from(), between.to() / 2 - between.from() / 2, target);
        }
    }

    private void uniform(String name, float from, float halfRange, Tensor target) {
        long state = seed;
        for (byte letter : name.getBytes(StandardCharsets.UTF_8)) {
            state = mix(state + letter);
        }
        float[] block = new float[(int) Math.min(target.size(), 4096)];
        for (long at = 0; at < target.size(); at += block.length) {
            int count = (int) Math.min(block.length, target.size() - at);
            for (int i = 0; i < count; i++) {
                state += GOLDEN;
                block[i] = Math.fma((mix(state) >>> 40) * 0x1p-23f, halfRange, from);
            }
            target.write(at, block, 0, count);
        }
    }

    /** 2⁶⁴ divided by the golden ratio: the increment of SplitMix64 (Steele, Lea and Flood 2014). */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** The finaliser of SplitMix64. */
    private static long mix(long z) {
        long y = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        y = (y ^ (y >>> 27)) * 0x94D049BB133111EBL;
        return y ^ (y >>> 31);
    }

    /** With the seed, so that a run can be repeated. */
    @Override
    public String toString() {
        return "Initializer seeded with " + seed;
    }
}
