package org.attention4j.model.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attention4j.api.Initializer;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSource;
import org.attention4j.api.Tensor;
import org.attention4j.kernels.Activation;
import org.attention4j.model.LayerNorm;
import org.attention4j.model.Mlp;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StateDictTest {
    @TempDir
    private Path folder = Path.of("");

    private final Mlp mlp = Mlp.of(5, 7, Activation.RELU, Initializer.seeded(1));

    private Path file() {
        return folder.resolve("weights.safetensors");
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F64", "F16", "BF16"})
    void whatIsWrittenMakesTheSameLayerAgain(ElementType type) throws IOException {
        LayerNorm norm = LayerNorm.of(5, 1e-5, Initializer.seeded(1));
        NamedTensors model = NamedTensors.empty().and("mlp.", mlp.parameters()).and("norm.", norm.parameters());
        StateDict.write(file(), model, type);

        Mlp read = mlp.withParameters(ParameterSource.of(StateDict.read(file(), "mlp.", mlp.parameterSpecs())));
        double step = type == ElementType.F16 ? 0x1p-11 : type == ElementType.BF16 ? 0x1p-8 : 0;
        boolean rounded = false;
        for (String name : mlp.parameters().names()) {
            float[] expected = mlp.parameters().get(name).toArray();
            float[] given = read.parameters().get(name).toArray();
            for (int i = 0; i < expected.length; i++) {
                assertTrue(Math.abs(given[i] - expected[i]) <= step * Math.abs(expected[i]), type + " " + expected[i]);
                rounded |= given[i] != expected[i];
            }
        }
        assertEquals(step > 0, rounded);
        long header = StateDict.read(file(), "norm.", norm.parameterSpecs()).size();
        assertEquals(10, header);
        assertTrue(Files.size(file()) >= type.bytes() * model.size());
    }

    @Test
    void halvesAreRoundedToTheNearestTiesToEven() throws IOException {
        float[] values = {
            1 + 0x1p-11f, 1 + 3 * 0x1p-11f, 1 + 0x1p-8f, 1 + 3 * 0x1p-8f, -0f, Float.NaN, Float.NEGATIVE_INFINITY
        };
        NamedTensors tensors = NamedTensors.empty().with("x", Tensor.of(values, values.length));
        StateDict.write(file(), tensors, ElementType.F16);
        try (Safetensors opened = Safetensors.open(file())) {
            assertArrayEquals(
                    new float[] {1, 1 + 0x1p-9f, 1 + 0x1p-8f, 1 + 3 * 0x1p-8f, -0f, Float.NaN, Float.NEGATIVE_INFINITY},
                    opened.tensor("x").floats());
        }
        StateDict.write(file(), tensors, ElementType.BF16);
        try (Safetensors opened = Safetensors.open(file())) {
            assertArrayEquals(
                    new float[] {1, 1, 1, 1 + 0x1p-6f, -0f, Float.NaN, Float.NEGATIVE_INFINITY},
                    opened.tensor("x").floats());
        }
    }

    @Test
    void whatDoesNotFitTheTypeIsRefusedAndTheFileLeftAsItWas() throws IOException {
        StateDict.write(file(), mlp.parameters(), ElementType.F32);
        byte[] before = Files.readAllBytes(file());
        NamedTensors large = NamedTensors.empty().with("x", Tensor.of(new float[] {1, 65520}, 2));
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> StateDict.write(file(), large, ElementType.F16));
        assertTrue(refused.getMessage().contains("65520"), refused.getMessage());
        NamedTensors largest = NamedTensors.empty().with("x", Tensor.of(new float[] {Float.MAX_VALUE}, 1));
        assertThrows(IllegalArgumentException.class, () -> StateDict.write(file(), largest, ElementType.BF16));
        assertThrows(IllegalArgumentException.class, () -> StateDict.write(file(), large, ElementType.I8));
        assertArrayEquals(before, Files.readAllBytes(file()));
    }

    @Test
    void everythingThatDisagreesIsToldAtOnce() throws IOException {
        NamedTensors parameters = NamedTensors.empty()
                .and("mlp.linear1.", mlp.parameters().under("linear1."))
                .with("mlp.linear2.weight", Tensor.zeros(7, 5))
                .with("mlp.linear9.weight", Tensor.zeros(1))
                .with("norm.weight", Tensor.zeros(1));
        StateDict.write(file(), parameters, ElementType.F32);

        StateDictException refused =
                assertThrows(StateDictException.class, () -> StateDict.read(file(), "mlp.", mlp.parameterSpecs()));
        assertEquals(List.of("mlp.linear2.bias"), refused.missing());
        assertEquals(List.of("mlp.linear9.weight"), refused.unexpected());
        assertEquals(List.of("mlp.linear2.weight F32[7, 5], expected [5, 7]"), refused.unfit());
        for (String part : List.of("mlp.linear2.bias", "mlp.linear9.weight", "[7, 5]", "expected [5, 7]")) {
            assertTrue(refused.getMessage().contains(part), refused.getMessage());
        }
        StateDictException all =
                assertThrows(StateDictException.class, () -> StateDict.read(file(), "", mlp.parameterSpecs()));
        assertEquals(4, all.missing().size());
        assertEquals(5, all.unexpected().size());
    }
}
