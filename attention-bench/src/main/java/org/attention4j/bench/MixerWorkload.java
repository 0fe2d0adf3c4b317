package org.attention4j.bench;

import java.util.Arrays;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** What the workloads of mixers have in common: inputs, outputs and a workspace, made once and kept. */
abstract class MixerWorkload implements Workload {
    private final SequenceMixer mixer;
    private final MixerSetup setup;
    private final Sequences in;
    private final Tensor out;
    private final Workspace workspace;

    MixerWorkload(SequenceMixer mixer, MixerSetup setup, int threads) {
        this.mixer = mixer;
        this.setup = setup;
        int width = mixer.spec().inputWidth();
        int time = setup.time() + setup.padding();
        float[] x = Arrays.copyOf(
                Numbers.of("x", setup.batch() * setup.time() * width, 1),
                Math.multiplyExact(setup.batch() * time, width));
        in = Sequences.of(Tensor.of(x, setup.batch(), time, width));
        out = Tensor.zeros(mixer.spec().outputShape(in));
        workspace = Workspace.threads(threads);
    }

    /** Parameters as the peer script makes them; one layer's names do not end with its number there. */
    static ParameterSource parameters(int fan) {
        return (parameter, target) -> {
            float[] values =
                    Numbers.of(outputName(parameter.name()), Math.toIntExact(target.size()), Numbers.scale(fan));
            target.write(0, values, 0, values.length);
        };
    }

    static String outputName(String parameter) {
        return parameter.endsWith("_l0") ? parameter.substring(0, parameter.length() - 3) : parameter;
    }

    final SequenceMixer mixer() {
        return mixer;
    }

    final MixerSetup setup() {
        return setup;
    }

    final Sequences in() {
        return in;
    }

    final Tensor out() {
        return out;
    }

    final Workspace workspace() {
        return workspace;
    }

    @Override
    public final Cost cost() {
        return setup.cost();
    }

    @Override
    public final void close() {
        workspace.close();
    }
}
