package org.attention4j.tests.naive;

import java.util.Set;
import org.attention4j.api.Attentive;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Capability;
import org.attention4j.api.Contextual;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerFamily;
import org.attention4j.api.MixerKind;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Option;
import org.attention4j.api.OptionSchema;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.RowState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.WeightSum;
import org.attention4j.api.Workspace;

/** y = Concat(softmax(Q_h K_hᵀ / √E) V_h) W_O, with PyTorch's parameter names. */
final class NaiveAttention extends Naive implements Attentive, Contextual {
    static final Option<Integer> HEADS = Option.integer("heads", 1, 64, 1, "Heads.");
    static final Option<Integer> KV_HEADS =
            Option.integer("key-value-heads", 1, 64, config -> config.get(HEADS), "heads", "Heads of keys and values.");
    static final Option<Integer> WINDOW = Option.integer("window", 0, 4096, 0, "Keys a query sees; 0 means all.");
    static final Option<Boolean> CAUSAL = Option.flag("causal", false, "No later keys.");

    /** Its provider. */
    static final class Provider implements MixerProvider {
        @Override
        public MixerKind kind() {
            return new MixerKind(
                    "multi-head-attention",
                    MixerFamily.SOFTMAX_ATTENTION,
                    "Attention",
                    OptionSchema.of(HEADS, KV_HEADS, WINDOW, CAUSAL),
                    Set.of(
                            Capability.INCREMENTAL,
                            Capability.DIFFERENTIABLE,
                            Capability.ATTENTIVE,
                            Capability.CONTEXTUAL));
        }

        @Override
        public MixerSpec spec(MixerConfig config) {
            MixerSpec.Builder spec = MixerSpec.of(kind(), config);
            MixerConfig resolved = spec.config();
            int width = config.width();
            int heads = resolved.get(HEADS);
            int kvHeads = resolved.get(KV_HEADS);
            divides("heads", heads, "width", width);
            divides("key-value-heads", kvHeads, "heads", heads);
            if (resolved.get(WINDOW) > 0 && !resolved.get(CAUSAL)) {
                throw new BadConfigurationException(
                        "window", resolved.get(WINDOW).toString(), "needs causal=true, was false");
            }
            if (!resolved.get(CAUSAL)) {
                spec.refuse(Capability.INCREMENTAL, "needs causal=true, was false");
            }
            int rows = width + 2 * kvHeads * (width / heads);
            return spec.causal(resolved.get(CAUSAL))
                    .heads(heads)
                    .weightSum(WeightSum.ONE)
                    .parameter("in_proj_weight", InitialValue.xavier(width, rows), rows, width)
                    .parameter("in_proj_bias", InitialValue.zeros(), rows)
                    .parameter("out_proj.weight", InitialValue.xavier(width, width), width, width)
                    .parameter("out_proj.bias", InitialValue.zeros(), width)
                    .build();
        }

        private static void divides(String option, int part, String of, int whole) {
            if (whole % part != 0) {
                throw new BadConfigurationException(option, Integer.toString(part), "must divide " + of + " " + whole);
            }
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
            MixerSpec spec = spec(config);
            return new NaiveAttention(spec, spec.newParameters(parameters));
        }
    }

    private final int width;
    private final int heads;
    private final int headWidth;
    private final int kvWidth;
    private final int window;
    private final boolean causal;
    private final float scale;

    private NaiveAttention(MixerSpec spec, NamedTensors parameters) {
        super(spec, parameters);
        width = spec.inputWidth();
        heads = spec.config().get(HEADS);
        headWidth = width / heads;
        kvWidth = spec.config().get(KV_HEADS) * headWidth;
        window = spec.config().get(WINDOW) == 0
                ? Integer.MAX_VALUE
                : spec.config().get(WINDOW);
        causal = spec.causal();
        scale = (float) (1 / Math.sqrt(headWidth));
    }

    @Override
    public SequenceMixer withParameters(ParameterSource source) {
        return new NaiveAttention(spec, spec.newParameters(source));
    }

    private void queries(float[] x, int at, float[] q, int to) {
        linear(values("in_proj_weight"), values("in_proj_bias"), 0, width, width, x, at, q, to);
    }

    /** Key and value of one position, side by side. */
    private void keyValue(float[] x, int at, float[] rows, int to) {
        linear(values("in_proj_weight"), values("in_proj_bias"), width, 2 * kvWidth, width, x, at, rows, to);
    }

    private int keyOf(int h) {
        return (h * headWidth * kvWidth / width) / headWidth * headWidth;
    }

    /** Where the last key that query i of m sees among n ends. */
    private int end(int i, int m, int n) {
        return causal ? Math.max(0, i + n - m + 1) : n;
    }

