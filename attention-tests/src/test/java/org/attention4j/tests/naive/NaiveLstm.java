package org.attention4j.tests.naive;

import java.util.Set;
import org.attention4j.api.Capability;
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
import org.attention4j.api.Recurrent;
import org.attention4j.api.RowState;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** i, f, g, o = gates(W_ih x + b_ih + W_hh h + b_hh); c = f c + i g; h = o tanh(c); layers, directions as PyTorch's LSTM. */
final class NaiveLstm extends Naive implements Recurrent {
    static final Option<Integer> HIDDEN =
            Option.integer("hidden", 1, 4096, MixerConfig::width, "width", "Hidden width.");
    static final Option<Integer> LAYERS = Option.integer("layers", 1, 3, 1, "Layers.");
    static final Option<Boolean> BOTH = Option.flag("bidirectional", false, "Also backwards.");

    /** Its provider. */
    static final class Provider implements MixerProvider {
        @Override
        public MixerKind kind() {
            return new MixerKind(
                    "lstm",
                    MixerFamily.BOUNDED_RECURRENCE,
                    "LSTM",
                    OptionSchema.of(HIDDEN, LAYERS, BOTH),
                    Set.of(Capability.INCREMENTAL, Capability.DIFFERENTIABLE, Capability.RECURRENT));
        }

        @Override
        public MixerSpec spec(MixerConfig config) {
            MixerSpec.Builder spec = MixerSpec.of(kind(), config);
            int hidden = spec.config().get(HIDDEN);
            boolean both = spec.config().get(BOTH);
            if (both) {
                spec.refuse(Capability.INCREMENTAL, "needs bidirectional=false, was true");
            }
            double bound = 1 / Math.sqrt(hidden);
            for (int layer = 0; layer < spec.config().get(LAYERS); layer++) {
                int ins = layer == 0 ? config.width() : hidden * (both ? 2 : 1);
                for (int direction = 0; direction < (both ? 2 : 1); direction++) {
                    String end = "_l" + layer + (direction == 0 ? "" : "_reverse");
                    spec.parameter("weight_ih" + end, InitialValue.uniform(bound), 4 * hidden, ins);
                    spec.parameter("weight_hh" + end, InitialValue.uniform(bound), 4 * hidden, hidden);
                    spec.parameter("bias_ih" + end, InitialValue.uniform(bound), 4 * hidden);
                    spec.parameter("bias_hh" + end, InitialValue.uniform(bound), 4 * hidden);
                }
            }
            return spec.causal(!both)
                    .boundedState(true)
                    .outputWidth(hidden * (both ? 2 : 1))
                    .build();
        }

        @Override
        public SequenceMixer create(MixerConfig config, ParameterSource parameters) {
            MixerSpec spec = spec(config);
            return new NaiveLstm(spec, spec.newParameters(parameters));
        }
    }

    /** One layer in one direction. */
    private record Cell(float[] wih, float[] whh, float[] bih, float[] bhh, int ins, String end) {}

    private final int hidden;
    private final int layers;
    private final int directions;
    private final Cell[] cells;

    private NaiveLstm(MixerSpec spec, NamedTensors parameters) {
        super(spec, parameters);
        hidden = spec.config().get(HIDDEN);
        layers = spec.config().get(LAYERS);
        directions = spec.config().get(BOTH) ? 2 : 1;
        cells = new Cell[layers * directions];
        for (int i = 0; i < cells.length; i++) {
            String end = "_l" + i / directions + (i % directions == 0 ? "" : "_reverse");
            Tensor wih = parameters.get("weight_ih" + end);
            cells[i] = new Cell(
                    wih.array(),
                    values("weight_hh" + end),
                    values("bias_ih" + end),
                    values("bias_hh" + end),
                    wih.extent(1),
                    end);
        }
    }

    @Override
    public SequenceMixer withParameters(ParameterSource source) {
        return new NaiveLstm(spec, spec.newParameters(source));
    }

