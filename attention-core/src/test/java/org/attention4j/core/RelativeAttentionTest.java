package org.attention4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.Differentiable;
import org.attention4j.api.Gradients;
import org.attention4j.api.Incremental;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerProvider;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.MixerState;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Recording;
import org.attention4j.api.SequenceMixer;
import org.attention4j.api.Sequences;
import org.attention4j.api.Tensor;
import org.junit.jupiter.api.Test;

/** Tables longer than what the conformance kit draws: of more distances than a block has, and of as many as there are. */
class RelativeAttentionTest {
    private static final MixerProvider PROVIDER = new MultiHeadAttentionHost().host(new RelativeAttention());
    private static final int TIME = 300;
    private static final int WIDTH = 8;
    private static final int FEW = 100;
    private static final int ALL = 320;
    private static final List<String> TABLES =
            List.of("relative_key.weight", "relative_query.weight", "relative_bias.weight");

    private static List<MixerConfig> configurations() {
        List<MixerConfig> all = new ArrayList<>();
        for (int flags = 0; flags < 16; flags++) {
            all.add(MixerConfig.width(WIDTH)
                    .with("heads", 2)
                    .with("head-width", 5)
                    .with("causal", (flags & 1) != 0)
                    .with("relative-shared", (flags & 2) != 0)
                    .with("relative-query", (flags & 4) != 0)
                    .with("relative-bias", (flags & 8) != 0));
        }
        return all;
    }

    private static NamedTensors random(MixerSpec spec) {
        NamedTensors parameters = spec.zeroParameters();
        long seed = 1;
        for (String name : parameters.names()) {
            parameters
                    .get(name)
                    .copyFrom(Values.random(seed++, parameters.get(name).shape().extents()));
        }
        return parameters;
    }

    /** What a longer table has in its rows: {@code from} of a shorter one, whose ends stand for all that it does not have. */
    private static int shorter(int row, boolean causal) {
        int distance = row - ALL;
        return FEW + Math.max(-FEW, Math.min(causal ? 0 : FEW, distance));
    }

    private static int rows(int most, boolean causal) {
        return most + 1 + (causal ? 0 : most);
    }

    /** Tables [heads, rows, numbers], whatever their shape is. */
    private static Tensor table(NamedTensors parameters, String name, int rows) {
        Tensor table = parameters.get(name);
        int tables = name.equals("relative_bias.weight") || table.shape().rank() == 3 ? 2 : 1;
        return table.reshape(tables, rows, (int) table.size() / tables / rows);
    }

    private static NamedTensors longer(NamedTensors few, MixerSpec spec, boolean causal) {
        NamedTensors all = spec.zeroParameters();
        for (String name : all.names()) {
            if (!TABLES.contains(name)) {
                all.get(name).copyFrom(few.get(name));
                continue;
            }
            Tensor from = table(few, name, rows(FEW, causal));
            Tensor to = table(all, name, rows(ALL, causal));
            for (int t = 0; t < to.extent(0); t++) {
                for (int r = 0; r < to.extent(1); r++) {
                    to.slice(t).slice(r).copyFrom(from.slice(t).slice(shorter(r, causal)));
                }
            }
        }
        return all;
    }

    private static Gradients gradients(SequenceMixer mixer, Sequences in, Tensor out) {
        Differentiable differentiable = mixer.require(Differentiable.class);
        Recording recording = differentiable.record(in, out);
        Gradients gradients = Gradients.zeros(mixer.spec(), in);
        differentiable.backward(recording, Values.random(99, 1, TIME, WIDTH), gradients);
        return gradients;
    }

    @Test
    void theEndsOfATableStandForAllThatIsFarther() {
        for (MixerConfig config : configurations()) {
            boolean causal = Boolean.TRUE.equals(config.options().get("causal"));
            MixerSpec few = PROVIDER.spec(config.with("relative-distance", FEW));
            MixerSpec all = PROVIDER.spec(config.with("relative-distance", ALL));
            NamedTensors ofFew = random(few);
            Sequences in = Sequences.of(Values.random(77, 1, TIME, WIDTH));
            Tensor out = Tensor.zeros(1, TIME, WIDTH);
            Tensor expected = Tensor.zeros(1, TIME, WIDTH);
            SequenceMixer shorter = PROVIDER.create(few.config(), ParameterSource.of(ofFew));
            SequenceMixer longer = PROVIDER.create(all.config(), ParameterSource.of(longer(ofFew, all, causal)));
            Gradients ofShorter = gradients(shorter, in, out);
            Gradients ofLonger = gradients(longer, in, expected);
            assertArrayEquals(expected.toArray(), out.toArray(), config.toString());
            Values.assertClose(
                    "gradient of the input, " + config,
                    Values.doubles(ofLonger.input().orElseThrow()),
                    ofShorter.input().orElseThrow(),
                    1e-5);
            for (String name : TABLES) {
                if (ofFew.contains(name)) {
                    Tensor own = table(ofShorter.parameters(), name, rows(FEW, causal));
                    Tensor others = table(ofLonger.parameters(), name, rows(ALL, causal));
                    double[] sums = new double[(int) own.size()];
                    for (int t = 0; t < others.extent(0); t++) {
                        for (int r = 0; r < others.extent(1); r++) {
                            for (int e = 0; e < others.extent(2); e++) {
                                int to = (t * own.extent(1) + shorter(r, causal)) * own.extent(2) + e;
                                sums[to] += others.get(t, r, e);
                            }
                        }
                    }
                    Values.assertClose("gradient of " + name + ", " + config, sums, own, 1e-5);
                }
            }
        }
    }

    /** A ring has keys of later positions in the place of those that no query sees any more; distances go on. */
    @Test
    void stepsGoOnInARing() {
        MixerConfig config = MixerConfig.width(WIDTH)
                .with("heads", 2)
                .with("causal", true)
                .with("relative-query", true)
                .with("relative-distance", 12)
                .with("window", 20)
                .with("cache", "ring");
        MixerSpec spec = PROVIDER.spec(config);
        SequenceMixer mixer = PROVIDER.create(config, ParameterSource.of(random(spec)));
        Tensor x = Values.random(78, 1, TIME, WIDTH);
        Tensor expected = Tensor.zeros(1, TIME, WIDTH);
        mixer.forward(Sequences.of(x), expected);
        Incremental incremental = mixer.require(Incremental.class);
        MixerState state = incremental.newState(1, 5);
        for (int t = 0, count; t < TIME; t += count) {
            count = Math.min(1 + t % 7, TIME - t);
            Tensor chunk = Tensor.zeros(1, count, WIDTH);
            chunk.slice(0).copyFrom(x.slice(0).range(t, t + count));
            Tensor out = Tensor.zeros(1, count, WIDTH);
            incremental.step(Sequences.of(chunk), state, out);
            assertArrayEquals(
                    expected.slice(0).range(t, t + count).toArray(), out.toArray(), count + " positions from " + t);
        }
    }

    @Test
    void whatWouldDoNothingIsRefused() {
        for (String option : List.of("soft-cap", "sink", "position-bias")) {
            MixerConfig config = MixerConfig.width(4);
            MixerConfig changed =
                    switch (option) {
                        case "soft-cap" -> config.with(option, 2.0);
                        case "sink" -> config.with(option, "learned");
                        default -> config.with(option, "alibi");
                    };
            assertEquals(
                    option,
                    assertThrows(BadConfigurationException.class, () -> PROVIDER.spec(changed))
                            .option());
        }
    }
}
