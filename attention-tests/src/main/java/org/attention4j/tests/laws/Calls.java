package org.attention4j.tests.laws;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.attention4j.api.Attentive;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Recurrent;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.tests.LawCase;

/**
 * Every call of a mixer that reads and writes tensors, for the laws that hold of all of them: a law says where the tensors lie, runs the
 * call any number of times, and looks at them afterwards.
 */
final class Calls {
    /** What is called. */
    enum Kind {
        FORWARD("forward"),
        STEPS("step", Capability.INCREMENTAL),
        BACKWARD("record and backward", Capability.DIFFERENTIABLE),
        WEIGHTS("weights", Capability.ATTENTIVE),
        CONTEXT("forward over a context", Capability.CONTEXTUAL),
        CONTEXT_BACKWARD("record over a context and backward", Capability.CONTEXTUAL, Capability.DIFFERENTIABLE),
        CONTEXT_WEIGHTS("weights over a context", Capability.CONTEXTUAL, Capability.ATTENTIVE),
        HIDDEN("forward from a hidden state", Capability.RECURRENT),
        HIDDEN_BACKWARD("record from a hidden state and backward", Capability.RECURRENT, Capability.DIFFERENTIABLE);

        final String label;
        private final Capability[] needs;

        Kind(String label, Capability... needs) {
            this.label = label;
            this.needs = needs;
        }

        /** Those that a mixer offers. */
        static EnumSet<Kind> of(MixerSpec spec) {
            EnumSet<Kind> kinds = EnumSet.allOf(Kind.class);
            kinds.removeIf(kind -> !Arrays.stream(kind.needs).allMatch(spec::supports));
            return kinds;
        }

        /** One that the case draws. */
        static Kind any(LawCase c) {
            return drawn(of(c.spec()), c);
        }

        /** One with gradients that the case draws. */
        static Kind anyBackward(LawCase c) {
            EnumSet<Kind> kinds = of(c.spec());
            kinds.removeIf(kind -> !kind.isBackward());
            return drawn(kinds, c);
        }

        private static Kind drawn(EnumSet<Kind> from, LawCase c) {
            Kind[] kinds = from.toArray(Kind[]::new);
            return kinds[c.random("kind of call").nextInt(kinds.length)];
        }

        boolean isBackward() {
            return Arrays.asList(needs).contains(Capability.DIFFERENTIABLE);
        }
    }

    /** A call whose tensors are in place; every run gives the same results in them. */
    static final class Call {
        final Map<String, Tensor> read = new LinkedHashMap<>();
        final Map<String, Tensor> written = new LinkedHashMap<>();
        /** Of what is written, what is added to. */
        final Map<String, Tensor> gradients = new LinkedHashMap<>();

        private final BiFunction<String, Tensor, Tensor> memory;
        private Consumer<Workspace> body = workspace -> {};
        private Function<Workspace, Recording> record = workspace -> {
            throw new IllegalStateException("it has no gradients");
        };
        private BiConsumer<Recording, Workspace> backward = (recording, workspace) -> {};
        /** The same by the methods that take no workspace, where there are some. */
        Optional<Runnable> shortForm = Optional.empty();

        private Call(BiFunction<String, Tensor, Tensor> memory) {
            this.memory = memory;
        }

        Call run(Workspace workspace) {
            body.accept(workspace);
            return this;
        }

        /** The first half of a run with gradients. */
        Recording record(Workspace workspace) {
            return record.apply(workspace);
        }

        /** The second half: adds to what gradients there are. */
        void backward(Recording recording, Workspace workspace) {
            backward.accept(recording, workspace);
        }

        private Consumer<Workspace> halves(
                Function<Workspace, Recording> first, BiConsumer<Recording, Workspace> second) {
            record = first;
            backward = second;
            return workspace -> {
                gradients.values().forEach(tensor -> tensor.fill(0));
                second.accept(first.apply(workspace), workspace);
            };
        }

        private Tensor added(String name, Tensor plain) {
            Tensor placed = written(name, plain);
            gradients.put(name, placed);
            return placed;
        }

        private Tensor read(String name, Tensor plain) {
            Tensor placed = memory.apply(name, plain);
            read.put(name, placed);
            return placed;
        }

        private Sequences read(String name, Sequences plain) {
            return Sequences.of(read(name, plain.tensor()), plain.lengths());
        }

        private Tensor written(String name, Tensor plain) {
            Tensor placed = memory.apply(name, plain);
            written.put(name, placed);
            return placed;
        }

