/** A mixer that breaks a law. */
module com.acme.broken.law {
    requires org.attention4j.api;

    provides org.attention4j.api.MixerProvider with
            com.acme.broken.law.RunningSumProvider;
}
