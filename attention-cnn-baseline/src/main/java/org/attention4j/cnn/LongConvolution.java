package org.attention4j.cnn;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;
import org.attention4j.api.Differentiable;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.RowState;
import org.attention4j.api.Scratch;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * A causal depthwise convolution with a kernel as long as the sequences, as Hyena and S4 in its convolution form use it.
 *
 * <pre>{@code
 * y[t, c] = bias[c] + Σ_k weight[c, 0, k] · x[t + k − (K − 1), c]
 * }</pre>
 *
 * <p>That is {@link Convolution} with {@code groups=D}: the last tap reads the position itself, an input before a sequence's first
 * position counts as 0. The direct form costs K multiplications an output. With a {@code block} of N positions the inputs of a
 * position's own block, N / 2 on average, go through the direct form, those of earlier blocks through Fourier transforms of N
 * points: about N / 2 + 4 K / N + 10 log₂ N multiplications an output. An incremental state keeps the last inputs and the
 * transforms of the blocks they make up, about 2 K + N numbers a channel; a step that begins a block costs one transform and K / N
 * products of transforms, others the near part alone.
 *
 * <p>Shapes: input and output {@code [B, T, D]}. Parameters: {@code weight [D, 1, K]} and, with a bias, {@code bias [D]}; new ones
 * are uniform in ±1/√K.
 *
 * <p>Exactness: blocks are counted from a sequence's first position, so whole or in chunks, alone or in a batch, on any number of
 * threads, on either kernels the bits are the same, and no output depends on a later input. But the same inputs further along are
 * cut otherwise, and transforms round: translated, or against the direct form, outputs differ by about 10⁻⁷ of the largest that the
 * filter could make of the inputs. Declared is 10⁻⁵ of the largest output of the sequence; with {@code block=0}, bits.
 *
 * <p>Immutable and safe for any number of threads.
 *
 * <p>Sources: Poli and others, "Hyena Hierarchy: Towards Larger Convolutional Language Models", 2023; Stockham, "High-speed
 * convolution and correlation", 1966 (blocks); for products modulo x^N − i: Nussbaumer, "Fast Fourier Transform and Convolution
 * Algorithms", 1982.
 */
public final class LongConvolution implements Differentiable, Incremental {
    /** The largest difference that is declared, of the largest output of the sequence. */
    static final double BOUND = 1e-5;

    /** Shorter kernels take the direct form unless told otherwise; about where transforms begin to pay. */
    private static final int SHORT = 64;

    /** K, how long the filter is. */
    public static final Option<Integer> KERNEL = Option.integer(
            "kernel", 1, 1 << 20, 1024, "How long the filter is, in positions: as long as the sequences.");

    /** N, the positions that a Fourier transform takes together. */
    public static final Option<Integer> BLOCK = Option.integer(
            "block",
            0,
            1 << 15,
            LongConvolution::block,
            "4 √kernel",
            "Positions of a block of Fourier transforms, a power of two; 0: the direct form.");

    private final MixerSpec spec;
    private final NamedTensors parameters;
    private final Kernels kernels;
    private final Optional<LongFilter> blocks;
    private final Optional<Filter> direct;

    private LongConvolution(MixerSpec spec, NamedTensors parameters, Kernels kernels) {
        this.spec = spec;
        this.parameters = parameters;
        this.kernels = kernels;
        int width = spec.inputWidth();
        int kernel = spec.config().get(KERNEL);
        int block = spec.config().get(BLOCK);
        if (block == 0) {
            Reach reach = Reach.of(kernel, 1, true);
            direct = Optional.of(Filter.of(kernels, reach, parameters, "", width, width, width));
            blocks = Optional.empty();
        } else {
            direct = Optional.empty();
            float[] bias = parameters.contains("bias") ? parameters.get("bias").toArray() : new float[width];
            float[] weight = parameters.get("weight").toArray();
            blocks = Optional.of(new LongFilter(kernels, weight, bias, kernel, block));
        }
    }

    /** The power of two below 4 √K: products of transforms are read from memory, so blocks longer than their count asks for pay. */
    private static int block(MixerConfig config) {
        int kernel = config.get(KERNEL);
        return kernel < SHORT ? 0 : Integer.highestOneBit((int) (4 * Math.sqrt(kernel)));
    }

    /**
     * A long convolution.
     *
     * @param config D and the options {@link #KERNEL}, {@link #BLOCK}, {@link Convolution#BIAS}
     * @param parameters fills every parameter
     * @return the mixer
     * @throws org.attention4j.api.BadConfigurationException if an option is unknown, ill-typed or out of range, or the block
     *     is no power of two
     */
    public static LongConvolution of(MixerConfig config, ParameterSource parameters) {
        return of(config, parameters, Kernels.preferred());
    }

