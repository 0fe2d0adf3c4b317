package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.Gradients;
import org.attention4j.api.Recording;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;

/** Outputs and gradients of the mixers against float64: gradients by central differences along a random direction. */
class GradientTest {
    @Provide
    Arbitrary<MixerCase> cases() {
        return MixerCase.any();
    }

    /** The mixer in float64: parameters, queries and context are given. */
    private static double[] naive(
            MixerCase c, Map<String, double[]> p, double[] x, double[] context, int time, int contextTime) {
        ProjectedAttention mixer = c.mixer();
        AttentionForm form = mixer.form;
        int keys = contextTime + form.extraKeys();
        int[] keyLengths = c.lengthArray();
        for (int b = 0; b < keyLengths.length; b++) {
            keyLengths[b] = Math.min(keyLengths[b], contextTime);
        }
        int[] stored = keyLengths.clone();
        for (int b = 0; b < stored.length; b++) {
            stored[b] += form.extraKeys();
        }
        NaiveAttention core = new NaiveAttention(
                form.heads(), form.keyHeads(), time, keys, form.keyWidth(), form.valueWidth(), c.lengthArray(), stored);
        int[] n = keyLengths;
        int[] m = core.queryLengths;
        int extra = form.extraKeys();
        core.mask = (b, h, i, j) -> j < extra || !c.causal() || j - extra <= i + n[b] - m[b];
        core.q = project(c, form, AttentionForm.Part.QUERY, p, x, time, time);
        core.k = project(c, form, AttentionForm.Part.KEY, p, context, contextTime, keys);
        core.v = project(c, form, AttentionForm.Part.VALUE, p, context, contextTime, keys);
        if (form.biasKeyValue()) {
            learned(core.k, p.get("bias_k"), form.keyHeads(), keys, form.keyWidth(), n.length);
            learned(core.v, p.get("bias_v"), form.keyHeads(), keys, form.valueWidth(), n.length);
        }
        for (int b = 0; b < n.length; b++) {
            chain(c, p, HeadNorm.QUERY, core.q, b, form.heads(), time, 0, m[b], n[b] - m[b], form.keyWidth());
            chain(c, p, HeadNorm.KEY, core.k, b, form.keyHeads(), keys, extra, n[b], 0, form.keyWidth());
        }
        core.forward();
        return out(c, form, p, core, x, time);
    }

    /** [B, H, stored, E], 0 where there is no input row. */
    private static double[] project(
            MixerCase c,
            AttentionForm form,
            AttentionForm.Part part,
            Map<String, double[]> p,
            double[] x,
            int time,
            int stored) {
        int outs = form.outputs(part);
        int in = form.inputs(part);
        int heads = part == AttentionForm.Part.QUERY ? form.heads() : form.keyHeads();
        int width = outs / heads;
        double[] w = p.get(form.weightName(part));
        double[] y = new double[c.batch() * outs * stored];
        for (int b = 0; b < c.batch(); b++) {
            for (int t = 0; t < Math.min(time, c.lengths().get(b)); t++) {
                for (int o = 0; o < outs; o++) {
                    double sum = form.bias() ? p.get("in_proj_bias")[form.firstRow(part) + o] : 0;
                    for (int d = 0; d < in; d++) {
                        sum += w[form.weightOffset(part) + o * in + d] * x[(b * time + t) * in + d];
                    }
                    y[((b * heads + o / width) * stored + t + stored - time) * width + o % width] =
                            NaiveHeads.clipped(c, sum);
                }
            }
        }
        return y;
    }

    /** Takes the heads of one sequence [H, stored, E], rows from {@code extra} on, through norm and turn. */
    private static void chain(
            MixerCase c,
            Map<String, double[]> p,
            String norm,
            double[] rows,
            int b,
            int heads,
            int stored,
            int extra,
            int count,
            int position,
            int width) {
        for (int i = 0; i < heads * count; i++) {
            int at = ((b * heads + i / count) * stored + extra + i % count) * width;
            NaiveHeads.chain(c, p, norm, rows, at, width, position + i % count);
        }
    }

    private static void learned(double[] rows, double[] row, int heads, int stored, int width, int batch) {
        for (int b = 0; b < batch; b++) {
            for (int o = 0; o < heads * width; o++) {
                rows[((b * heads + o / width) * stored) * width + o % width] = row[o];
            }
        }
    }

