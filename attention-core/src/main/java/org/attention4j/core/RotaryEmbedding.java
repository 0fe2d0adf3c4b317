package org.attention4j.core;

import java.util.Objects;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.OverlapException;
import org.attention4j.api.Scratch;
import org.attention4j.api.ShapeMismatchException;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.kernels.Kernels;
import org.jspecify.annotations.Nullable;

/**
 * Rotary position embedding (Su et al. 2021): pair p of the first R numbers of a head, (u, v), is turned by the angle t · θ_p of its
 * position t, θ_p = base^(−2p/R), to (u cos − v sin, u sin + v cos); numbers behind R stay. So the product of a query at t and a key at s
 * depends on t − s alone. Pairs are (x[p], x[p + R/2]), <i>half</i>, as in GPT-NeoX and Llama's files for Transformers; or (x[2p], x[2p + 1]),
 * <i>interleaved</i>, as in the paper.
 *
 * <p>Angles, cosines and sines are computed in float64 and rounded once, so that positions of millions are right; each number is then two
 * roundings of float32. Position 0 changes nothing. A {@link RotaryScaling} changes θ. Cosines and sines may also be given as tables
 * ({@link #ofTables}), or angles ({@link #ofAngles}), where positions have several axes or are no whole numbers.
 *
 * <p>Immutable; safe for any number of threads.
 */
public final class RotaryEmbedding {
    /** The base of the paper. */
    public static final double BASE = 10_000;

    /** Of a head, the most numbers that are turned. */
    static final int LARGEST_WIDTH = 1 << 16;

    private final int width;
    private final boolean interleaved;
    private final double base;
    private final RotaryScaling scaling;
    private final @Nullable RotaryAngles angles;
    /** [positions, R/2] each, where they were given. */
    private final float[] cosines;

    private final float[] sines;
    private final int positions;

    private RotaryEmbedding(int width, boolean interleaved, double base, RotaryScaling scaling) {
        if (width < 2 || width % 2 != 0 || width > LARGEST_WIDTH) {
            throw new BadConfigurationException(
                    "rotary-width", Integer.toString(width), "must be even, from 2 to " + LARGEST_WIDTH);
        }
        if (!(base > 1 && base <= Double.MAX_VALUE)) {
            throw new BadConfigurationException("rotary-base", Double.toString(base), "must be finite and above 1");
        }
        this.width = width;
        this.interleaved = interleaved;
        this.base = base;
        this.scaling = scaling;
        angles = new RotaryAngles(width, base, scaling);
        cosines = new float[0];
        sines = new float[0];
        positions = Integer.MAX_VALUE;
    }

    private RotaryEmbedding(int width, boolean interleaved, float[] cosines, float[] sines, int positions) {
        this.width = width;
        this.interleaved = interleaved;
        this.base = BASE;
        this.scaling = new RotaryScaling.None();
        this.angles = null;
        this.cosines = cosines;
        this.sines = sines;
        this.positions = positions;
    }

    /**
     * Turns the first {@code width} numbers, in halves, by the angles of the paper.
     *
     * @param width R, even
     * @return the embedding
     * @throws BadConfigurationException if the width is odd or out of range
     */
    public static RotaryEmbedding of(int width) {
        return new RotaryEmbedding(width, false, BASE, new RotaryScaling.None());
    }

    /** All at once. */
    static RotaryEmbedding of(int width, boolean interleaved, double base, RotaryScaling scaling) {
        return new RotaryEmbedding(width, interleaved, base, scaling);
    }

    /**
     * Turns by given cosines and sines, as ONNX's RotaryEmbedding has them: row t for position t.
     *
     * @param cos {@code [positions, R/2]}, copied
     * @param sin of the same shape, copied
     * @param interleaved whether pairs are neighbours, or else halves
     * @return the embedding; positions outside of the tables are refused
     * @throws ShapeMismatchException if the tables have different shapes
     * @throws BadShapeException if they have not two dimensions, or no columns
     */
    public static RotaryEmbedding ofTables(Tensor cos, Tensor sin, boolean interleaved) {
        if (cos.shape().rank() != 2 || cos.extent(1) < 1) {
            throw new BadShapeException("cosines need a tensor [positions, R/2], given " + cos.shape());
        }
        MixerSpec.check("sines", sin, cos.shape());
        return new RotaryEmbedding(2 * cos.extent(1), interleaved, cos.toArray(), sin.toArray(), cos.extent(0));
    }

