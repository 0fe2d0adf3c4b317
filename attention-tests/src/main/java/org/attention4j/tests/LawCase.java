package org.attention4j.tests;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;

/**
 * What a law is checked on: a configuration, the sizes of a batch, and a seed from which every value is drawn. Immutable;
 * the same case gives the same values.
 *
 * @param provider makes the mixer
 * @param spec of the configuration
 * @param lengths the true length of each sequence, at most {@code time}
 * @param time the padded length T
 * @param seed of every value
 * @param scale of the inputs: they are uniform in [−scale, scale)
 * @param chunks sizes of the pieces that sequences are cut into, in turn; at least 1 each
 * @param threads for the laws that vary them
 */
public record LawCase(
        MixerProvider provider,
        MixerSpec spec,
        List<Integer> lengths,
        int time,
        long seed,
        float scale,
        List<Integer> chunks,
        int threads) {
    /** Copies the lists. */
    public LawCase {
        lengths = List.copyOf(lengths);
        chunks = List.copyOf(chunks);
    }

    /**
     * B.
     *
     * @return the number of sequences
     */
    public int batch() {
        return lengths.size();
    }

    /**
     * The configuration.
     *
     * @return resolved
     */
    public MixerConfig config() {
        return spec.config();
    }

    /**
     * The same case at full length.
     *
     * @param least how long each sequence is at least
     * @return a case without padding
     */
    public LawCase full(int least) {
        int longer = Math.max(least, time);
        return with(lengths.stream().map(length -> longer).toList(), longer);
    }

    /**
     * The same case with other lengths.
     *
     * @param newLengths the true lengths
     * @param newTime T
     * @return a new case
     */
    public LawCase with(List<Integer> newLengths, int newTime) {
        return new LawCase(provider, spec, newLengths, newTime, seed, scale, chunks, threads);
    }

    /**
     * The same case with inputs of another magnitude.
     *
     * @param newScale inputs are uniform in [−scale, scale)
     * @return a new case
     */
    public LawCase scaled(float newScale) {
        return new LawCase(provider, spec, lengths, time, seed, newScale, chunks, threads);
    }

    /**
     * The same case with other values.
     *
     * @param newSeed of every value
     * @return a new case
     */
    public LawCase seeded(long newSeed) {
        return new LawCase(provider, spec, lengths, time, newSeed, scale, chunks, threads);
    }

    /**
     * The mixer, with parameters drawn from the seed.
     *
     * @return a new mixer
     */
    public SequenceMixer mixer() {
        return mixer(spec.config());
    }

    /**
     * A mixer of another configuration.
     *
     * @param config width and options
     * @return a new mixer
     */
    public SequenceMixer mixer(MixerConfig config) {
        return provider.create(config, parameters("parameters"));
    }

    /**
     * Parameters near their initial values, but none of them a constant, so that a bias that is forgotten shows.
     *
     * @param name a stream of random numbers of its own
     * @return fills every parameter
     */
    public ParameterSource parameters(String name) {
        return (parameter, target) -> {
            SplittableRandom random = random(name + " " + parameter.name());
            float[] values = new float[(int) target.size()];
            for (int i = 0; i < values.length; i++) {
                float unit = (float) random.nextDouble(-1, 1);
                if (parameter.initial() instanceof InitialValue.Uniform uniform) {
                    values[i] = uniform.bound() * unit;
                } else if (parameter.initial() instanceof InitialValue.Between between) {
                    values[i] = between.from() + (between.to() - between.from()) * (unit + 1) / 2;
                } else if (parameter.initial() instanceof InitialValue.Constant constant) {
                    values[i] = constant.value() == 0 ? 0.5f * unit : constant.value() * (1 + 0.1f * unit);
                }
            }
            target.write(0, values, 0, values.length);
        };
    }

    /**
     * The input {@code [B, T, D]}, zero at padding.
     *
     * @return new sequences, the same each time
     */
    public Sequences input() {
        return sequences("input", spec.inputWidth());
    }

    /**
     * Sequences of this case's lengths, zero at padding.
     *
     * @param name a stream of random numbers of its own
     * @param width of a position
     * @return new sequences, the same each time
     */
    public Sequences sequences(String name, int width) {
        Tensor tensor = tensor(name, batch(), time, width);
        for (int b = 0; b < batch(); b++) {
            int past = lengths.get(b);
            float[] zeros = new float[(time - past) * width];
            tensor.write(((long) b * time + past) * width, zeros, 0, zeros.length);
        }
        return Sequences.of(tensor, lengths.stream().mapToInt(length -> length).toArray());
    }

    /**
     * Random values in [−scale, scale).
     *
     * @param name a stream of random numbers of its own
     * @param extents the shape
     * @return a new tensor, the same each time
     */
    public Tensor tensor(String name, int... extents) {
        SplittableRandom random = random(name);
        float[] values = new float[(int) Shape.of(extents).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = scale * (float) random.nextDouble(-1, 1);
        }
        return Tensor.of(values, extents);
    }

    /**
     * A stream of random numbers.
     *
     * @param name of the stream
     * @return the same numbers each time
     */
    public SplittableRandom random(String name) {
        return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + name.hashCode());
    }

    /** One line. */
    @Override
    public String toString() {
        return spec.fingerprint() + " | batch " + batch() + ", lengths " + Arrays.toString(lengths.toArray()) + " of "
                + time + ", inputs in ±" + scale + ", chunks " + chunks + ", " + threads + " threads, data seed "
                + seed;
    }
}
