package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.attention4j.api.MixerKind;
import org.attention4j.api.Mixers;
import org.attention4j.api.Option;
import org.junit.jupiter.api.Test;

/** {@code attention show} says what every option is, and which of its values are not for everyone. */
class ShowCommandTest {
    private static List<String> show(String id) {
        StringWriter out = new StringWriter();
        assertEquals(0, Main.run(new PrintWriter(out), new PrintWriter(new StringWriter()), "show", id));
        return out.toString().lines().map(line -> line.replaceAll(" +", " ")).toList();
    }

    @Test
    void everyOptionOfEveryMixerIsExplained() {
        for (MixerKind kind : Mixers.load().kinds()) {
            List<String> lines = show(kind.id());
            for (Option<?> option : kind.options().options()) {
                assertTrue(option.meaning().length() > 10, () -> kind.id() + " " + option.name());
                assertTrue(
                        lines.stream()
                                .anyMatch(line -> line.startsWith(option.name() + " ")
                                        && line.contains(option.allowed())
                                        && line.endsWith(option.meaning())),
                        () -> option.name() + " in " + lines);
            }
        }
    }

    @Test
    void valuesThatAreRefusedSayWhatTheyNeed() {
        assertTrue(show("latent-attention")
                .contains(
                        "cache-type=int8 refused: must be float32, float16 or bfloat16: the latent and the turned key of a "
                                + "position would share one scale"));
        assertTrue(
                show("additive-attention").contains("scale=0.5 refused: must be 0.0: there are no products to scale"));
        assertTrue(show("sru").contains("hidden=2 refused: must be the width, 8, or highway-projection=true"));
        assertTrue(show("lstm").stream().noneMatch(line -> line.contains("refused")));
    }
}
