package org.attention4j.cnn;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import org.attention4j.api.Capability;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;

/** The contract of every convolutional mixer, over a {@link ConvolutionForm}, which is what differs from one to the next. */
abstract sealed class ConvolutionMixer implements Differentiable, Incremental
        permits Convolution, GatedConvolution, LongConvolution, Pooling, TemporalConvolution {
    final MixerSpec spec;
    final Kernels kernels;
    private final NamedTensors parameters;
    private final ConvolutionForm form;

    ConvolutionMixer(MixerSpec spec, NamedTensors parameters, Kernels kernels, ConvolutionForm form) {
        this.spec = spec;
        this.parameters = parameters;
        this.kernels = kernels;
        this.form = form;
    }

    @Override
    public final MixerSpec spec() {
        return spec;
    }

    @Override
    public final NamedTensors parameters() {
        return parameters.copy();
    }

    @Override
    public final void forward(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        form.run(in, null, out, workspace);
    }

    @Override
    public final Recording record(Sequences in, Tensor out, Workspace workspace) {
        spec.check(in, out);
        return form.record(this, in, out, workspace);
    }

    @Override
    public final void backward(Recording recording, Tensor dOut, Gradients gradients, Workspace workspace) {
        ConvolutionRecording mine = recording.require(this, ConvolutionRecording.class);
        spec.check(this, mine, mine.in(), dOut, gradients);
        form.backward(mine, dOut, gradients, workspace);
    }

    @Override
    public final MixerState newState(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return form.newState(spec, batch, capacity);
    }

    @Override
    public final long stateBytes(int batch, int capacity) {
        spec.require(Capability.INCREMENTAL);
        return form.stateBytes(batch, capacity);
    }

    @Override
    public final MixerState loadState(ReadableByteChannel channel) throws IOException {
        spec.require(Capability.INCREMENTAL);
        return form.loadState(spec, channel);
    }

    @Override
    public final void step(Sequences chunk, MixerState state, Tensor out, Workspace workspace) {
        spec.check(chunk, state, out);
        form.run(chunk, state, out, workspace);
    }
}
