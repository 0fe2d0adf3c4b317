import org.attention4j.api.MixerProvider;
import org.attention4j.rnn.GruProvider;
import org.attention4j.rnn.LstmProvider;
import org.attention4j.rnn.MinGruProvider;
import org.attention4j.rnn.MinLstmProvider;
import org.attention4j.rnn.RgLruProvider;
import org.attention4j.rnn.RnnProvider;
import org.attention4j.rnn.SruProvider;
import org.jspecify.annotations.NullMarked;

/**
 * Recurrent sequence mixers. A program finds them through the registry; one that wants the typed factories may read
 * it.
 *
 * @provides MixerProvider {@code gru}, {@code lstm}, {@code min-gru}, {@code min-lstm}, {@code rg-lru}, {@code rnn}, {@code sru}
 */
@NullMarked
module org.attention4j.rnn {
    requires static org.jspecify;
    requires transitive org.attention4j.api;
    requires org.attention4j.kernels;

    exports org.attention4j.rnn;

    provides MixerProvider with
            GruProvider,
            LstmProvider,
            MinGruProvider,
            MinLstmProvider,
            RgLruProvider,
            RnnProvider,
            SruProvider;
}
