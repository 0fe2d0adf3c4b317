package org.attention4j.api;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a mixer of one configuration is, known before it is built: widths, causality, capabilities with the reasons of those
 * that are refused, parameters.
 *
 * <p>Immutable. Made by a {@link Builder}; the {@code check} methods are the checks at the door of every call.
 */
public final class MixerSpec {
    private final MixerKind kind;
    private final MixerConfig config;
    private final int outputWidth;
    private final int contextWidth;
    private final int heads;
    private final int headWidth;
    private final WeightSum weightSum;
    private final boolean causal;
    private final boolean smooth;
    private final boolean boundedState;
    private final Exactness exactness;
    private final @Nullable ReceptiveField receptiveField;
    private final Map<Capability, String> refusals;
    private final List<ParameterSpec> parameters;
    private final String fingerprint;

    private MixerSpec(Builder builder) {
        kind = builder.kind;
        config = builder.config;
        outputWidth = builder.outputWidth;
        contextWidth = builder.contextWidth;
        heads = builder.heads;
        headWidth = builder.headWidth > 0 ? builder.headWidth : config.width() / heads;
        weightSum = builder.weightSum;
        causal = builder.causal;
        smooth = builder.smooth;
        boundedState = builder.boundedState;
        exactness = builder.exactness;
        receptiveField = builder.receptiveField;
        refusals = Collections.unmodifiableMap(new EnumMap<>(builder.refusals));
        parameters = List.copyOf(builder.parameters);
        fingerprint = kind.id() + " " + config;
    }

    /**
     * Starts a specification.
     *
     * @param kind the mixer's kind; all its capabilities are declared unless {@link Builder#refuse refused}
     * @param config as a user wrote it; it is resolved against the kind's options
     * @return a builder; {@link Builder#config()} has the resolved configuration
     * @throws BadConfigurationException if an option is unknown, ill-typed or out of range
     */
    public static Builder of(MixerKind kind, MixerConfig config) {
        return new Builder(kind, kind.options().resolve(config));
    }

    /**
     * The kind.
     *
     * @return the kind
     */
    public MixerKind kind() {
        return kind;
    }

    /**
     * The resolved configuration: a value for every option.
     *
     * @return the configuration
     */
    public MixerConfig config() {
        return config;
    }

    /**
     * D.
     *
     * @return at least 1
     */
    public int inputWidth() {
        return config.width();
    }

    /**
     * D'.
     *
     * @return at least 1
     */
    public int outputWidth() {
        return outputWidth;
    }

    /**
     * C, the width of the second sequence of a {@link Contextual} mixer.
     *
     * @return D unless the builder said otherwise
     */
    public int contextWidth() {
        return contextWidth;
    }

    /**
     * H, the heads of an {@link Attentive} mixer.
     *
     * @return 1 unless the builder said otherwise
     */
    public int heads() {
        return heads;
    }

    /**
     * E, the width of the queries and keys of one head of an {@link Attentive} mixer.
     *
     * @return D / H unless the builder said otherwise
     */
    public int headWidth() {
        return headWidth;
    }

    /**
     * What the weights of a query sum to, in an {@link Attentive} mixer.
     *
     * @return at most 1 unless the builder said otherwise
     */
    public WeightSum weightSum() {
        return weightSum;
    }

    /**
     * Whether no output depends on a later input.
     *
     * @return true if causal
     */
    public boolean causal() {
        return causal;
    }

    /**
     * Whether outputs have no kinks and jumps, so that differences tell their derivative.
     *
     * @return true unless the builder said otherwise
     */
    public boolean smooth() {
        return smooth;
    }

    /**
     * Whether the state of an {@link Incremental} mixer has a fixed size and goes on without end.
     *
     * @return false if it grows with the sequence, up to its capacity
     */
    public boolean boundedState() {
        return boundedState;
    }

    /**
     * How exactly different ways to the same result agree.
     *
     * @return bits unless the builder said otherwise
     */
    public Exactness exactness() {
        return exactness;
    }

    /**
     * Which inputs an output can depend on.
     *
     * @return empty if all
     */
    public Optional<ReceptiveField> receptiveField() {
        return Optional.ofNullable(receptiveField);
    }

    /**
     * The parameters in order.
     *
     * @return names, shapes and initial values
     */
    public List<ParameterSpec> parameters() {
        return parameters;
    }

    /**
     * Zeros of every parameter's name and shape.
     *
     * @return new tensors
     */
    public NamedTensors zeroParameters() {
        Map<String, Tensor> zeros = new LinkedHashMap<>();
        parameters.forEach(parameter -> zeros.put(parameter.name(), Tensor.zeros(parameter.shape())));
        return NamedTensors.of(zeros);
    }

