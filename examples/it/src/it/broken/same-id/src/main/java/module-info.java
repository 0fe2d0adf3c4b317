/** A provider whose id another module's has, too. */
module com.acme.broken.sameid {
    requires org.attention4j.api;

    provides org.attention4j.api.MixerProvider with
            com.acme.broken.sameid.OtherAverageProvider;
}
