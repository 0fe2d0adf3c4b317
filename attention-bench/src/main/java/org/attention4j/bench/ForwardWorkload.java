package org.attention4j.bench;

import java.util.Map;
import org.attention4j.api.SequenceMixer;

/** A mixer over whole sequences. */
final class ForwardWorkload extends MixerWorkload {
    ForwardWorkload(SequenceMixer mixer, MixerSetup setup, int threads) {
        super(mixer, setup, threads);
    }

    @Override
    public void run() {
        mixer().forward(in(), out(), workspace());
    }

    @Override
    public Map<String, float[]> compute() {
        run();
        return Map.of("y", out().toArray());
    }
}
