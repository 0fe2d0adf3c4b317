/** Attention variants from outside. */
module com.acme.alibi {
    requires org.attention4j.api;

    provides org.attention4j.api.variant.AttentionVariantProvider with
            com.acme.alibi.AlibiProvider,
            com.acme.alibi.SigmoidProvider;
}
