/** A provider that cannot be made. */
module com.acme.broken.throwing {
    requires org.attention4j.api;

    provides org.attention4j.api.MixerProvider with
            com.acme.broken.throwing.ThrowingProvider;
}
