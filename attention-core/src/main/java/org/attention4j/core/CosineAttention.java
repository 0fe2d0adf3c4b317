package org.attention4j.core;

import java.util.Arrays;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.InitialValue;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.WeightSum;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.ScoreBlock;
import org.attention4j.api.variant.ScoreFunction;
import org.attention4j.kernels.Kernels;

/**
 * Cosine attention (Henry et al. 2020, "Query-Key Normalization"; Liu et al. 2022, Swin v2): weights are softmax(τ_h · cos(q, k)) with a learned
 * τ for each head, the parameter {@code temperature [H]}, which begins at 10. The cosine of a vector shorter than 10⁻¹² is taken as if it had that
 * length. There is no other scale,
 * and heads have a width of at least 2.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class CosineAttention implements AttentionVariantProvider {
    /** The constructor that {@link java.util.ServiceLoader} calls. */
    public CosineAttention() {}

    @Override
    public String id() {
        return "cosine-attention";
    }

    @Override
    public String summary() {
        return "Cosine attention: the softmax of cosines times a learned temperature of each head.";
    }

    @Override
    public AttentionVariant variant(MixerSpec spec) {
        if (spec.headWidth() < 2) {
            throw new BadConfigurationException(
                    "head-width",
                    Integer.toString(spec.headWidth()),
                    "must be at least 2: cosines of numbers are 1 or -1");
        }
        ScoreOptions.checkNoScale(spec.config(), "the learned temperature is the scale");
        return AttentionVariant.of(new Cosine(Kernels.preferred()))
                .withParameter("temperature", new InitialValue.Constant(10), spec.heads())
                .withWeightSum(WeightSum.ONE);
    }

    /** score = (τ q / |q|) · k / |k|. */
    private record Cosine(Kernels preferred) implements ScoreFunction {
        private static final float SHORTEST = 1e-12f;
        /** Sums of squares that neither overflowed nor lost digits. */
        private static final float LEAST = 1e-24f;

        private static final float MOST = 1e36f;

        @Override
        public void scores(ScoreBlock block, float[] scores, int at, int stride) {
            Kernels kernels = PairBlock.kernels(preferred, block);
            float[] queries = queries(kernels, block, block.parameters()[block.head()]);
            float[] factors = keyFactors(kernels, block);
            cosines(kernels, block, queries, factors, scores, at, stride);
        }

        private static void cosines(
                Kernels kernels, ScoreBlock block, float[] queries, float[] factors, float[] x, int at, int stride) {
            int n = block.keys();
            int width = block.headWidth();
            kernels.multiply(
                    block.queries(), n, width, queries, 0, width, 1, block.key(), block.keyAt(), x, at, stride, false);
            for (int i = 0; i < block.queries(); i++) {
                int row = at + i * stride;
                kernels.multiplyElementwise(x, row, factors, 0, x, row, n);
            }
        }

        /** Queries of one length, [m, E]. */
        private static float[] queries(Kernels kernels, ScoreBlock block, float length) {
            int width = block.headWidth();
            float[] scaled = block.memory(0, block.queries() * width);
            for (int i = 0; i < block.queries(); i++) {
                int from = block.queryAt() + i * block.queryStride();
                System.arraycopy(block.query(), from, scaled, i * width, width);
                kernels.scale(scaled, i * width, width, length / queryLength(kernels, block, i));
            }
            return scaled;
        }

        private static float queryLength(Kernels kernels, ScoreBlock block, int i) {
            float[] q = block.query();
            int at = block.queryAt() + i * block.queryStride();
            float squares = kernels.dot(q, at, q, at, block.headWidth());
            return squares >= LEAST && squares <= MOST
                    ? (float) Math.sqrt(squares)
                    : exactLength(q, at, 1, block.headWidth());
        }

        private static float exactLength(float[] x, int at, int stride, int width) {
            double squares = 0;
            for (int e = 0; e < width; e++) {
                double number = x[at + e * stride];
                squares = Math.fma(number, number, squares);
            }
            return Math.max(SHORTEST, (float) Math.sqrt(squares));
        }

        /** 1 / |k| of each key. */
        private static float[] keyFactors(Kernels kernels, ScoreBlock block) {
            int n = block.keys();
            int width = block.headWidth();
            int padded = Work.padded(n) * width;
            float[] squares = block.memory(1, padded);
            float[] ones = block.memory(2, width + 1);
            float[] factors = block.memory(3, Work.padded(n));
            Arrays.fill(ones, 0, width, 1f);
            kernels.multiplyElementwise(block.key(), block.keyAt(), block.key(), block.keyAt(), squares, 0, padded);
            kernels.multiply(1, n, width, ones, 0, width, 1, squares, 0, factors, 0, n, false);
            boolean all = true;
            for (int j = 0; j < n; j++) {
                all &= factors[j] >= LEAST && factors[j] <= MOST;
            }
            for (int j = 0; j < n && all; j++) {
                factors[j] = 1 / (float) Math.sqrt(factors[j]);
            }
            for (int j = 0; j < n && !all; j++) {
                float each = factors[j];
                factors[j] = 1
                        / (each >= LEAST && each <= MOST
                                ? (float) Math.sqrt(each)
                                : exactLength(block.key(), PairBlock.keyAt(block, j), Kernels.LANES, width));
            }
            return factors;
        }

        /**
         * With q̂ and k̂ of length 1 and c = q̂ · k̂: dτ += Σ ds c, dq = τ (Σ ds k̂ − q̂ Σ ds c) / |q|, and dk likewise; a length that is held is no
         * function of q.
         */
        @Override
        public void backward(
                ScoreBlock block, float[] d, int at, int stride, float[] dQueries, float[] dKeys, float[] dParameters) {
            Kernels kernels = PairBlock.kernels(preferred, block);
            int m = block.queries();
            int n = block.keys();
            int width = block.headWidth();
            float temperature = block.parameters()[block.head()];
            float[] queries = queries(kernels, block, 1f);
            float[] factors = keyFactors(kernels, block);
            float[] c = block.memory(4, m * n);
            cosines(kernels, block, queries, factors, c, 0, n);
            float[] alongKeys = block.memory(5, n);
            Arrays.fill(alongKeys, 0, n, 0f);
            float[] rows = block.memory(6, n * width);
            PairBlock.keyRows(block, rows);
            float[] panels = block.memory(7, Math.max(m, n) * Work.padded(width));
            kernels.pack(rows, 0, width, 1, n, width, panels, 0);
            float[] zero = block.memory(2, width + 1);
            zero[width] = 0;
            for (int j = 0; j < n; j++) {
                factors[j] =
                        Float.isNaN(factors[j]) ? 0 : factors[j]; // of a key that must not be seen, or that spoils d
            }
            for (int i = 0; i < m; i++) {
                int row = at + i * stride;
                kernels.softmaxGradient(1, d, row, c, i * n, n, n, zero, width, 1f); // d · c, and 0 where d is
                kernels.add(c, i * n, alongKeys, 0, n);
                kernels.multiplyElementwise(d, row, factors, 0, d, row, n);
            }
            kernels.multiplySkippingZeros(m, width, n, d, at, stride, 1, panels, 0, dQueries, 0, width, false);
            for (int i = 0; i < m; i++) {
                float along = kernels.sum(c, i * n, n);
                float length = queryLength(kernels, block, i);
                dParameters[block.head()] += along;
                if (length > SHORTEST) {
                    kernels.multiplyAdd(-along, queries, i * width, dQueries, i * width, width);
                }
                kernels.scale(dQueries, i * width, width, temperature / length);
            }
            kernels.pack(queries, 0, width, 1, m, width, panels, 0);
            kernels.multiplySkippingZeros(n, width, m, d, at, 1, stride, panels, 0, dKeys, 0, width, false);
            for (int j = 0; j < n; j++) {
                if (factors[j] < 1 / SHORTEST && alongKeys[j] != 0) {
                    float along = -alongKeys[j] * factors[j] * factors[j];
                    kernels.multiplyAdd(along, rows, j * width, dKeys, j * width, width);
                }
            }
            kernels.scale(dKeys, 0, n * width, temperature);
        }
    }
}