    private int begin(int end) {
        return Math.max(0, end - window);
    }

    /** Weights of one head of one query over the keys {@code begin} to {@code end}. */
    private void weigh(float[] q, int query, int h, float[] rows, int first, int begin, int end, float[] p) {
        float most = Float.NEGATIVE_INFINITY;
        for (int j = begin; j < end; j++) {
            float score = 0;
            for (int e = 0; e < headWidth; e++) {
                score = Math.fma(q[query + h * headWidth + e], rows[first + j * 2 * kvWidth + keyOf(h) + e], score);
            }
            p[j] = score * scale;
            most = Math.max(most, p[j]);
        }
        float sum = 0;
        for (int j = begin; j < end; j++) {
            p[j] = (float) Math.exp(p[j] - most);
            sum += p[j];
        }
        for (int j = begin; j < end; j++) {
            p[j] /= sum;
        }
    }

    /** The heads' outputs of one query. */
    private void attend(float[] q, int query, float[] rows, int first, int end, float[] p, float[] o, int to) {
        for (int h = 0; h < heads; h++) {
            weigh(q, query, h, rows, first, begin(end), end, p);
            for (int e = 0; e < headWidth; e++) {
                float sum = 0;
                for (int j = begin(end); j < end; j++) {
                    sum = Math.fma(p[j], rows[first + j * 2 * kvWidth + kvWidth + keyOf(h) + e], sum);
                }
                o[to + h * headWidth + e] = sum;
            }
        }
    }

    private void project(float[] o, int at, float[] y, int to) {
        linear(values("out_proj.weight"), values("out_proj.bias"), 0, width, width, o, at, y, to);
    }

    @Override
    void sequence(float[] x, int at, float[] y, int to, int length, Workspace workspace) {
        cross(x, at, length, x, at, length, y, to, workspace);
    }

    private void cross(float[] x, int at, int m, float[] c, int ct, int n, float[] y, int to, Workspace workspace) {
        float[] rows = workspace.scratch().floats(n * 2 * kvWidth);
        float[] p = workspace.scratch().floats(n);
        float[] q = workspace.scratch().floats(width);
        float[] o = workspace.scratch().floats(width);
        for (int j = 0; j < n; j++) {
            keyValue(c, ct + j * width, rows, j * 2 * kvWidth);
        }
        for (int i = 0; i < m; i++) {
            queries(x, at + i * width, q, 0);
            attend(q, 0, rows, 0, end(i, m, n), p, o, 0);
            project(o, 0, y, to + i * width);
        }
    }

    @Override
    public void forward(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        spec.check(in, context, out);
        int mark = workspace.begin();
        try {
            float[] x = in.tensor().readable(workspace.scratch());
            float[] c = context.tensor().readable(workspace.scratch());
            float[] y = out.writable(workspace.scratch());
            clear(y, out);
            for (int b = 0; b < in.batch(); b++) {
                int call = workspace.scratch().mark();
                cross(
                        x,
                        at(in.tensor(), b),
                        in.length(b),
                        c,
                        at(context.tensor(), b),
                        context.length(b),
                        y,
                        at(out, b),
                        workspace);
                workspace.scratch().release(call);
            }
            out.commit(y);
        } finally {
            workspace.end(mark);
        }
    }

    @Override
    public Recording record(Sequences in, Sequences context, Tensor out, Workspace workspace) {
        forward(in, context, out, workspace);
        return new Tape(this, in, context, NamedTensors.empty());
    }

    @Override
    public void weights(Sequences in, Tensor weights, Workspace workspace) {
        weights(in, in, weights, workspace);
    }

    @Override
    public void weights(Sequences in, Sequences context, Tensor weights, Workspace workspace) {
        spec.checkWeights(in, context.time(), weights);
        weights.fill(0);
        for (int b = 0; b < in.batch(); b++) {
            float[] x = rows(in, b);
            float[] rows = keyValues(rows(context, b), context.length(b));
            for (int i = 0; i < in.length(b); i++) {
                float[] q = new float[width];
                queries(x, i * width, q, 0);
                for (int h = 0; h < heads; h++) {
                    float[] p = new float[context.time()];
                    int end = end(i, in.length(b), context.length(b));
                    weigh(q, 0, h, rows, 0, begin(end), end, p);
                    weights.slice(b).slice(h).slice(i).write(0, p, 0, p.length);
                }
            }
        }
    }

