import org.attention4j.api.MixerProvider;
import org.attention4j.cnn.ConvolutionProvider;
import org.attention4j.cnn.GatedConvolutionProvider;
import org.attention4j.cnn.LongConvolutionProvider;
import org.attention4j.cnn.PoolingProvider;
import org.attention4j.cnn.TemporalConvolutionProvider;
import org.jspecify.annotations.NullMarked;

/**
 * Convolutional sequence mixers. A program finds them through the registry; one that wants the typed factories may
 * read it.
 *
 * @provides MixerProvider {@code convolution}, {@code gated-convolution}, {@code long-convolution}, {@code pooling}, {@code temporal-convolution}
 */
@NullMarked
module org.attention4j.cnn {
    requires static org.jspecify;
    requires transitive org.attention4j.api;
    requires org.attention4j.kernels;

    exports org.attention4j.cnn;

    provides MixerProvider with
            ConvolutionProvider,
            GatedConvolutionProvider,
            LongConvolutionProvider,
            PoolingProvider,
            TemporalConvolutionProvider;
}
