package org.attention4j.tests.naive;

import java.util.List;
import org.attention4j.api.MixerProvider;

/** Small, plain, correct mixers, on which the kit is tried. */
public final class NaiveMixers {
    private NaiveMixers() {}

    public static MixerProvider decayingAverage() {
        return new DecayingAverage.Provider();
    }

    public static MixerProvider attention() {
        return new NaiveAttention.Provider();
    }

    public static MixerProvider lstm() {
        return new NaiveLstm.Provider();
    }

    public static MixerProvider convolution() {
        return new NaiveConvolution.Provider();
    }

    public static MixerProvider rectifier() {
        return new Rectifier.Provider();
    }

    public static MixerProvider scannedSum() {
        return new ScannedSum.Provider();
    }

    public static List<MixerProvider> all() {
        return List.of(decayingAverage(), attention(), lstm(), convolution(), rectifier(), scannedSum());
    }
}
