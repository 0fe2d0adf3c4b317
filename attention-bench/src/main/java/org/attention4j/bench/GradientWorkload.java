package org.attention4j.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Tensor;

/** A mixer forward and backward, with the gradients of its input and of every parameter. */
final class GradientWorkload extends MixerWorkload {
    private final Differentiable mixer;
    private final Tensor dOut;
    private final Gradients gradients;

    GradientWorkload(SequenceMixer mixer, MixerSetup setup, int threads) {
        super(mixer, setup, threads);
        this.mixer = mixer.require(Differentiable.class);
        dOut = Tensor.of(Numbers.of("g", Math.toIntExact(out().size()), 1), 0, out().shape());
        gradients = Gradients.zeros(mixer.spec(), in());
    }

    @Override
    public void run() {
        gradients.clear();
        Recording recording = mixer.record(in(), out(), workspace());
        mixer.backward(recording, dOut, gradients, workspace());
    }

    @Override
    public Map<String, float[]> compute() {
        run();
        Map<String, float[]> outputs = new LinkedHashMap<>();
        int inputs = setup().batch() * setup().time() * mixer.spec().inputWidth();
        outputs.put("x", Arrays.copyOf(gradients.input().orElseThrow().toArray(), inputs));
        gradients.parameters().forEach((name, gradient) -> outputs.put(outputName(name), gradient.toArray()));
        return outputs;
    }
}