    static LongConvolution of(MixerConfig config, ParameterSource parameters, Kernels kernels) {
        MixerSpec spec = LongConvolutionProvider.specOf(config);
        return new LongConvolution(spec, spec.newParameters(parameters), kernels);
    }

    @Override
    public MixerSpec spec() {
        return spec;
    }

    @Override
    public NamedTensors parameters() {
        return parameters.copy();
    }

    @Override
    public LongConvolution withParameters(ParameterSource source) {
        return new LongConvolution(spec, spec.newParameters(source), kernels);
    }

    @Override
    public void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] x = in.tensor().readable(scratch);
            float[] results = out.writable(scratch);
            if (blocks.isPresent()) {
                LongForward.run(blocks.get(), in, x, null, results, out.offset(), workspace);
            } else {
                direct(in, x, null, results, out.offset(), workspace);
            }
            out.commit(results);
        } finally {
            workspace.end(mark);
        }
    }

    private void direct(
            Sequences in, float[] x, @Nullable RowState before, float[] out, int outAt, Workspace workspace) {
        Source source = workspace
                .scratch()
                .object(Source.class, Source::new)
                .set(in, x, in.tensor().offset(), before, 0);
        ForwardPass.run(direct.orElseThrow(), source, Finish.NONE, out, outAt, workspace);
        source.forget();
    }

    @Override
    public Recording record(Sequences in, Tensor out, Workspace workspace) {
        forward(in, out, workspace);
        return new ConvolutionRecording(this, in);
    }

    @Override
    public void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        ConvolutionRecording mine = recording.require(this, ConvolutionRecording.class);
        Sequences in = mine.in();
        spec.check(this, mine, in, dOut, gradients);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] x = in.tensor().readable(scratch);
            float[] dY = dOut.readable(scratch);
            NamedTensors wanted = gradients.parameters();
            if (blocks.isPresent()) {
                LongGradient gradient = new LongGradient(blocks.get(), in, x, dY, dOut.offset());
                gradient.addParameters(named(wanted, "weight"), named(wanted, "bias"), workspace);
                gradients.input().ifPresent(dIn -> {
                    float[] dX = dIn.readable(scratch);
                    gradient.addInput(dX, dIn.offset(), workspace);
                    dIn.commit(dX);
                });
                return;
            }
            Source source = new Source().set(in, x, in.tensor().offset());
            ParameterGradient.run(direct.orElseThrow(), source, dY, dOut.offset(), wanted, "", workspace);
            gradients.input().ifPresent(dIn -> {
                float[] dX = dIn.readable(scratch);
                InputGradient.run(direct.orElseThrow(), source, dY, dOut.offset(), dX, dIn.offset(), workspace);
                dIn.commit(dX);
            });
        } finally {
            workspace.end(mark);
        }
    }

    private static Optional<Tensor> named(NamedTensors tensors, String name) {
        return tensors.contains(name) ? Optional.of(tensors.get(name)) : Optional.empty();
    }

    @Override
    public MixerState newState(int batch, int capacity) {
        if (blocks.isEmpty()) {
            return InputState.of(spec, batch, capacity);
        }
        LongFilter filter = blocks.get();
        return new LongState(new RowState(spec, batch, capacity, filter.width(), LongState.lookback(filter)), filter);
    }

    @Override
    public long stateBytes(int batch, int capacity) {
        return blocks.map(filter -> LongState.bytes(filter, batch, capacity))
                .orElseGet(() -> InputState.bytes(spec, batch, capacity));
    }

    @Override
    public void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] x = chunk.tensor().readable(scratch);
            float[] results = out.writable(scratch);
            if (blocks.isPresent() && state instanceof LongState mine) {
                step(chunk, x, mine, results, out.offset(), workspace);
            } else if (blocks.isEmpty() && state instanceof RowState rows) {
                direct(chunk, x, rows, results, out.offset(), workspace);
                InputState.keep(chunk, x, rows, direct.get().reach().left());
            } else {
                throw new ForeignStateException(
                        spec.fingerprint(), state.getClass().getName());
            }
            out.commit(results);
        } finally {
            workspace.end(mark);
        }
    }

    private void step(Sequences chunk, float[] x, LongState state, float[] out, int outAt, Workspace workspace) {
        LongFilter filter = blocks.orElseThrow();
        boolean done = false;
        try {
            LongForward.run(filter, chunk, x, state, out, outAt, workspace);
            InputState.keep(chunk, x, state.rows(), LongState.lookback(filter));
            done = true;
        } finally {
            for (int b = 0; b < chunk.batch() && !done; b++) {
                state.forget(b);
            }
        }
    }

    @Override
    public MixerState loadState(ReadableByteChannel channel) throws IOException {
        if (blocks.isEmpty()) {
            return InputState.load(channel, spec);
        }
        LongFilter filter = blocks.get();
        RowState rows = RowState.load(channel, spec, filter.width(), LongState.lookback(filter));
        return new LongState(rows, filter);
    }
}
