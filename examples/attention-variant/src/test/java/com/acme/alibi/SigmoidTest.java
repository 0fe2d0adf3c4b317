package com.acme.alibi;

import org.attention4j.api.MixerProvider;
import org.attention4j.api.Mixers;
import org.attention4j.tests.MixerContract;

/** Every law of the contract, on the multi-head attention that the registry makes of the variant. */
class SigmoidTest implements MixerContract {
    @Override
    public MixerProvider subject() {
        return Mixers.load().provider("acme-sigmoid");
    }
}