        private NamedTensors each(NamedTensors plain, BiFunction<String, Tensor, Tensor> place) {
            NamedTensors placed = NamedTensors.empty();
            for (String name : plain.names()) {
                placed = placed.with(name, place.apply("'" + name + "'", plain.get(name)));
            }
            return placed;
        }
    }

    private final LawCase c;
    private final SequenceMixer mixer;
    private final Sequences in;
    private final float padding;

    /**
     * The calls of a mixer on a batch.
     *
     * @param c draws what is needed beside the batch
     * @param mixer is called
     * @param in the batch, copied
     */
    Calls(LawCase c, SequenceMixer mixer, Sequences in) {
        this(c, mixer, in, Float.NaN);
    }

    /** With a value at the padding of cotangents and contexts. */
    Calls(LawCase c, SequenceMixer mixer, Sequences in, float padding) {
        this.c = c;
        this.mixer = mixer;
        this.in = in;
        this.padding = padding;
    }

    /** In memory of its own, as most laws have it. */
    Call plain(Kind kind) {
        return of(kind, Tensor::copy);
    }

    /** With every tensor where {@code memory} copies it to. */
    Call of(Kind kind, UnaryOperator<Tensor> memory) {
        return of(kind, (name, plain) -> memory.apply(plain));
    }

    /** As above, where that depends on the tensor's name. */
    Call of(Kind kind, BiFunction<String, Tensor, Tensor> memory) {
        Call call = new Call(memory);
        call.body = switch (kind) {
            case FORWARD -> forward(call);
            case STEPS -> steps(call);
            case BACKWARD -> backward(call);
            case WEIGHTS -> weights(call);
            case CONTEXT -> context(call);
            case CONTEXT_BACKWARD -> contextBackward(call);
            case CONTEXT_WEIGHTS -> contextWeights(call);
            case HIDDEN -> hidden(call);
            case HIDDEN_BACKWARD -> hiddenBackward(call);
        };
        return call;
    }

    private Tensor cotangent() {
        Tensor cotangent = c.tensor("cotangent", mixer.spec().outputShape(in).extents());
        for (int b = 0; b < in.batch(); b++) {
            Batches.fill(cotangent, b, in.length(b), in.time(), padding);
        }
        return cotangent;
    }

    /** A context of other lengths than the input. */
    private Sequences drawnContext() {
        SplittableRandom random = c.random("context lengths");
        int time = 1 + random.nextInt(9);
        int[] lengths = IntStream.range(0, in.batch())
                .map(b -> random.nextInt(time + 1))
                .toArray();
        Tensor tensor = c.tensor("context", in.batch(), time, mixer.spec().contextWidth());
        for (int b = 0; b < in.batch(); b++) {
            Batches.fill(tensor, b, lengths[b], time, padding);
        }
        return Sequences.of(tensor, lengths);
    }

    private NamedTensors drawnHidden(String name) {
        NamedTensors hidden = ((Recurrent) mixer).newHidden(in.batch());
        hidden.forEach((part, tensor) -> tensor.copyFrom(
                c.scaled(1).tensor(name + " " + part, tensor.shape().extents())));
        return hidden;
    }

    private Tensor output() {
        return Runs.output(mixer, in);
    }

    private Consumer<Workspace> forward(Call call) {
        Sequences x = call.read("input", in);
        Tensor y = call.written("output", output());
        call.shortForm = Optional.of(() -> mixer.forward(x, y));
        return workspace -> mixer.forward(x, y, workspace);
    }

    /** Two steps: what there is up to somewhere in the middle of each sequence, and the rest. */
    private Consumer<Workspace> steps(Call call) {
        Incremental incremental = (Incremental) mixer;
        SplittableRandom random = c.random("half way");
        int[] first = IntStream.range(0, in.batch())
                .map(b -> random.nextInt(in.length(b) + 1))
                .toArray();
        int[] second =
                IntStream.range(0, in.batch()).map(b -> in.length(b) - first[b]).toArray();
        Sequences before = call.read("first chunk", Batches.cut(in, new int[in.batch()], first));
        Sequences after = call.read("second chunk", Batches.cut(in, first, second));
        Tensor outBefore = call.written("output of the first chunk", Runs.output(mixer, before));
        Tensor outAfter = call.written("output of the second chunk", Runs.output(mixer, after));
        MixerState state = incremental.newState(in.batch(), Math.max(1, in.time()));
        call.shortForm = Optional.of(() -> {
            state.reset();
            incremental.step(before, state, outBefore);
            incremental.step(after, state, outAfter);
        });
        return workspace -> {
            state.reset();
            incremental.step(before, state, outBefore, workspace);
            incremental.step(after, state, outAfter, workspace);
        };
    }

