package org.attention4j.bench;

import java.util.Map;
import org.attention4j.api.MixerConfig;

/**
 * A mixer and the sequences that it is run on: what a workload's name means here and in the peer script.
 *
 * @param id the mixer's, as the registry knows it
 * @param config its width and options
 * @param fan how many inputs an output of its linear maps has: its parameters are drawn by that
 * @param batch B
 * @param time T, without padding
 * @param padding positions of zeros behind the input, which are run, too: a causal convolution then has all the outputs that PyTorch's has
 * @param cost of a run, counted as the peer script counts
 */
record MixerSetup(String id, MixerConfig config, int fan, int batch, int time, int padding, Workload.Cost cost) {
    private static final int WIDTH = 512;
    private static final int HEADS = 8;
    private static final int TIME = 512;
    private static final int CONV_TIME = 2048;

    /** How many matrices of a cell the input is multiplied by, and the hidden state. */
    private static final Map<String, Integer> GATES = Map.of("lstm", 4, "gru", 3, "rnn", 1);

    static MixerSetup of(WorkloadName name) {
        return switch (name.base()) {
            case "multi-head" -> multiHead(name.size(0));
            case "conv" -> convolution(name.size(0), name.size(1), 1, passes(name));
            case "depthwise" -> convolution(name.size(0), name.size(1), name.size(0), passes(name));
            default ->
                name.step()
                        ? step(name.base(), name.size(0))
                        : recurrent(name.base(), name.size(0), name.size(1), passes(name));
        };
    }

    /** A gradient costs two forward passes more: a product for the inputs, and one for the weights. */
    private static int passes(WorkloadName name) {
        return name.gradient() ? 3 : 1;
    }

    private static MixerSetup multiHead(int time) {
        double n = time;
        double projections = 8 * n * WIDTH * WIDTH;
        Workload.Cost cost = new Workload.Cost(projections + 4 * WIDTH * n * n, 16.0 * WIDTH * WIDTH + 8 * n * WIDTH);
        MixerConfig config = MixerConfig.width(WIDTH).with("heads", HEADS);
        return new MixerSetup("multi-head-attention", config, WIDTH, 1, time, 0, cost);
    }

    private static MixerSetup convolution(int width, int kernel, int groups, int passes) {
        int fan = width / groups * kernel;
        Workload.Cost cost = new Workload.Cost(2.0 * width * fan * CONV_TIME * passes, 8.0 * width * CONV_TIME);
        MixerConfig config = MixerConfig.width(width).with("kernel", kernel).with("groups", groups);
        return new MixerSetup("convolution", config, fan, 1, CONV_TIME, kernel - 1, cost);
    }

    private static MixerSetup recurrent(String id, int batch, int hidden, int passes) {
        Workload.Cost cost = new Workload.Cost(2 * weights(id, hidden) * batch * TIME * passes, 0);
        return new MixerSetup(id, MixerConfig.width(hidden), hidden, batch, TIME, 0, cost);
    }

    private static MixerSetup step(String id, int hidden) {
        Workload.Cost cost = new Workload.Cost(2 * weights(id, hidden), Float.BYTES * weights(id, hidden));
        return new MixerSetup(id, MixerConfig.width(hidden), hidden, 1, 1, 0, cost);
    }

    /** How many weights the gates have together. */
    private static double weights(String id, int hidden) {
        return 2.0 * GATES.get(id) * hidden * hidden;
    }
}