    private static double[] out(
            MixerCase c, AttentionForm form, Map<String, double[]> p, NaiveAttention core, double[] x, int time) {
        int outs = form.outProjection() ? form.inWidth() : form.headsWidth();
        double[] y = new double[c.batch() * time * outs];
        for (int b = 0; b < c.batch(); b++) {
            for (int t = 0; t < c.lengths().get(b); t++) {
                for (int o = 0; o < outs; o++) {
                    double sum = form.outProjection() && form.bias() ? p.get("out_proj.bias")[o] : 0;
                    for (int j = 0; j < form.headsWidth(); j++) {
                        double head = core.out[
                                core.row(b, j / form.valueWidth(), t) * form.valueWidth() + j % form.valueWidth()];
                        double weight = form.outProjection()
                                ? p.get("out_proj.weight")[o * form.headsWidth() + j]
                                : j == o ? 1 : 0;
                        int at = (b * time + t) * c.width();
                        sum += weight * head * NaiveHeads.gate(c, p, x, at, j / form.valueWidth(), j);
                    }
                    y[(b * time + t) * outs + o] = sum;
                }
            }
        }
        return y;
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
    void valuesAndDirectionalDerivatives(@ForAll("cases") MixerCase c, @ForAll boolean crossed) {
        ProjectedAttention mixer = c.mixer();
        Sequences in = c.input();
        int contextTime = crossed ? Math.min(c.time(), 6) : c.time();
        Tensor contextTensor = Values.random(c.seed() + 3, c.batch(), contextTime, c.width());
        int[] contextLengths = c.lengthArray();
        for (int b = 0; b < contextLengths.length; b++) {
            contextLengths[b] = Math.min(contextLengths[b], contextTime);
        }
        Sequences context = crossed ? Sequences.of(contextTensor, contextLengths) : in;
        Tensor out = c.output(in);
        Tensor dOut = Values.random(c.seed() + 1, out.shape().extents());
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        gradients = crossed ? gradients.withContext(Tensor.zeros(contextTensor.shape())) : gradients;
        try (Workspace workspace = Workspace.threads(2)) {
            Recording recording =
                    crossed ? mixer.record(in, context, out, workspace) : mixer.record(in, out, workspace);
            mixer.backward(recording, dOut, gradients, workspace);
            assertTrue(recording.bytes() >= 0);
        }
        Map<String, double[]> p = new LinkedHashMap<>();
        mixer.parameters().forEach((name, tensor) -> p.put(name, Values.doubles(tensor)));
        double[] x = clean(in);
        double[] y = crossed ? clean(context) : x;
        Values.assertClose("output", naive(c, p, x, y, c.time(), contextTime), out, 1e-5);

        Tensor dX = gradients.input().orElseThrow();
        double along = 0;
        double step = c.projectionClip() > 0 ? 1e-8 : 1e-5; // few steps pass a kink
        Tensor direction = Values.random(c.seed() + 20, dX.shape().extents());
        double[] forth = moved(x, direction, step);
        double[] back = moved(x, direction, -step);
        along += dot(dX, direction);
        double[] forthContext = crossed ? y : forth;
        double[] backContext = crossed ? y : back;
        if (crossed) {
            Tensor dContext = gradients.context().orElseThrow();
            Tensor contextDirection =
                    Values.random(c.seed() + 21, dContext.shape().extents());
            forthContext = moved(y, contextDirection, step);
            backContext = moved(y, contextDirection, -step);
            along += dot(dContext, contextDirection);
        }
        Map<String, double[]> above = new LinkedHashMap<>();
        Map<String, double[]> below = new LinkedHashMap<>();
        for (Map.Entry<String, double[]> entry : p.entrySet()) {
            Tensor gradient = gradients.parameters().get(entry.getKey());
            Tensor turned = Values.random(
                    c.seed() + entry.getKey().hashCode(), gradient.shape().extents());
            above.put(entry.getKey(), moved(entry.getValue(), turned, step));
            below.put(entry.getKey(), moved(entry.getValue(), turned, -step));
            along += dot(gradient, turned);
        }
        double[] high = naive(c, above, forth, forthContext, c.time(), contextTime);
        double[] low = naive(c, below, back, backContext, c.time(), contextTime);
        double expected = 0;
        double size = 1;
        for (int i = 0; i < high.length; i++) {
            double term = (high[i] - low[i]) / (2 * step) * dOut.array()[i];
            expected += term;
            size += Math.abs(term);
        }
        assertEquals(expected, along, 2e-5 * size);
    }

    private static double[] clean(Sequences sequences) {
        double[] x = Values.doubles(sequences.tensor());
        for (int i = 0; i < x.length; i++) {
            x[i] = Double.isNaN(x[i]) ? 0 : x[i];
        }
        return x;
    }

    private static double[] moved(double[] x, Tensor direction, double step) {
        double[] y = x.clone();
        for (int i = 0; i < y.length; i++) {
            y[i] += step * direction.array()[i];
        }
        return y;
    }

    private static double dot(Tensor x, Tensor y) {
        double sum = 0;
        for (int i = 0; i < x.size(); i++) {
            sum += (double) x.array()[i] * y.array()[i];
        }
        return sum;
    }
}