    /**
     * Turns by given angles: pair p at position t by {@code angles[t][p]}. So positions may have several axes: of Qwen2-VL's text, pair p has the angle of the row, the
     * column or the time of position t; of a vision transformer, half of the pairs go by rows and half by columns.
     *
     * @param angles {@code [positions][R/2]}, radians, at most 2⁵⁰ and at least −2⁵⁰, read once
     * @param interleaved whether pairs are neighbours, or else halves
     * @return the embedding; positions outside of the angles are refused
     * @throws BadShapeException if there is no position or pair, rows differ in length, or an angle is out of range
     */
    public static RotaryEmbedding ofAngles(double[][] angles, boolean interleaved) {
        int pairs = angles.length == 0 ? 0 : angles[0].length;
        if (pairs < 1 || pairs > LARGEST_WIDTH / 2) {
            throw new BadShapeException("angles of " + angles.length + " positions with " + pairs
                    + " pairs: there must be some, and at most " + LARGEST_WIDTH / 2 + " pairs");
        }
        float[] cosines = new float[Math.multiplyExact(angles.length, pairs)];
        float[] sines = new float[cosines.length];
        for (int t = 0; t < angles.length; t++) {
            if (angles[t].length != pairs) {
                throw new BadShapeException(
                        angles[t].length + " angles at position " + t + ", and " + pairs + " at position 0");
            }
            for (int p = 0; p < pairs; p++) {
                if (!(Math.abs(angles[t][p]) <= 0x1p50)) {
                    throw new BadShapeException("the angle " + angles[t][p] + " of pair " + p + " at position " + t
                            + " is not in −2⁵⁰ to 2⁵⁰");
                }
                RotaryAngles.write(angles[t][p], 1, 1, cosines, t * pairs + p, sines, t * pairs + p);
            }
        }
        return new RotaryEmbedding(2 * pairs, interleaved, cosines, sines, angles.length);
    }

    /**
     * The same with pairs of neighbours, or of halves.
     *
     * @param yes true for neighbours
     * @return a new embedding
     */
    public RotaryEmbedding withInterleaved(boolean yes) {
        return angles == null
                ? new RotaryEmbedding(width, yes, cosines, sines, positions)
                : new RotaryEmbedding(width, yes, base, scaling);
    }

    /**
     * The same with another base.
     *
     * @param newBase above 1
     * @return a new embedding
     * @throws BadConfigurationException if it is out of range, or cosines and sines were given
     */
    public RotaryEmbedding withBase(double newBase) {
        refuseTables("rotary-base", Double.toString(newBase));
        return new RotaryEmbedding(width, interleaved, newBase, scaling);
    }

    /**
     * The same with other frequencies.
     *
     * @param newScaling how
     * @return a new embedding
     * @throws BadConfigurationException if it does not fit the width, or cosines and sines were given
     */
    public RotaryEmbedding withScaling(RotaryScaling newScaling) {
        Objects.requireNonNull(newScaling, "scaling");
        refuseTables("rotary-scaling", newScaling.toString());
        return new RotaryEmbedding(width, interleaved, base, newScaling);
    }

    private void refuseTables(String option, String value) {
        if (angles == null) {
            throw new BadConfigurationException(option, value, "cosines and sines were given as tables");
        }
    }

    /**
     * R, how many numbers of a head are turned.
     *
     * @return even
     */
    public int width() {
        return width;
    }

    /**
     * Turns heads.
     *
     * @param x {@code [B, H, T, E]} with E at least R
     * @param at position of each {@code [B, T]}, row-major; may be negative, unless cosines and sines were given
     * @param out {@code [B, H, T, E]}; may be x itself
     * @param workspace scratch memory and threads
     * @throws ShapeMismatchException if a shape does not fit
     * @throws BadShapeException if x has not four dimensions or is too narrow, or a position is not in the tables
     */
    public void forward(Tensor x, int[] at, Tensor out, Workspace workspace) {
        run(x, at, out, false, workspace);
    }

