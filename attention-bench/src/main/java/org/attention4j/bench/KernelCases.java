package org.attention4j.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.attention4j.kernels.Activation;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;

/** Every kernel once; a test compares with the methods of {@link Kernels}. */
final class KernelCases {
    /** Length of rows: not a multiple of a vector, so that tails run, too. */
    private static final int N = 1021;

    private static final int SIZE = 128;
    private static final int WIDTH = 256;

    private final Kernels kernels;
    private final float[] x = Numbers.of("x", SIZE * SIZE, 1);
    private final float[] w = Numbers.of("w", SIZE * SIZE, 1);
    private final float[] y = Numbers.of("y", SIZE * SIZE, 1);
    private final float[] d = Numbers.of("d", SIZE * SIZE, 1);
    private final List<KernelCase> cases = new ArrayList<>();

    private KernelCases(Kernels kernels) {
        this.kernels = kernels;
    }

    static List<KernelCase> of(Kernels kernels) {
        KernelCases all = new KernelCases(kernels);
        all.products();
        all.rows();
        all.activations();
        all.cells();
        all.norms();
        all.stored();
        return List.copyOf(all.cases);
    }

    private void products() {
        float[] panels = new float[PackedMatrix.panelsLength(SIZE, SIZE)];
        PackedMatrix.packPanels(w, 0, SIZE, 1, SIZE, SIZE, panels, 0);
        double work = 2.0 * SIZE * SIZE;
        add("multiply, 128 rows", work * SIZE, 0.7, () -> product(SIZE, panels, false));
        add("multiply, 1 row", work, 0.25, () -> product(1, panels, false));
        add("multiplySkippingZeros, 128 rows", work * SIZE, 0.5, () -> product(SIZE, panels, true));
        add("multiplyPanels", work * SIZE, 0.7, () -> {
            kernels.multiplyPanels(SIZE, SIZE, SIZE, w, 0, panels, 0, y, 0, 16 * SIZE, 16);
        });
        PackedMatrix packed = PackedMatrix.of(w, 0, SIZE, 1, SIZE, SIZE);
        add("multiplyColumns", work / 2, 0.2, () -> {
            kernels.multiplyColumns(1, x, 0, SIZE, packed, 0, SIZE / 2, y, 0, SIZE, false);
        });
        PackedMatrix lines = packed.inLines();
        add("multiplyColumns, in lines", work, 0.25, () -> {
            kernels.multiplyColumns(1, x, 0, SIZE, lines, 0, SIZE, y, 0, SIZE, false);
        });
        add("pack", SIZE * SIZE, 0.02, () -> kernels.pack(x, 0, 1, SIZE, SIZE, SIZE, panels, 0));
    }

    private void product(int rows, float[] panels, boolean skipping) {
        if (skipping) {
            kernels.multiplySkippingZeros(rows, SIZE, SIZE, x, 0, SIZE, 1, panels, 0, y, 0, SIZE, false);
        } else {
            kernels.multiply(rows, SIZE, SIZE, x, 0, SIZE, 1, panels, 0, y, 0, SIZE, false);
        }
    }

