package org.attention4j.kernels;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The constants of {@link ScalarMath} as vectors of one width.
 *
 * <p>Made once and not in the loops that use them, because a broadcast costs as much as an operation of the compiler's budget for
 * inlining. Records, because the compiler takes their fields for constants.
 */
record VectorConstants(
        VectorSpecies<Float> species,
        Exp exp,
        Tanh tanh,
        Erf erf,
        Tail tail,
        Log log,
        Clamps clamps,
        Fold fold,
        FloatVector zero,
        FloatVector quarter,
        FloatVector half,
        FloatVector one,
        FloatVector two,
        IntVector sign) {

    /** For exp and decay. */
    record Exp(
            FloatVector greatest,
            FloatVector least,
            FloatVector decayLeast,
            FloatVector log2e,
            FloatVector round,
            FloatVector minusHigh,
            FloatVector minusLow,
            FloatVector c0,
            FloatVector c1,
            FloatVector c2,
            FloatVector c3,
            FloatVector c4,
            FloatVector zero,
            FloatVector one,
            FloatVector lowered,
            IntVector roundBits,
            IntVector bias,
            IntVector unit,
            IntVector raised) {
        static Exp of(VectorSpecies<Float> s) {
            return new Exp(
                    vector(s, ScalarMath.EXP_GREATEST),
                    vector(s, ScalarMath.EXP_LEAST),
                    vector(s, ScalarMath.DECAY_LEAST),
                    vector(s, ScalarMath.LOG2_E),
                    vector(s, ScalarMath.ROUND),
                    vector(s, -ScalarMath.LN2_HIGH),
                    vector(s, -ScalarMath.LN2_LOW),
                    vector(s, ScalarMath.EXP_0),
                    vector(s, ScalarMath.EXP_1),
                    vector(s, ScalarMath.EXP_2),
                    vector(s, ScalarMath.EXP_3),
                    vector(s, ScalarMath.EXP_4),
                    vector(s, 0f),
                    vector(s, 1f),
                    vector(s, 0x1p-64f),
                    integers(s, ScalarMath.ROUND_BITS),
                    integers(s, 127),
                    integers(s, Float.floatToRawIntBits(1f)),
                    integers(s, Float.floatToRawIntBits(0x1p64f)));
        }
    }

    /** For tanh. */
    record Tanh(FloatVector split, FloatVector c0, FloatVector c1, FloatVector c2, FloatVector c3, FloatVector c4) {
        static Tanh of(VectorSpecies<Float> s) {
            return new Tanh(
                    vector(s, ScalarMath.TANH_SPLIT),
                    vector(s, ScalarMath.TANH_0),
                    vector(s, ScalarMath.TANH_1),
                    vector(s, ScalarMath.TANH_2),
                    vector(s, ScalarMath.TANH_3),
                    vector(s, ScalarMath.TANH_4));
        }
    }

    /** For erf: c near 0, d beyond. */
    record Erf(
            FloatVector split,
            FloatVector greatest,
            FloatVector c0,
            FloatVector c1,
            FloatVector c2,
            FloatVector c3,
            FloatVector c4,
            FloatVector c5,
            FloatVector d0,
            FloatVector d1,
            FloatVector d2,
            FloatVector d3,
            FloatVector d4,
            FloatVector d5,
            FloatVector d6,
            FloatVector slopeAtZero) {
        static Erf of(VectorSpecies<Float> s) {
            return new Erf(
                    vector(s, ScalarMath.ERF_SPLIT),
                    vector(s, ScalarMath.ERF_GREATEST),
                    vector(s, ScalarMath.ERF_0),
                    vector(s, ScalarMath.ERF_1),
                    vector(s, ScalarMath.ERF_2),
                    vector(s, ScalarMath.ERF_3),
                    vector(s, ScalarMath.ERF_4),
                    vector(s, ScalarMath.ERF_5),
                    vector(s, ScalarMath.ERFC_0),
                    vector(s, ScalarMath.ERFC_1),
                    vector(s, ScalarMath.ERFC_2),
                    vector(s, ScalarMath.ERFC_3),
                    vector(s, ScalarMath.ERFC_4),
                    vector(s, ScalarMath.ERFC_5),
                    vector(s, ScalarMath.ERFC_6),
                    vector(s, ScalarGradients.TWO_OVER_SQRT_PI));
        }
    }

    /** For the tail of the normal distribution. */
    record Tail(
            FloatVector scale,
            FloatVector c0,
            FloatVector c1,
            FloatVector c2,
            FloatVector c3,
            FloatVector c4,
            FloatVector c5,
            FloatVector c6,
            FloatVector c7,
            FloatVector minusHalf,
            FloatVector density) {
        static Tail of(VectorSpecies<Float> s) {
            return new Tail(
                    vector(s, ScalarMath.TAIL_SCALE),
                    vector(s, ScalarMath.TAIL_0),
                    vector(s, ScalarMath.TAIL_1),
                    vector(s, ScalarMath.TAIL_2),
                    vector(s, ScalarMath.TAIL_3),
                    vector(s, ScalarMath.TAIL_4),
                    vector(s, ScalarMath.TAIL_5),
                    vector(s, ScalarMath.TAIL_6),
                    vector(s, ScalarMath.TAIL_7),
                    vector(s, -0.5f),
                    vector(s, ScalarGradients.NORMAL_DENSITY_0));
        }
    }

    /** For log (c) and log1p (d). */
    record Log(
            FloatVector high,
            FloatVector low,
            FloatVector c0,
            FloatVector c1,
            FloatVector c2,
            FloatVector c3,
            FloatVector d0,
            FloatVector d1,
            FloatVector d2,
            FloatVector d3,
            FloatVector d4) {
        static Log of(VectorSpecies<Float> s) {
            return new Log(
                    vector(s, ScalarMath.LN2_HIGH),
                    vector(s, ScalarMath.LN2_LOW),
                    vector(s, ScalarMath.LOG_0),
                    vector(s, ScalarMath.LOG_1),
                    vector(s, ScalarMath.LOG_2),
                    vector(s, ScalarMath.LOG_3),
                    vector(s, ScalarMath.LOG1P_0),
                    vector(s, ScalarMath.LOG1P_1),
                    vector(s, ScalarMath.LOG1P_2),
                    vector(s, ScalarMath.LOG1P_3),
                    vector(s, ScalarMath.LOG1P_4));
        }
    }

    /** For GELU and SiLU: limits of x, and the slope of the tanh form's argument. */
    record Clamps(
            FloatVector geluLeast,
            FloatVector geluGreatest,
            FloatVector siluLeast,
            FloatVector siluGreatest,
            FloatVector linear,
            FloatVector cubic,
            FloatVector cubic3) {
        static Clamps of(VectorSpecies<Float> s) {
            return new Clamps(
                    vector(s, ScalarMath.GELU_LEAST),
                    vector(s, ScalarMath.GELU_GREATEST),
                    vector(s, ScalarMath.SILU_LEAST),
                    vector(s, ScalarGradients.SILU_GREATEST),
                    vector(s, ScalarMath.GELU_LINEAR),
                    vector(s, ScalarMath.GELU_CUBIC),
                    vector(s, ScalarGradients.GELU_CUBIC_3));
        }
    }

    /** Rotations by so many lanes, for folds. */
    record Fold(
            VectorShuffle<Float> eight, VectorShuffle<Float> four, VectorShuffle<Float> two, VectorShuffle<Float> one) {
        static Fold of(VectorSpecies<Float> s) {
            return new Fold(rotation(s, 8), rotation(s, 4), rotation(s, 2), rotation(s, 1));
        }

        private static VectorShuffle<Float> rotation(VectorSpecies<Float> s, int lanes) {
            return VectorShuffle.iota(s, lanes % s.length(), 1, true);
        }
    }

    static VectorConstants of(VectorSpecies<Float> s) {
        return new VectorConstants(
                s,
                Exp.of(s),
                Tanh.of(s),
                Erf.of(s),
                Tail.of(s),
                Log.of(s),
                Clamps.of(s),
                Fold.of(s),
                vector(s, 0f),
                vector(s, 0.25f),
                vector(s, 0.5f),
                vector(s, 1f),
                vector(s, 2f),
                integers(s, Integer.MIN_VALUE));
    }

    private static FloatVector vector(VectorSpecies<Float> s, float x) {
        return FloatVector.broadcast(s, x);
    }

    private static IntVector integers(VectorSpecies<Float> s, int x) {
        return IntVector.broadcast(s.withLanes(int.class), x);
    }
}
