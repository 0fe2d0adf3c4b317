package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreBlock;
import org.attention4j.api.variant.ScoreFunction;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;

/**
 * Additive attention (Bahdanau et al. 2015, appendix A.1.2): weights are softmax(v_hᵀ tanh(q + k)) with a learned v for each head, the parameter
 * {@code energy.weight [H, E]}; the projections of queries and keys are the paper's W and U. There is no scale.
 *
 * <p>A pair costs E hyperbolic tangents. Immutable; safe for any number of threads.
 */
public final class AdditiveAttention implements AttentionVariantProvider {
    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public AdditiveAttention() {}

    @Override
    public String id() {
        return "additive-attention";
    }

    @Override
    public String summary() {
        return "Additive attention (Bahdanau): the softmax of a learned vector times tanh(query + key).";
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        ScoreOptions.checkNoScale(spec.config(), "there are no products to scale");
        int width = spec.headWidth();
        return AttentionVariant.of(new Energy(Kernels.preferred()))
                .withParameter("energy.weight", InitialValue.uniform(1 / Math.sqrt(width)), spec.heads(), width)
                .withWeightSum(WeightSum.ONE);
    }

    private record Energy(Kernels preferred) implements ScoreFunction {
        private static final int LANES = Kernels.LANES;

        /** A query at a time: t = tanh(q + k) of all keys, in panels, then v t. */
        @Override
        public void scores(ScoreBlock block, float[] scores, int at, int stride) {
            Kernels kernels = PairBlock.kernels(preferred, block);
            int n = block.keys();
            int width = block.headWidth();
            int panel = LANES * width;
            int size = Work.padded(n) * width;
            float[] t = block.memory(0, size);
            float[] query = block.memory(1, panel);
            for (int i = 0; i < block.queries(); i++) {
                for (int e = 0, from = block.queryAt() + i * block.queryStride(); e < width; e++) {
                    Arrays.fill(query, LANES * e, LANES * (e + 1), block.query()[from + e]);
                }
                System.arraycopy(block.key(), block.keyAt(), t, 0, size);
                for (int p = 0; p < size; p += panel) {
                    kernels.add(query, 0, t, p, panel);
                }
                kernels.apply(Activation.TANH, t, 0, t, 0, size);
                int v = block.head() * width;
                kernels.multiply(
                        1, n, width, block.parameters(), v, width, 1, t, 0, scores, at + i * stride, stride, false);
            }
        }

        /** A query at a time, with keys in panels of 16 numbers [E / 16, n, 16]: dv += Σ ds t, dq = Σ ds u and dk += ds u with u = v (1 − t²). */
        @Override
        public void backward(
                ScoreBlock block, float[] d, int at, int stride, float[] dQueries, float[] dKeys, float[] dParameters) {
            Kernels kernels = PairBlock.kernels(preferred, block);
            int n = block.keys();
            int width = block.headWidth();
            int size = n * Work.padded(width);
            int v = block.head() * width;
            float[] rows = block.memory(0, n * width);
            float[] keys = block.memory(1, size);
            float[] t = block.memory(2, size);
            float[] u = block.memory(3, size);
            float[] energy = block.memory(4, size);
            float[] sums = block.memory(5, size);
            float[] factors = block.memory(6, n * LANES);
            PairBlock.keyRows(block, rows);
            for (int j = 0; j < n; j++) {
                clearUnseen(d, at + j, stride, block.queries(), rows, j * width, width);
            }
            kernels.pack(rows, 0, width, 1, n, width, keys, 0);
            repeat(block.parameters(), v, width, n, energy);
            Arrays.fill(sums, 0, size, 0f);
            for (int i = 0; i < block.queries(); i++) {
                int row = at + i * stride;
                repeat(block.query(), block.queryAt() + i * block.queryStride(), width, n, t);
                kernels.add(keys, 0, t, 0, size);
                kernels.apply(Activation.TANH, t, 0, t, 0, size);
                kernels.multiplySkippingZeros(1, width, n, d, row, n, 1, t, 0, dParameters, v, width, true);
                kernels.gradient(Activation.TANH, t, 0, t, 0, energy, 0, u, 0, size);
                kernels.multiplySkippingZeros(1, width, n, d, row, n, 1, u, 0, dQueries, i * width, width, false);
                for (int j = 0; j < n; j++) {
                    Arrays.fill(factors, LANES * j, LANES * (j + 1), d[row + j]);
                }
                for (int p = 0; p < size; p += LANES * n) {
                    kernels.multiplyAddElementwise(u, p, factors, 0, sums, p, LANES * n);
                }
            }
            for (int j = 0; j < n; j++) {
                for (int e = 0; e < width; e++) {
                    dKeys[j * width + e] = sums[e / LANES * LANES * n + LANES * j + e % LANES];
                }
            }
        }

        /** Zeros for a key that no query has a gradient for: it may be NaN, which times 0 is not 0. */
        private static void clearUnseen(float[] d, int at, int stride, int m, float[] rows, int row, int width) {
            boolean seen = false;
            for (int i = 0; i < m && !seen; i++) {
                seen = d[at + i * stride] != 0;
            }
            if (!seen) {
                Arrays.fill(rows, row, row + width, 0f);
            }
        }

        /** A row of E numbers for each of n keys, in panels. */
        private static void repeat(float[] x, int at, int width, int n, float[] panels) {
            for (int e = 0; e < width; e += LANES) {
                int from = e * n;
                int count = Math.min(LANES, width - e);
                Arrays.fill(panels, from, from + LANES, 0f);
                System.arraycopy(x, at + e, panels, from, count);
                for (int done = LANES; done < LANES * n; done *= 2) {
                    System.arraycopy(panels, from, panels, from + done, Math.min(done, LANES * n - done));
                }
            }
        }
    }
}