    @Override
    public void weights(Sequences chunk, MixerState state, Tensor weights, Workspace workspace) {
        spec.require(Capability.INCREMENTAL);
        spec.checkState(chunk, state);
        int columns = weights.extent(3);
        spec.checkWeights(chunk, columns, weights);
        weights.fill(0);
        for (int b = 0; b < chunk.batch(); b++) {
            float[] x = rows(chunk, b);
            int n = (int) state.position(b);
            int m = chunk.length(b);
            if (m > n) {
                throw new StateExhaustedException("weights of a step", m, n);
            }
            int first = Math.max(0, n - columns);
            for (int i = 0; i < m; i++) {
                float[] q = new float[width];
                queries(x, i * width, q, 0);
                for (int h = 0; h < heads; h++) {
                    float[] p = new float[n];
                    int end = n - m + i + 1;
                    weigh(q, 0, h, ((RowState) state).rows(b), 0, begin(end), end, p);
                    weights.slice(b).slice(h).slice(i).write(0, p, first, n - first);
                }
            }
        }
    }

    private float[] keyValues(float[] c, int n) {
        float[] rows = new float[n * 2 * kvWidth];
        for (int j = 0; j < n; j++) {
            keyValue(c, j * width, rows, j * 2 * kvWidth);
        }
        return rows;
    }

    @Override
    int rowWidth() {
        return 2 * kvWidth;
    }

    @Override
    int lookback() {
        return 0;
    }

    @Override
    void position(float[] x, int at, RowState state, int b, float[] y, int to, Workspace workspace) {
        int t = (int) state.position(b);
        float[] p = workspace.scratch().floats(t + 1);
        float[] q = workspace.scratch().floats(width);
        float[] o = workspace.scratch().floats(width);
        keyValue(x, at, state.rows(b), state.row(b, t));
        queries(x, at, q, 0);
        attend(q, 0, state.rows(b), 0, t + 1, p, o, 0);
        project(o, 0, y, to);
    }

    @Override
    void gradient(
            Tape tape,
            int b,
            Tensor dOut,
            NamedTensors dLast,
            Tensor dIn,
            Tensor dContext,
            NamedTensors dInitial,
            NamedTensors dParameters) {
        int m = tape.in().length(b);
        int n = tape.context().length(b);
        float[] x = rows(tape.in(), b);
        float[] c = rows(tape.context(), b);
        float[] rows = keyValues(c, n);
        float[] dRows = new float[rows.length];
        float[] inWeight = values("in_proj_weight");
        float[] dInWeight = dParameters.get("in_proj_weight").array();
        float[] dInBias = dParameters.get("in_proj_bias").array();
        for (int i = 0; i < m; i++) {
            float[] q = new float[width];
            float[] o = new float[width];
            float[] dO = new float[width];
            float[] dQ = new float[width];
            float[] p = new float[n];
            int end = end(i, m, n);
            queries(x, i * width, q, 0);
            attend(q, 0, rows, 0, end, p, o, 0);
            linearGradient(
                    values("out_proj.weight"),
                    0,
                    width,
                    width,
                    o,
                    0,
                    dOut.array(),
                    at(dOut, b) + i * width,
                    dParameters.get("out_proj.weight").array(),
                    dParameters.get("out_proj.bias").array(),
                    dO,
                    0);
            for (int h = 0; h < heads; h++) {
                weigh(q, 0, h, rows, 0, begin(end), end, p);
                headGradient(q, dQ, dO, h, rows, dRows, begin(end), end, p);
            }
            linearGradient(
                    inWeight,
                    0,
                    width,
                    width,
                    x,
                    i * width,
                    dQ,
                    0,
                    dInWeight,
                    dInBias,
                    dIn.array(),
                    at(dIn, b) + i * width);
        }
        for (int j = 0; j < n; j++) {
            linearGradient(
                    inWeight,
                    width,
                    2 * kvWidth,
                    width,
                    c,
                    j * width,
                    dRows,
                    j * 2 * kvWidth - 0,
                    dInWeight,
                    dInBias,
                    dContext.array(),
                    at(dContext, b) + j * width);
        }
    }

    private void headGradient(
            float[] q, float[] dQ, float[] dO, int h, float[] rows, float[] dRows, int begin, int end, float[] p) {
        float[] dP = new float[end];
        float mean = 0;
        for (int j = begin; j < end; j++) {
            int value = j * 2 * kvWidth + kvWidth + keyOf(h);
            for (int e = 0; e < headWidth; e++) {
                dP[j] += dO[h * headWidth + e] * rows[value + e];
                dRows[value + e] += p[j] * dO[h * headWidth + e];
            }
            mean += p[j] * dP[j];
        }
        for (int j = begin; j < end; j++) {
            float dScore = p[j] * (dP[j] - mean) * scale;
            int key = j * 2 * kvWidth + keyOf(h);
            for (int e = 0; e < headWidth; e++) {
                dQ[h * headWidth + e] += dScore * rows[key + e];
                dRows[key + e] += dScore * q[h * headWidth + e];
            }
        }
    }
}