    private void rows() {
        float[] out = {0};
        float[] signs = {-1, 1, -1, 1, -1, 1, -1, 1};
        add("max", N, 0.015, () -> out[0] = kernels.max(x, 0, N));
        add("sum", N, 0.1, () -> out[0] = kernels.sum(x, 0, N));
        add("dot", N, 0.06, () -> out[0] = kernels.dot(x, 0, w, 0, N));
        add("count", N, 0.1, () -> out[0] = kernels.count(x, 0, N, 0f));
        add("keep", N, 0.05, () -> out[0] = kernels.keep(x, 0, N, 0f, y, 0));
        add("clearUpTo", N, 0.07, () -> kernels.clearUpTo(0f, x, 0, y, 0, N));
        add("sumExcess", N, 0.06, () -> out[0] = kernels.sumExcess(x, 0, N, 0.5f, 0f));
        add("sumSquaredExcess", N, 0.06, () -> out[0] = kernels.sumSquaredExcess(x, 0, N, 0.5f, 0f));
        add("expSum", N, 0.012, () -> expSum(out));
        add("scaleMaxima", 8 * SIZE, 0.04, () -> kernels.scaleMaxima(8, y, 0, SIZE, SIZE, -1f, d, 0));
        add("addExpSums", 8 * SIZE, 0.015, () -> addExpSums(out));
        add("columnMaxima", 16 * SIZE, 0.04, () -> kernels.columnMaxima(1, SIZE, x, 0, 0, 1f, d, 0));
        float[] maxima = new float[N];
        Arrays.fill(maxima, 1f);
        add("shrink", N, 0.02, () -> {
            System.arraycopy(x, 0, y, 0, N);
            System.arraycopy(w, 0, d, 0, N);
            kernels.shrink(N, y, 0, maxima, 0, d, 0);
        });
        add("finite", 8 * SIZE, 0.06, () -> out[0] = kernels.finite(8, x, 0, SIZE, SIZE) ? 1 : 0);
        int[] seen = new int[SIZE];
        Arrays.fill(seen, 0xfff0);
        add("hideColumns", 16 * SIZE, 0.04, () -> {
            System.arraycopy(x, 0, y, 0, 16 * SIZE);
            kernels.hideColumns(SIZE, y, 0, seen, 0);
        });
        add("addColumnExpSums", 16 * SIZE, 0.015, () -> {
            System.arraycopy(x, 0, y, 0, 16 * SIZE);
            kernels.addColumnExpSums(1, SIZE, y, 0, 0, 1f, d, 0, d, 16);
        });
        add("softmaxWeights", 8 * SIZE, 0.015, () -> {
            System.arraycopy(x, 0, y, 0, 8 * SIZE);
            kernels.softmaxWeights(8, y, 0, SIZE, SIZE, 1f, w, 0, w, 0);
        });
        add("softmaxGradient", 8 * SIZE, 0.05, () -> {
            kernels.softmaxGradient(8, x, 0, y, 0, SIZE, SIZE, w, 0, 1f);
        });
        add("scale", N, 0.1, () -> kernels.scale(y, 0, N, -1f));
        add("scaleRows", 8 * SIZE, 0.1, () -> kernels.scaleRows(8, y, 0, SIZE, SIZE, signs, 0));
        add("add", N, 0.07, () -> kernels.add(x, 0, d, 0, N));
        add("multiplyAdd", N, 0.08, () -> kernels.multiplyAdd(0.5f, x, 0, d, 0, N));
        add("multiplyElementwise", N, 0.07, () -> kernels.multiplyElementwise(x, 0, w, 0, y, 0, N));
        add("multiplyAddElementwise", N, 0.06, () -> kernels.multiplyAddElementwise(x, 0, w, 0, d, 0, N));
        add("rotate", 8.0 * SIZE, 0.05, () -> {
            System.arraycopy(w, 0, d, 0, 8 * SIZE); // or it would grow or shrink from call to call
            kernels.rotate(8, SIZE, false, d, 0, SIZE, x, 0, w, 0);
        });
        add("depthwise", 8.0 * 4 * SIZE, 0.07, () -> {
            kernels.depthwise(8, SIZE, 4, x, 0, SIZE, SIZE, w, 0, SIZE, y, 0, SIZE, y, 0, SIZE);
        });
    }

    /** On the same numbers each time. */
    private void expSum(float[] out) {
        System.arraycopy(x, 0, y, 0, N);
        out[0] = kernels.expSum(y, 0, N, 1f);
    }

    /** Eight rows, on the same numbers each time. */
    private void addExpSums(float[] out) {
        System.arraycopy(x, 0, y, 0, 8 * SIZE);
        System.arraycopy(w, 0, d, 0, 8);
        kernels.addExpSums(8, y, 0, SIZE, SIZE, d, 0, d, 8);
        out[0] = d[8];
    }