    private static float sigmoid(float x) {
        return (float) (1 / (1 + Math.exp(-x)));
    }

    /** Gates of one position into {@code a}; h and c are read, then written. */
    private void next(Cell cell, float[] x, int at, float[] h, int ht, float[] c, int ct, float[] a, int to) {
        for (int g = 0; g < 4 * hidden; g++) {
            float sum = cell.bih[g] + cell.bhh[g];
            for (int i = 0; i < cell.ins; i++) {
                sum = Math.fma(cell.wih[g * cell.ins + i], x[at + i], sum);
            }
            for (int i = 0; i < hidden; i++) {
                sum = Math.fma(cell.whh[g * hidden + i], h[ht + i], sum);
            }
            a[to + g] = g / hidden == 2 ? (float) Math.tanh(sum) : sigmoid(sum);
        }
        for (int i = 0; i < hidden; i++) {
            c[ct + i] = a[to + hidden + i] * c[ct + i] + a[to + i] * a[to + 2 * hidden + i];
            h[ht + i] = a[to + 3 * hidden + i] * (float) Math.tanh(c[ct + i]);
        }
    }

    @Override
    void sequence(float[] x, int at, float[] y, int to, int length, Workspace workspace) {
        float[] h = workspace.scratch().floats(cells.length * hidden);
        float[] c = workspace.scratch().floats(cells.length * hidden);
        java.util.Arrays.fill(h, 0);
        java.util.Arrays.fill(c, 0);
        run(x, at, y, to, length, h, c, workspace);
    }

    /** h and c hold the first state of every cell, then the last. */
    private void run(float[] x, int at, float[] y, int to, int length, float[] h, float[] c, Workspace workspace) {
        float[] a = workspace.scratch().floats(4 * hidden);
        int wide = directions * hidden;
        float[] ping = workspace.scratch().floats(length * wide);
        float[] pong = workspace.scratch().floats(length * wide);
        float[] source = x;
        int from = at;
        for (int layer = 0; layer < layers; layer++) {
            float[] target = layer == layers - 1 ? y : layer % 2 == 0 ? ping : pong;
            int into = layer == layers - 1 ? to : 0;
            for (int direction = 0; direction < directions; direction++) {
                int i = layer * directions + direction;
                for (int s = 0; s < length; s++) {
                    int t = direction == 0 ? s : length - 1 - s;
                    next(cells[i], source, from + t * cells[i].ins, h, i * hidden, c, i * hidden, a, 0);
                    System.arraycopy(h, i * hidden, target, into + t * wide + direction * hidden, hidden);
                }
            }
            source = target;
            from = 0;
        }
    }

    @Override
    public NamedTensors newHidden(int batch) {
        spec.require(Capability.RECURRENT);
        return initial(batch);
    }

    @Override
    NamedTensors initial(int batch) {
        return NamedTensors.empty()
                .with("h_0", Tensor.zeros(cells.length, batch, hidden))
                .with("c_0", Tensor.zeros(cells.length, batch, hidden));
    }

    private void store(float[] values, NamedTensors tensors, String name, int b) {
        move(tensors.get(name), b, values, false);
    }

    private float[] hiddenOf(NamedTensors tensors, String name, int b) {
        float[] values = new float[cells.length * hidden];
        for (int i = 0; i < cells.length; i++) {
            tensors.get(name).slice(i).slice(b).read(0, values, i * hidden, hidden);
        }
        return values;
    }

    @Override
    public void forward(Sequences in, NamedTensors initial, Tensor out, NamedTensors last, Workspace workspace) {
        spec.check(in, out);
        check(initial, in.batch());
        check(last, in.batch());
        int mark = workspace.begin();
        try {
            float[] x = in.tensor().readable(workspace.scratch());
            float[] y = out.writable(workspace.scratch());
            clear(y, out);
            float[] h = workspace.scratch().floats(cells.length * hidden);
            float[] c = workspace.scratch().floats(cells.length * hidden);
            for (int b = 0; b < in.batch(); b++) {
                int call = workspace.scratch().mark();
                move(initial.get("h_0"), b, h, true);
                move(initial.get("c_0"), b, c, true);
                run(x, at(in.tensor(), b), y, at(out, b), in.length(b), h, c, workspace);
                move(last.get("h_0"), b, h, false);
                move(last.get("c_0"), b, c, false);
                workspace.scratch().release(call);
            }
            out.commit(y);
        } finally {
            workspace.end(mark);
        }
    }