    /**
     * New parameters from a source, as a mixer's constructor wants them.
     *
     * @param source is asked for each parameter once, in order
     * @return new tensors
     */
    public NamedTensors newParameters(ParameterSource source) {
        Objects.requireNonNull(source, "parameters");
        NamedTensors tensors = zeroParameters();
        parameters.forEach(parameter -> source.fill(parameter, tensors.get(parameter.name())));
        return tensors;
    }

    /**
     * Whether a capability is declared.
     *
     * @param capability which
     * @return true if it works
     */
    public boolean supports(Capability capability) {
        return kind.capabilities().contains(capability) && !refusals.containsKey(capability);
    }

    /**
     * Demands a capability.
     *
     * @param capability which
     * @throws UnsupportedCapabilityException if it is not declared, with the reason
     */
    public void require(Capability capability) {
        if (!supports(capability)) {
            throw refusal(capability);
        }
    }

    /**
     * The exception that refuses a capability that is not declared.
     *
     * @param capability which
     * @return the exception, with the reason
     */
    public UnsupportedCapabilityException refusal(Capability capability) {
        String reason = refusals.getOrDefault(capability, "no mixer of this kind is " + capability.label());
        return new UnsupportedCapabilityException(kind.id(), capability, reason);
    }

    /**
     * Checks the arguments of a whole-sequence pass or a step.
     *
     * @param in must be {@code [B, T, D]}
     * @param out must be {@code [B, T, D']} and share no memory with {@code in}
     * @throws ShapeMismatchException if a shape does not fit
     * @throws OverlapException if the two share memory
     * @throws IllegalArgumentException if the output is in read-only memory
     * @throws IllegalStateException if the arena of either's memory is closed
     */
    public void check(Sequences in, Tensor out) {
        Objects.requireNonNull(in, "in");
        Objects.requireNonNull(out, "out");
        checkWidth("input", in, inputWidth());
        Shape shape = out.shape();
        if (shape.rank() != 3
                || shape.extent(0) != in.batch()
                || shape.extent(1) != in.time()
                || shape.extent(2) != outputWidth) { // spelled out: a check that passes allocates nothing
            throw new ShapeMismatchException("output", outputShape(in), shape);
        }
        if (out.overlaps(in.tensor())) {
            throw new OverlapException("the output", "the input");
        }
        in.tensor().checkReadable("the input");
        out.checkWritable("the output"); // or a step would have moved its state on when it finds out
    }

    /**
     * The shape of the output.
     *
     * @param in must be {@code [B, T, D]}
     * @return {@code [B, T, D']}
     * @throws ShapeMismatchException if the input's width is not D
     */
    public Shape outputShape(Sequences in) {
        checkWidth("input", in, inputWidth());
        return Shape.of(in.batch(), in.time(), outputWidth);
    }

    /**
     * Checks a pass over two sequences.
     *
     * @param in must be {@code [B, T, D]}
     * @param context must be {@code [B, S, C]}
     * @param out must be {@code [B, T, D']} and share no memory with the others
     * @throws UnsupportedCapabilityException if this is not contextual
     * @throws ShapeMismatchException if a shape does not fit
     * @throws OverlapException if the output shares memory with an input
     */
    public void check(Sequences in, Sequences context, Tensor out) {
        checkContext(context);
        check(in, out);
        if (context.batch() != in.batch()) {
            throw new ShapeMismatchException(
                    "context",
                    Shape.of(in.batch(), context.time(), contextWidth),
                    context.tensor().shape());
        }
        if (out.overlaps(context.tensor())) {
            throw new OverlapException("the output", "the context");
        }
    }

    /**
     * Checks a context alone.
     *
     * @param context must be {@code [B, S, C]}
     * @throws UnsupportedCapabilityException if this is not contextual
     * @throws ShapeMismatchException if it has another width
     */
    public void checkContext(Sequences context) {
        Objects.requireNonNull(context, "context");
        require(Capability.CONTEXTUAL);
        checkWidth("context", context, contextWidth);
        context.tensor().checkReadable("the context");
    }

    /**
     * Checks a step.
     *
     * @param chunk must be {@code [B, T, D]}
     * @param state must be of this configuration, for B sequences
     * @param out must be {@code [B, T, D']}
     * @throws UnsupportedCapabilityException if this is not incremental
     * @throws ForeignStateException if the state was made by another configuration
     * @throws ShapeMismatchException if a shape does not fit
     */
    public void check(Sequences chunk, MixerState state, Tensor out) {
        require(Capability.INCREMENTAL);
        Objects.requireNonNull(chunk, "chunk");
        Objects.requireNonNull(state, "state");
        check(chunk, out);
        checkState(chunk, state);
    }