    /**
     * Adds the gradient of {@code sum(dOut · out)}: heads turned back.
     *
     * @param dOut {@code [B, H, T, E]}
     * @param at positions, as they were
     * @param dX {@code [B, H, T, E]}, added to
     * @param workspace scratch memory and threads
     * @throws ShapeMismatchException if a shape does not fit
     * @throws BadShapeException as {@link #forward}
     */
    public void backward(Tensor dOut, int[] at, Tensor dX, Workspace workspace) {
        if (dX.overlaps(dOut)) {
            throw new OverlapException("the gradient", "its cotangent");
        }
        run(dOut, at, dX, true, workspace);
    }

    private void run(Tensor x, int[] at, Tensor out, boolean back, Workspace workspace) {
        check(x, at, out);
        int batch = x.extent(0);
        int heads = x.extent(1);
        int time = x.extent(2);
        int headWidth = x.extent(3);
        int mark = workspace.begin();
        try {
            Scratch scratch = workspace.scratch();
            float[] from = x.readable(scratch);
            float[] to = back ? out.readable(scratch) : out.writable(scratch);
            float[] row = scratch.floats(headWidth);
            float[] cos = scratch.floats(width / 2);
            float[] sin = scratch.floats(width / 2);
            for (int i = 0; i < batch * time; i++) {
                write(at[i], back, cos, 0, sin, 0);
                for (int h = 0; h < heads; h++) {
                    int offset = ((i / time * heads + h) * time + i % time) * headWidth;
                    System.arraycopy(from, x.offset() + offset, row, 0, headWidth);
                    turn(Kernels.preferred(), 1, row, 0, 0, cos, 0, sin, 0);
                    if (back) {
                        Kernels.preferred().add(row, 0, to, out.offset() + offset, headWidth);
                    } else {
                        System.arraycopy(row, 0, to, out.offset() + offset, headWidth);
                    }
                }
            }
            out.commit(to);
        } finally {
            workspace.end(mark);
        }
    }

    private void check(Tensor x, int[] at, Tensor out) {
        if (x.shape().rank() != 4 || x.extent(3) < width) {
            throw new BadShapeException(
                    "a rotary width of " + width + " needs a tensor [B, H, T, E] at least as wide, given " + x.shape());
        }
        MixerSpec.check("turned heads", out, x.shape());
        if (at.length != x.extent(0) * x.extent(2)) {
            throw new BadShapeException(
                    at.length + " positions for " + x.extent(0) + " sequences of " + x.extent(2) + " in " + x.shape());
        }
        for (int i = 0; i < at.length && angles == null; i++) {
            if (at[i] < 0 || at[i] >= positions) {
                throw new BadShapeException(
                        "position " + at[i] + " is not in 0 to " + (positions - 1) + ", the tables'");
            }
        }
        if (out.overlaps(x)
                && !(out.hasArray() && x.hasArray() && out.array() == x.array() && out.offset() == x.offset())) {
            throw new OverlapException("the turned heads", "the heads");
        }
    }

    /** Refuses positions that are not in the tables, if there are tables. */
    void checkPositions(long first, long end) {
        if (angles == null && first < end && (first < 0 || end > positions)) {
            throw new BadShapeException("positions " + first + " to " + (end - 1) + " are not all in 0 to "
                    + (positions - 1) + ", the tables'");
        }
    }

    /** Cosines and sines [R/2] of a position, to turn by or to turn back by. */
    void write(int position, boolean back, float[] cos, int cosAt, float[] sin, int sinAt) {
        if (angles != null) {
            angles.write(position, back, cos, cosAt, sin, sinAt);
            return;
        }
        int pairs = width / 2;
        for (int p = 0; p < pairs; p++) {
            float s = sines[position * pairs + p];
            cos[cosAt + p] = cosines[position * pairs + p];
            sin[sinAt + p] = back ? -s : s;
        }
    }

    /** Turns rows that have one position. */
    void turn(
            Kernels kernels, int rows, float[] x, int at, int stride, float[] cos, int cosAt, float[] sin, int sinAt) {
        kernels.rotate(rows, width, interleaved, x, at, stride, cos, cosAt, sin, sinAt);
    }
}