    private void check(NamedTensors tensors, int batch) {
        check("h_0", tensors.get("h_0"), batch);
        check("c_0", tensors.get("c_0"), batch);
    }

    private void check(String name, Tensor tensor, int batch) {
        boolean fits = tensor.shape().rank() == 3
                && tensor.extent(0) == cells.length
                && tensor.extent(1) == batch
                && tensor.extent(2) == hidden;
        if (!fits) {
            MixerSpec.check(name, tensor, Shape.of(cells.length, batch, hidden));
        }
    }

    /** One sequence's part of a hidden tensor to an array of the cells', or back. */
    private void move(Tensor tensor, int b, float[] values, boolean read) {
        for (int i = 0; i < cells.length; i++) {
            long at = ((long) i * tensor.extent(1) + b) * hidden;
            if (read) {
                tensor.read(at, values, i * hidden, hidden);
            } else {
                tensor.write(at, values, i * hidden, hidden);
            }
        }
    }

    @Override
    public Recording record(Sequences in, NamedTensors initial, Tensor out, NamedTensors last, Workspace workspace) {
        forward(in, initial, out, last, workspace);
        return new Tape(this, in, in, initial);
    }

    @Override
    public MixerState newState(NamedTensors initial, int capacity) {
        spec.require(Capability.INCREMENTAL);
        int batch = initial.get("h_0").extent(1);
        RowState state = (RowState) newState(batch, capacity);
        for (int b = 0; b < batch; b++) {
            int row = state.row(b, -1);
            System.arraycopy(hiddenOf(initial, "h_0", b), 0, state.rows(b), row, layers * hidden);
            System.arraycopy(hiddenOf(initial, "c_0", b), 0, state.rows(b), row + layers * hidden, layers * hidden);
        }
        return state;
    }

    @Override
    int rowWidth() {
        return 2 * layers * hidden;
    }

    @Override
    int lookback() {
        return 1;
    }