    /**
     * Checks a state alone.
     *
     * @param chunk {@code [B, T, D]}
     * @param state must be of this configuration, for B sequences
     * @throws ForeignStateException if the state was made by another configuration
     * @throws ShapeMismatchException if it is for another number of sequences
     */
    public void checkState(Sequences chunk, MixerState state) {
        if (!state.spec().fingerprint().equals(fingerprint())) {
            throw new ForeignStateException(fingerprint(), state.spec().fingerprint());
        }
        if (state.batch() != chunk.batch()) {
            throw new ShapeMismatchException(
                    "chunk",
                    Shape.of(state.batch(), chunk.time(), inputWidth()),
                    chunk.tensor().shape());
        }
    }

    /**
     * Checks the arguments of a backward pass.
     *
     * @param mixer that is asked
     * @param recording must be of that mixer
     * @param in the recording's input
     * @param dOut must be {@code [B, T, D']}
     * @param gradients must have the shapes of what they are gradients of
     * @throws ForeignStateException if the recording was made by another mixer
     * @throws ShapeMismatchException if a shape does not fit
     * @throws UnknownTensorException if a parameter's gradient has a name that no parameter has
     * @throws OverlapException if a gradient shares memory with the cotangent, or that of the input with the input
     * @throws IllegalArgumentException if a gradient is in read-only memory
     */
    public void check(SequenceMixer mixer, Recording recording, Sequences in, Tensor dOut, Gradients gradients) {
        Objects.requireNonNull(recording, "recording");
        Objects.requireNonNull(dOut, "dOut");
        Objects.requireNonNull(gradients, "gradients");
        if (recording.mixer() != mixer) {
            throw new ForeignStateException(
                    fingerprint(), recording.mixer().spec().fingerprint());
        }
        check("cotangent", dOut, outputShape(in));
        dOut.checkReadable("the cotangent");
        gradients.input().ifPresent(dIn -> {
            check("gradient of the input", dIn, in.tensor().shape());
            apart("the gradient of the input", dIn, "the cotangent", dOut);
            apart("the gradient of the input", dIn, "the input", in.tensor());
        });
        gradients
                .context()
                .ifPresent(dContext -> apart("the gradient of the context", dContext, "the cotangent", dOut));
        Map<String, ParameterSpec> known = new LinkedHashMap<>();
        parameters.forEach(parameter -> known.put(parameter.name(), parameter));
        gradients.parameters().forEach((name, tensor) -> {
            ParameterSpec parameter = known.get(name);
            if (parameter == null) {
                throw new UnknownTensorException(name, known.keySet());
            }
            check("gradient of '" + name + "'", tensor, parameter.shape());
            apart("the gradient of '" + name + "'", tensor, "the cotangent", dOut);
        });
    }

    private static void apart(String what, Tensor written, String other, Tensor read) {
        written.checkWritable(what);
        if (written.overlaps(read)) {
            throw new OverlapException(what, other);
        }
    }

    /**
     * Checks the arguments of {@link Attentive#weights}.
     *
     * @param in must be {@code [B, T, D]}
     * @param keys S, the positions attended to
     * @param weights must be {@code [B, H, T, S]}
     * @throws UnsupportedCapabilityException if this is not attentive
     * @throws ShapeMismatchException if a shape does not fit
     */
    public void checkWeights(Sequences in, int keys, Tensor weights) {
        Objects.requireNonNull(in, "in");
        Objects.requireNonNull(weights, "weights");
        require(Capability.ATTENTIVE);
        checkWidth("input", in, inputWidth());
        check("weights", weights, Shape.of(in.batch(), heads, in.time(), keys));
        in.tensor().checkReadable("the input");
        weights.checkWritable("the weights");
    }

    private static void checkWidth(String what, Sequences sequences, int width) {
        if (sequences.width() != width) {
            throw new ShapeMismatchException(
                    what,
                    Shape.of(sequences.batch(), sequences.time(), width),
                    sequences.tensor().shape());
        }
    }

    /**
     * Checks the shape of one tensor, for what the other checks leave out.
     *
     * @param what which tensor, for the message
     * @param tensor the tensor
     * @param expected the shape it must have
     * @throws ShapeMismatchException if it has another
     */
    public static void check(String what, Tensor tensor, Shape expected) {
        if (!tensor.shape().equals(expected)) {
            throw new ShapeMismatchException(what, expected, tensor.shape());
        }
    }