    private Consumer<Workspace> backward(Call call) {
        Differentiable differentiable = (Differentiable) mixer;
        Sequences x = call.read("input", in);
        Tensor y = call.written("output", output());
        Tensor dOut = call.read("cotangent", cotangent());
        Gradients gradients = gradients(call);
        call.shortForm = Optional.of(() -> differentiable.backward(differentiable.record(x, y), dOut, gradients));
        return call.halves(
                workspace -> differentiable.record(x, y, workspace),
                (recording, workspace) -> differentiable.backward(recording, dOut, gradients, workspace));
    }

    private Gradients gradients(Call call) {
        Tensor dIn =
                call.added("gradient of the input", Tensor.zeros(in.tensor().shape()));
        NamedTensors parameters =
                call.each(mixer.spec().zeroParameters(), (name, plain) -> call.added("gradient of " + name, plain));
        return Gradients.none().withInput(dIn).withParameters(parameters);
    }

    private Consumer<Workspace> weights(Call call) {
        Sequences x = call.read("input", in);
        Tensor weights = call.written("weights", unwritten(in.time()));
        call.shortForm = Optional.of(() -> ((Attentive) mixer).weights(x, weights));
        return workspace -> ((Attentive) mixer).weights(x, weights, workspace);
    }

    private Tensor unwritten(int keys) {
        Tensor weights = Tensor.zeros(in.batch(), mixer.spec().heads(), in.time(), keys);
        weights.fill(Float.NaN);
        return weights;
    }

    private Consumer<Workspace> context(Call call) {
        Sequences x = call.read("input", in);
        Sequences other = call.read("context", drawnContext());
        Tensor y = call.written("output", output());
        call.shortForm = Optional.of(() -> ((Contextual) mixer).forward(x, other, y));
        return workspace -> ((Contextual) mixer).forward(x, other, y, workspace);
    }

    private Consumer<Workspace> contextBackward(Call call) {
        Sequences x = call.read("input", in);
        Sequences other = call.read("context", drawnContext());
        Tensor y = call.written("output", output());
        Tensor dOut = call.read("cotangent", cotangent());
        Gradients gradients = gradients(call)
                .withContext(call.added(
                        "gradient of the context", Tensor.zeros(other.tensor().shape())));
        return call.halves(
                workspace -> ((Contextual) mixer).record(x, other, y, workspace),
                (recording, workspace) -> ((Differentiable) mixer).backward(recording, dOut, gradients, workspace));
    }

    private Consumer<Workspace> contextWeights(Call call) {
        Sequences x = call.read("input", in);
        Sequences other = call.read("context", drawnContext());
        Tensor weights = call.written("weights", unwritten(other.time()));
        return workspace -> ((Contextual) mixer).weights(x, other, weights, workspace);
    }

    private Consumer<Workspace> hidden(Call call) {
        Sequences x = call.read("input", in);
        Tensor y = call.written("output", output());
        NamedTensors initial =
                call.each(drawnHidden("initial"), (name, plain) -> call.read("initial hidden " + name, plain));
        NamedTensors last = call.each(initial, (name, plain) -> call.written("last hidden " + name, plain));
        return workspace -> ((Recurrent) mixer).forward(x, initial, y, last, workspace);
    }

    private Consumer<Workspace> hiddenBackward(Call call) {
        Sequences x = call.read("input", in);
        Tensor y = call.written("output", output());
        Tensor dOut = call.read("cotangent", cotangent());
        NamedTensors initial =
                call.each(drawnHidden("initial"), (name, plain) -> call.read("initial hidden " + name, plain));
        NamedTensors last = call.each(initial, (name, plain) -> call.written("last hidden " + name, plain));
        NamedTensors dLast = call.each(
                drawnHidden("cotangent of last"),
                (name, plain) -> call.read("cotangent of last hidden " + name, plain));
        NamedTensors dInitial = call.each(
                initial.zerosLike(), (name, plain) -> call.added("gradient of initial hidden " + name, plain));
        Gradients gradients = gradients(call).withInitial(dInitial);
        return call.halves(
                workspace -> ((Recurrent) mixer).record(x, initial, y, last, workspace),
                (recording, workspace) -> ((Recurrent) mixer).backward(recording, dOut, dLast, gradients, workspace));
    }
}