    private void activations() {
        activation(Activation.EXP, 0.013, 0.05);
        activation(Activation.TANH, 0.008, 0.035);
        activation(Activation.SIGMOID, 0.009, 0.04);
        activation(Activation.RELU, 0.065, 0.04);
        activation(Activation.SQUARED_RELU, 0.065, 0.04);
        activation(Activation.ERF, 0.0065, 0.01);
        activation(Activation.GELU, 0.007, 0.006);
        activation(Activation.GELU_TANH, 0.008, 0.006);
        activation(Activation.SILU, 0.009, 0.0075);
        activation(Activation.SOFTPLUS, 0.0075, 0.01);
        activation(Activation.LOG, 0.0085, 0.045);
    }

    private void activation(Activation f, double usual, double usualGradient) {
        String name = f.name().toLowerCase(Locale.ROOT);
        add("apply " + name, N, usual, () -> kernels.apply(f, x, 0, y, 0, N));
        add("gradient " + name, N, usualGradient, () -> kernels.gradient(f, x, 0, w, 0, d, 0, y, 0, N));
    }

    private void cells() {
        float[] gates = new float[4 * WIDTH];
        float[] c = new float[WIDTH];
        float[] h = new float[WIDTH];
        add("lstmCell", WIDTH, 0.0019, () -> {
            System.arraycopy(x, 0, gates, 0, gates.length);
            kernels.lstmCell(gates, 0, w, 0, c, 0, h, 0, WIDTH);
        });
        float[] dC = new float[WIDTH];
        float[] dGates = new float[4 * WIDTH];
        add("lstmCellBackward", WIDTH, 0.0019, () -> {
            System.arraycopy(w, 0, dC, 0, WIDTH);
            kernels.lstmCellBackward(x, 0, w, 0, x, WIDTH, x, 2 * WIDTH, dC, 0, dGates, 0, WIDTH);
        });
    }

    private void norms() {
        float[] dX = new float[N];
        float[] dWeight = new float[N];
        add("layerNorm", N, 0.018, () -> kernels.layerNorm(x, 0, y, 0, w, 0, w, 0, N, 1e-5f));
        add("layerNormInputGradient", N, 0.007, () -> {
            kernels.layerNormInputGradient(x, 0, w, 0, w, 0, dX, 0, N, 1e-5f);
        });
        add("layerNormParameterGradient", N, 0.015, () -> {
            kernels.layerNormParameterGradient(x, 0, w, 0, dX, 0, dWeight, 0, N, 1e-5f);
        });
        add("rmsNorm", N, 0.025, () -> kernels.rmsNorm(x, 0, y, 0, w, 0, N, 1e-5f));
        add("rmsNormInputGradient", N, 0.009, () -> {
            kernels.rmsNormInputGradient(x, 0, w, 0, w, 0, dX, 0, N, 1e-5f);
        });
        add("rmsNormParameterGradient", N, 0.02, () -> {
            kernels.rmsNormParameterGradient(x, 0, w, 0, dWeight, 0, N, 1e-5f);
        });
    }

    /** Numbers of caches, made wide. */
    private void stored() {
        short[] halves = new short[N];
        byte[] bytes = new byte[N];
        for (int i = 0; i < N; i++) {
            halves[i] = (short) (Float.floatToRawIntBits(x[i]) >>> 16);
            bytes[i] = (byte) (100 * x[i]);
        }
        int rows = N / 16;
        add("widenBfloat16", N, 0.03, () -> kernels.widenBfloat16(halves, 0, y, 0, N));
        add("widenRows", N, 0.03, () -> kernels.widenRows(rows, bytes, 0, w, 0, y, 0));
        add("widenColumns", N, 0.03, () -> kernels.widenColumns(rows, bytes, 0, w, 0, y, 0));
    }

    private void add(String name, double work, double usual, Runnable run) {
        cases.add(new KernelCase(name, work, usual, run));
    }
}