    @Override
    void position(float[] x, int at, RowState state, int b, float[] y, int to, Workspace workspace) {
        float[] h = workspace.scratch().floats(layers * hidden);
        float[] c = workspace.scratch().floats(layers * hidden);
        float[] rows = state.rows(b);
        int last = state.row(b, state.position(b) - 1);
        int next = state.row(b, state.position(b));
        System.arraycopy(rows, last, h, 0, layers * hidden);
        System.arraycopy(rows, last + layers * hidden, c, 0, layers * hidden);
        run(x, at, y, to, 1, h, c, workspace);
        System.arraycopy(h, 0, rows, next, layers * hidden);
        System.arraycopy(c, 0, rows, next + layers * hidden, layers * hidden);
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
        int length = tape.in().length(b);
        int wide = directions * hidden;
        float[] h0 = hiddenOf(tape.initial(), "h_0", b);
        float[] c0 = hiddenOf(tape.initial(), "c_0", b);
        float[][] inputs = new float[layers + 1][];
        float[][] gates = new float[cells.length][length * 4 * hidden];
        float[][] cellValues = new float[cells.length][(length + 1) * hidden];
        float[][] hiddenValues = new float[cells.length][(length + 1) * hidden];
        inputs[0] = rows(tape.in(), b);
        for (int layer = 0; layer < layers; layer++) {
            inputs[layer + 1] = new float[length * wide];
            for (int i = layer * directions; i < (layer + 1) * directions; i++) {
                float[] h = java.util.Arrays.copyOfRange(h0, i * hidden, (i + 1) * hidden);
                float[] c = java.util.Arrays.copyOfRange(c0, i * hidden, (i + 1) * hidden);
                for (int s = 0; s <= length; s++) {
                    System.arraycopy(h, 0, hiddenValues[i], s * hidden, hidden);
                    System.arraycopy(c, 0, cellValues[i], s * hidden, hidden);
                    if (s < length) {
                        int t = time(i, s, length);
                        next(cells[i], inputs[layer], t * cells[i].ins, h, 0, c, 0, gates[i], s * 4 * hidden);
                        System.arraycopy(h, 0, inputs[layer + 1], t * wide + i % directions * hidden, hidden);
                    }
                }
            }
        }
        float[] dh0 = hiddenOf(dLast, "h_0", b);
        float[] dc0 = hiddenOf(dLast, "c_0", b);
        float[] dOutput = new float[length * wide];
        dOut.read((long) b * tape.in().time() * wide, dOutput, 0, dOutput.length);
        for (int layer = layers - 1; layer >= 0; layer--) {
            float[] dInput = new float[inputs[layer].length];
            for (int i = layer * directions; i < (layer + 1) * directions; i++) {
                float[] dh = java.util.Arrays.copyOfRange(dh0, i * hidden, (i + 1) * hidden);
                float[] dc = java.util.Arrays.copyOfRange(dc0, i * hidden, (i + 1) * hidden);
                for (int s = length - 1; s >= 0; s--) {
                    int t = time(i, s, length);
                    for (int u = 0; u < hidden; u++) {
                        dh[u] += dOutput[t * wide + i % directions * hidden + u];
                    }
                    back(i, s, t, inputs[layer], gates[i], cellValues[i], hiddenValues[i], dh, dc, dInput, dParameters);
                }
                System.arraycopy(dh, 0, dh0, i * hidden, hidden);
                System.arraycopy(dc, 0, dc0, i * hidden, hidden);
            }
            dOutput = dInput;
        }
        dIn.slice(b).write(0, dOutput, 0, dOutput.length);
        store(dh0, dInitial, "h_0", b);
        store(dc0, dInitial, "c_0", b);
    }

    private int time(int cell, int s, int length) {
        return cell % directions == 0 ? s : length - 1 - s;
    }

    /** One position backwards: dh and dc of after the position become those of before. */
    private void back(
            int i,
            int s,
            int t,
            float[] x,
            float[] gates,
            float[] c,
            float[] h,
            float[] dh,
            float[] dc,
            float[] dInput,
            NamedTensors dParameters) {
        float[] da = new float[4 * hidden];
        for (int u = 0; u < hidden; u++) {
            float in = gates[s * 4 * hidden + u];
            float forget = gates[s * 4 * hidden + hidden + u];
            float value = gates[s * 4 * hidden + 2 * hidden + u];
            float output = gates[s * 4 * hidden + 3 * hidden + u];
            float tanh = (float) Math.tanh(c[(s + 1) * hidden + u]);
            float d = dh[u] * output * (1 - tanh * tanh) + dc[u];
            da[u] = d * value * in * (1 - in);
            da[hidden + u] = d * c[s * hidden + u] * forget * (1 - forget);
            da[2 * hidden + u] = d * in * (1 - value * value);
            da[3 * hidden + u] = dh[u] * tanh * output * (1 - output);
            dc[u] = d * forget;
        }
        Cell cell = cells[i];
        java.util.Arrays.fill(dh, 0);
        linearGradient(
                cell.wih,
                0,
                4 * hidden,
                cell.ins,
                x,
                t * cell.ins,
                da,
                0,
                dParameters.get("weight_ih" + cell.end).array(),
                dParameters.get("bias_ih" + cell.end).array(),
                dInput,
                t * cell.ins);
        linearGradient(
                cell.whh,
                0,
                4 * hidden,
                hidden,
                h,
                s * hidden,
                da,
                0,
                dParameters.get("weight_hh" + cell.end).array(),
                dParameters.get("bias_hh" + cell.end).array(),
                dh,
                0);
    }
}
