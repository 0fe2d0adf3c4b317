package org.attention4j.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recurrent;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Tensor;

/** One position of one sequence. PyTorch's cell takes and returns the state; ours goes on from run to run. */
final class StepWorkload extends MixerWorkload {
    private final Incremental mixer;
    private MixerState state;

    StepWorkload(SequenceMixer mixer, MixerSetup setup, int threads) {
        super(mixer, setup, threads);
        this.mixer = mixer.require(Incremental.class);
        state = start();
    }

    private MixerState start() {
        Recurrent recurrent = mixer.require(Recurrent.class);
        Map<String, Tensor> initial = new LinkedHashMap<>();
        NamedTensors zeros = recurrent.newHidden(setup().batch());
        zeros.forEach((name, tensor) ->
                initial.put(name, Tensor.of(Numbers.of(name, Math.toIntExact(tensor.size()), 1), 0, tensor.shape())));
        return recurrent.newState(NamedTensors.of(initial), 1);
    }

    @Override
    public void run() {
        mixer.step(in(), state, out(), workspace());
    }

    @Override
    public Map<String, float[]> compute() {
        state = start();
        run();
        return Map.of("y", out().toArray());
    }
}
