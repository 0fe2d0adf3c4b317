package org.attention4j.bench;

import java.util.Map;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.attention4j.kernels.PackedMatrix;

/** A matrix product [m, k] × [k, n], the right side packed beforehand, as a layer's weights are. */
final class ProductWorkload implements Workload {
    /** Parts for each thread, so that one which is held up does not hold up all. */
    private static final int PARTS = 4;

    private final Kernels kernels = Kernels.preferred();
    private final int m;
    private final int n;
    private final int k;
    private final float[] a;
    private final float[] panels;
    private final float[] c;
    private final Workspace workspace;
    private final int parts;
    private final Workspace.Task task;

    ProductWorkload(int m, int n, int k, int threads) {
        this.m = m;
        this.n = n;
        this.k = k;
        a = Numbers.of("a", Math.multiplyExact(m, k), 1);
        float[] b = Numbers.of("b", Math.multiplyExact(k, n), Numbers.scale(k));
        panels = new float[PackedMatrix.START + PackedMatrix.panelsLength(k, n)];
        PackedMatrix.packPanels(b, 0, n, 1, k, n, panels, PackedMatrix.START);
        c = new float[Math.multiplyExact(m, n)];
        workspace = Workspace.threads(threads);
        int rows = rowsOfPart(threads);
        int columns = columnsOfPart(threads);
        if (rows < m || columns >= n) {
            parts = (m + rows - 1) / rows;
            task = (part, scratch) -> rows(part * rows, Math.min(m, (part + 1) * rows));
        } else {
            parts = (n + columns - 1) / columns;
            task = (part, scratch) -> columns(part * columns, Math.min(n, (part + 1) * columns));
        }
    }

    /** A multiple of 8; all, if there are too few rows to share. */
    private int rowsOfPart(int threads) {
        return threads == 1 || m < 8 * threads ? m : Math.max(8, (m / (threads * PARTS) + 7) / 8 * 8);
    }

    /** A multiple of the width of a panel. */
    private int columnsOfPart(int threads) {
        int panel = Kernels.LANES;
        return threads == 1 ? n : Math.max(panel, (n / threads + panel - 1) / panel * panel);
    }

    private void rows(int from, int to) {
        kernels.multiply(to - from, n, k, a, from * k, k, 1, panels, PackedMatrix.START, c, from * n, n, false);
    }

    private void columns(int from, int to) {
        kernels.multiply(m, to - from, k, a, 0, k, 1, panels, PackedMatrix.START + from * k, c, from, n, false);
    }

    @Override
    public Cost cost() {
        double traffic = 4.0 * ((double) m * k + (double) k * n + (double) m * n);
        return new Cost(2.0 * m * n * k, traffic);
    }

    @Override
    public void run() {
        workspace.run(parts, task);
    }

    @Override
    public Map<String, float[]> compute() {
        run();
        return Map.of("y", c.clone());
    }

    @Override
    public void close() {
        workspace.close();
    }
}
