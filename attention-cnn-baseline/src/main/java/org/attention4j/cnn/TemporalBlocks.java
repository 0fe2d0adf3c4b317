package org.attention4j.cnn;

import java.util.List;
import java.util.Optional;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.NamedTensors;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * The blocks of a temporal convolutional network, ready to run. Convolution i of 2L is the first (i even) or the second of block
 * i / 2.
 *
 * @param all the blocks in order
 * @param activation f
 */
record TemporalBlocks(List<Block> all, Activation activation) {
    /**
     * One block.
     *
     * @param first reads the block's input
     * @param second reads what the first has made
     * @param residual makes the block's input as wide as its output; none where it is
     */
    record Block(Filter first, Filter second, Optional<Filter> residual) {
        /** Reads one block's parameters. */
        static Block of(Kernels kernels, MixerConfig config, NamedTensors parameters, int level) {
            int hidden = config.get(TemporalConvolution.HIDDEN);
            int width = level == 0 ? config.width() : hidden;
            Reach reach = Reach.of(config.get(TemporalConvolution.KERNEL), dilation(config, level), true);
            String name = prefix(level);
            return new Block(
                    Filter.of(kernels, reach, parameters, name + FIRST, width, hidden, 1),
                    Filter.of(kernels, reach, parameters, name + SECOND, hidden, hidden, 1),
                    width == hidden
                            ? Optional.empty()
                            : Optional.of(Filter.of(
                                    kernels, Reach.of(1, 1, true), parameters, name + RESIDUAL, width, hidden, 1)));
        }
    }

    /** Prefixes behind that of a block. */
    static final String FIRST = "conv1.";

    static final String SECOND = "conv2.";
    static final String RESIDUAL = "downsample.";

    /** What the names of a block's parameters begin with. */
    static String prefix(int level) {
        return "network." + level + ".";
    }

    /** d_l; the provider has checked that it is an integer. */
    static int dilation(MixerConfig config, int level) {
        int dilation = 1;
        for (int i = 0; i < level; i++) {
            dilation *= config.get(TemporalConvolution.DILATION_BASE);
        }
        return dilation;
    }

    int convolutions() {
        return 2 * all.size();
    }

    Filter filter(int i) {
        Block block = all.get(i / 2);
        return i % 2 == 0 ? block.first() : block.second();
    }

    /** D'. */
    int width() {
        return all.get(0).first().out();
    }
}
