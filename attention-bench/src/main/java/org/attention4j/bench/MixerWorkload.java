package org.attention4j.bench;

import java.util.Arrays;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** What the workloads of mixers have in common: inputs, outputs and a workspace, made once and kept. */
abstract class MixerWorkload implements Workload {
    static final int WIDTH = 512;
    static final int HEADS = 8;
    static final int TIME = 512;
    static final int CONV_TIME = 2048;

    /**
     * What is run.
     *
     * @param mixer the mixer
     * @param batch B
     * @param time T, without padding
     * @param cost of a run
     * @param threads of the workspace
     * @param padding positions of zeros behind the input, which are run, too
     */
    record Subject(SequenceMixer mixer, int batch, int time, Cost cost, int threads, int padding) {}

    private final Subject subject;
    private final Sequences in;
    private final Tensor out;
    private final Workspace workspace;

    MixerWorkload(Subject subject) {
        this.subject = subject;
        int width = subject.mixer.spec().inputWidth();
        int rows = subject.batch * (subject.time + subject.padding);
        float[] x = Arrays.copyOf(
                Numbers.of("x", subject.batch * subject.time * width, 1), Math.multiplyExact(rows, width));
        in = Sequences.of(Tensor.of(x, subject.batch, subject.time + subject.padding, width));
        out = Tensor.zeros(subject.mixer.spec().outputShape(in));
        workspace = Workspace.threads(subject.threads);
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

    /** What a run costs at least, counted as the peer script counts. */
    static Cost cost(WorkloadName name) {
        double factor = name.gradient() ? 3 : 1;
        double n = name.size(0);
        switch (name.base()) {
            case "multi-head":
                double projections = 8.0 * n * WIDTH * WIDTH;
                return new Cost(projections + 4.0 * WIDTH * n * n, 16.0 * WIDTH * WIDTH + 8.0 * n * WIDTH);
            case "conv":
                return new Cost(2.0 * n * n * name.size(1) * CONV_TIME * factor, 8.0 * n * CONV_TIME);
            case "depthwise":
                return new Cost(2.0 * n * name.size(1) * CONV_TIME * factor, 8.0 * n * CONV_TIME);
            default:
                double hidden = name.size(name.step() ? 0 : 1);
                double weights = 2.0 * gates(name.base()) * hidden * hidden;
                return name.step() ? new Cost(2 * weights, 4 * weights) : new Cost(2 * weights * n * TIME * factor, 0);
        }
    }

    private static int gates(String kind) {
        return kind.equals("lstm") ? 4 : kind.equals("gru") ? 3 : 1;
    }

    final SequenceMixer mixer() {
        return subject.mixer;
    }

    final Subject subject() {
        return subject;
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
        return subject.cost;
    }

    @Override
    public final void close() {
        workspace.close();
    }
}
