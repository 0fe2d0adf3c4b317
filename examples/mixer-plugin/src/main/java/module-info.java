/** A mixer from outside: found by whoever has this module on the module path. */
module com.acme.mixers {
    requires org.attention4j.api;

    provides org.attention4j.api.MixerProvider with
            com.acme.mixers.DecayingAverageProvider;
}