    /**
     * Kind and configuration as text, the same for equal ones: {@code "lstm width=8 hidden=16"}. Saved states carry it.
     *
     * @return one line
     */
    public String fingerprint() {
        return fingerprint;
    }

    /** The fingerprint. */
    @Override
    public String toString() {
        return fingerprint();
    }

    /** Collects what a specification says. Unless said otherwise: D' = D, C = D, one head, not causal, same bits. */
    public static final class Builder {
        private final MixerKind kind;
        private final MixerConfig config;
        private int outputWidth;
        private int contextWidth;
        private int heads = 1;
        private int headWidth;
        private WeightSum weightSum = WeightSum.AT_MOST_ONE;
        private boolean causal;
        private boolean smooth = true;
        private boolean boundedState;
        private Exactness exactness = Exactness.bits();
        private @Nullable ReceptiveField receptiveField;
        private final Map<Capability, String> refusals = new EnumMap<>(Capability.class);
        private final List<ParameterSpec> parameters = new ArrayList<>();
        private final TreeSet<String> names = new TreeSet<>();

        private Builder(MixerKind kind, MixerConfig config) {
            this.kind = kind;
            this.config = config;
            outputWidth = config.width();
            contextWidth = config.width();
        }

        /**
         * The resolved configuration.
         *
         * @return a value for every option
         */
        public MixerConfig config() {
            return config;
        }

        /**
         * Sets D'.
         *
         * @param width at least 1
         * @return this
         * @throws BadShapeException if it is less
         */
        public Builder outputWidth(int width) {
            outputWidth = positive("output width", width);
            return this;
        }

        /**
         * Sets C.
         *
         * @param width at least 1
         * @return this
         * @throws BadShapeException if it is less
         */
        public Builder contextWidth(int width) {
            contextWidth = positive("context width", width);
            return this;
        }

        /**
         * Sets H of an attentive mixer.
         *
         * @param count at least 1
         * @return this
         * @throws BadShapeException if it is less
         */
        public Builder heads(int count) {
            heads = positive("number of heads", count);
            return this;
        }

        /**
         * Sets E.
         *
         * @param width at least 1
         * @return this
         * @throws BadShapeException if it is less
         */
        public Builder headWidth(int width) {
            headWidth = positive("head width", width);
            return this;
        }

        /**
         * Says what the shown weights of a query sum to.
         *
         * @param sum the promise
         * @return this
         */
        public Builder weightSum(WeightSum sum) {
            weightSum = Objects.requireNonNull(sum, "weight sum");
            return this;
        }

        private static int positive(String what, int number) {
            if (number < 1) {
                throw new BadShapeException(what + " " + number + " is less than 1");
            }
            return number;
        }

        /**
         * Says whether no output depends on a later input.
         *
         * @param yes true if causal
         * @return this
         */
        public Builder causal(boolean yes) {
            causal = yes;
            return this;
        }

        /**
         * Says whether outputs have no kinks and jumps.
         *
         * @param yes false for a sparse attention or a ReLU
         * @return this
         */
        public Builder smooth(boolean yes) {
            smooth = yes;
            return this;
        }

        /**
         * Says that the incremental state has a fixed size.
         *
         * @param yes true if it goes on without end
         * @return this
         */
        public Builder boundedState(boolean yes) {
            boundedState = yes;
            return this;
        }

        /**
         * Declares less than the same bits.
         *
         * @param kept how exactly different ways agree
         * @return this
         */
        public Builder exactness(Exactness kept) {
            exactness = kept;
            return this;
        }

        /**
         * Declares which inputs an output can depend on.
         *
         * @param left how far back
         * @param right how far ahead
         * @return this
         */
        public Builder receptiveField(int left, int right) {
            receptiveField = new ReceptiveField(left, right);
            return this;
        }

        /**
         * Refuses a capability that the kind has and this configuration rules out.
         *
         * @param capability which
         * @param reason with the values that matter: {@code "needs causal=true, was false"}
         * @return this
         */
        public Builder refuse(Capability capability, String reason) {
            refusals.put(capability, reason);
            return this;
        }

        /**
         * Adds a parameter.
         *
         * @param name a new name
         * @param initial what a new one holds
         * @param extents its shape
         * @return this
         */
        public Builder parameter(String name, InitialValue initial, int... extents) {
            if (!names.add(name)) {
                throw new IllegalArgumentException("there is a parameter named '" + name + "' already");
            }
            parameters.add(new ParameterSpec(name, Shape.of(extents), initial));
            return this;
        }

        /**
         * The specification.
         *
         * @return immutable data
         */
        public MixerSpec build() {
            return new MixerSpec(this);
        }
    }
}
