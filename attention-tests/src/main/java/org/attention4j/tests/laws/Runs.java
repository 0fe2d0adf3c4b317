package org.attention4j.tests.laws;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.attention4j.api.Contextual;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.Violation;

/** Runs mixers. Outputs start as NaN, so that an element that is not written shows. */
final class Runs {
    private Runs() {}

    static Tensor output(SequenceMixer mixer, Sequences in) {
        Tensor out = Tensor.zeros(mixer.spec().outputShape(in));
        out.fill(Float.NaN);
        return out;
    }

    static Tensor forward(SequenceMixer mixer, Sequences in) {
        return forward(mixer, in, 1);
    }

    static Tensor forward(SequenceMixer mixer, Sequences in, int threads) {
        Tensor out = output(mixer, in);
        try (Workspace workspace = Workspace.threads(threads)) {
            mixer.forward(in, out, workspace);
        }
        return out;
    }

    static Tensor forward(Contextual mixer, Sequences in, Sequences context) {
        Tensor out = output(mixer, in);
        mixer.forward(in, context, out, Workspace.threads(1));
        return out;
    }

    static Tensor step(Incremental mixer, Sequences chunk, MixerState state) {
        Tensor out = output(mixer, chunk);
        mixer.step(chunk, state, out, Workspace.threads(1));
        return out;
    }

    /** Runs all calls at the same time, each on a thread of its own. */
    static <T> List<T> together(List<Callable<T>> calls) {
        List<FutureTask<T>> tasks = calls.stream().map(FutureTask::new).toList();
        tasks.forEach(task -> Thread.ofPlatform().daemon().start(task));
        List<T> results = new ArrayList<>();
        for (FutureTask<T> task : tasks) {
            try {
                results.add(task.get());
            } catch (ExecutionException thrown) {
                throw new Violation(
                        "a call on one of " + calls.size() + " threads at once threw " + thrown.getCause(),
                        thrown.getCause());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new Violation("interrupted", interrupted);
            }
        }
        return results;
    }
}
