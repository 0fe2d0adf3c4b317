package org.attention4j.bench;

import java.util.Map;

/** A mixer over whole sequences. */
final class ForwardWorkload extends MixerWorkload {
    ForwardWorkload(Subject subject) {
        super(subject);
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
