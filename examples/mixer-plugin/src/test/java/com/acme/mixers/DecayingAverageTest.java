package com.acme.mixers;

import org.attention4j.api.MixerProvider;
import org.attention4j.tests.MixerContract;

/** Every law of the contract. */
class DecayingAverageTest implements MixerContract {
    @Override
    public MixerProvider subject() {
        return new DecayingAverageProvider();
    }
}
