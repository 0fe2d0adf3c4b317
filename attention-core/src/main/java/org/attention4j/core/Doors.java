package org.attention4j.core;

import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.Capability;
import org.attention4j.api.ForeignStateException;
import org.attention4j.api.Gradients;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.OverlapException;
import org.attention4j.api.PreparedContext;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.UnsupportedCapabilityException;
import org.attention4j.api.variant.AttentionVariant;
import org.jspecify.annotations.Nullable;

/** What is checked before anything is written, beyond what {@link MixerSpec} checks. */
final class Doors {
    private Doors() {}

    /** Keys or values must have their width, for as many sequences as there are. */
    static void checkSource(String what, Sequences in, Sequences source, int width) {
        if (source.width() != width || source.batch() != in.batch()) {
            throw new ShapeMismatchException(
                    what,
                    Shape.of(in.batch(), source.time(), width),
                    source.tensor().shape());
        }
    }

    /** A context must have been prepared by this very mixer, for as many sequences as there are. */
    static ProjectedContext checkContext(ProjectedAttention mixer, Sequences in, PreparedContext context) {
        if (!(context instanceof ProjectedContext own) || own.mixer() != mixer) {
            throw new ForeignStateException(
                    mixer.spec.fingerprint(), context.mixer().spec().fingerprint());
        }
        if (own.batch() != in.batch()) {
            throw new ShapeMismatchException(
                    "input",
                    Shape.of(own.batch(), in.time(), mixer.spec.inputWidth()),
                    in.tensor().shape());
        }
        return own;
    }

    /** Checks the arguments of a typed call. */
    static void check(
            ProjectedAttention mixer, Sequences query, Sequences key, Sequences value, ScoreTerms terms, Tensor out) {
        mixer.spec.check(query, out);
        checkSource("keys", query, key, mixer.form.keyInWidth());
        checkSource("values", query, value, mixer.form.valueInWidth());
        if (key.time() != value.time()) {
            throw new ShapeMismatchException(
                    "values",
                    Shape.of(query.batch(), key.time(), value.width()),
                    value.tensor().shape());
        }
        for (int b = 0; b < key.batch(); b++) {
            if (key.length(b) != value.length(b)) {
                throw new BadShapeException(
                        "sequence " + b + " has " + key.length(b) + " keys and " + value.length(b) + " values");
            }
        }
        if (out.overlaps(key.tensor()) || out.overlaps(value.tensor())) {
            throw new OverlapException("the output", "the keys or values");
        }
        checkTerms(mixer.variant, terms, query.batch(), mixer.form.heads(), query.time(), key.time());
    }

    /** A bias cannot be added to scores that a variant replaces. */
    static void checkTerms(AttentionVariant variant, ScoreTerms terms, int batch, int heads, int queries, int keys) {
        terms.check(batch, heads, queries, keys);
        Tensor bias = terms.bias();
        if (bias != null && VariantParameters.replacesScores(variant)) {
            throw new BadConfigurationException(
                    "bias",
                    bias.shape().toString(),
                    "the scores that it would be added to are replaced; a boolean mask is possible");
        }
    }

    /** Checks what a backward pass is asked for. */
    static void check(AttentionRecording<?> recording, Tensor dOut, Gradients gradients) {
        MixerSpec spec = recording.mixer().spec;
        spec.check(recording.mixer(), recording, recording.query(), dOut, gradients);
        if (gradients.initial().isPresent()) {
            throw spec.refusal(Capability.RECURRENT);
        }
        Tensor dContext = gradients.context().orElse(null);
        if (dContext != null && !recording.contextual()) {
            throw new UnsupportedCapabilityException(
                    spec.kind().id(), Capability.CONTEXTUAL, "this recording is of one sequence, without a context");
        }
        same("gradient of the context", dContext, recording.key().tensor());
    }

    /** Gradients of an input and a context as gradients of queries, keys and values. */
    static AttentionGradients gradients(AttentionRecording<?> recording, Gradients gradients) {
        AttentionGradients all = AttentionGradients.none().withParameters(gradients.parameters());
        Tensor dIn = gradients.input().orElse(null);
        Tensor dKeys = recording.contextual() ? gradients.context().orElse(null) : dIn;
        if (dIn != null) {
            all = all.withQuery(dIn);
        }
        return dKeys == null ? all : all.withKey(dKeys).withValue(dKeys);
    }

    /** Checks what a typed backward pass is asked for. */
    static void check(
            ProjectedAttention mixer, AttentionRecording<?> recording, Tensor dOut, AttentionGradients gradients) {
        NamedTensors parameters = gradients.parameters();
        mixer.spec.check(
                mixer, recording, recording.query(), dOut, Gradients.none().withParameters(parameters));
        same("gradient of the queries", gradients.query(), recording.query().tensor());
        same("gradient of the keys", gradients.key(), recording.key().tensor());
        same("gradient of the values", gradients.value(), recording.value().tensor());
        checkBias(gradients, recording.terms());
        checkSinks(gradients, null);
        Tensor dWeights = gradients.weightCotangent();
        if (dWeights != null) {
            Sequences query = recording.query();
            int keys = recording.key().time() + mixer.form.extraKeys();
            MixerSpec.check(
                    "cotangent of the weights",
                    dWeights,
                    Shape.of(query.batch(), mixer.form.heads(), query.time(), keys));
        }
    }

    static void checkBias(AttentionGradients gradients, ScoreTerms terms) {
        Tensor dBias = gradients.bias();
        Tensor bias = terms.bias();
        if (dBias != null) {
            if (bias == null) {
                throw new BadShapeException("the gradient of a bias is wanted, and there was no bias");
            }
            MixerSpec.check("gradient of the bias", dBias, bias.shape());
        }
    }

    static void checkSinks(AttentionGradients gradients, @Nullable Tensor sinks) {
        Tensor dSinks = gradients.sinks();
        if (dSinks != null) {
            if (sinks == null) {
                throw new BadShapeException("the gradient of sinks is wanted, and there were no sinks");
            }
            MixerSpec.check("gradient of the sinks", dSinks, sinks.shape());
        }
    }

    static void same(String what, @Nullable Tensor gradient, Tensor of) {
        if (gradient != null) {
            MixerSpec.check(what, gradient, of.shape());
        }
    }

    /** Checks what is asked of a state about the chunk that it took last. */
    static AttentionCache checkState(MixerSpec spec, Sequences chunk, MixerState state, Tensor weights) {
        int columns = weights.shape().rank() == 4 ? weights.extent(3) : 0;
        spec.checkWeights(chunk, columns, weights);
        spec.checkState(chunk, state);
        AttentionCache own = state.require(AttentionCache.class);
        for (int b = 0; b < chunk.batch(); b++) {
            long most = Math.min(own.longestStep(), own.position(b));
            if (chunk.length(b) > most) {
                throw new StateExhaustedException("weights of sequence " + b, chunk.length(b), most);
            }
        }
        return own;
    }
}
