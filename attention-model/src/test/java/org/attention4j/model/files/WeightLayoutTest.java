package org.attention4j.model.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attention4j.api.InitialValue;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.ParameterSpec;
import org.attention4j.api.Shape;
import org.attention4j.api.Tensor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightLayoutTest {
    @TempDir
    private Path folder = Path.of("");

    /** a = [[0, 1, 2], [3, 4, 5]], b = [[6, 7, 8]], c = [0, 1, … 23] of [2, 3, 4]. */
    @BeforeEach
    void write() throws IOException {
        NamedTensors tensors = NamedTensors.empty()
                .with("m.a", counting(0, 2, 3))
                .with("m.b", counting(6, 1, 3))
                .with("m.h.0.c", counting(0, 2, 3, 4))
                .with("m.h.1.c", counting(100, 2, 3, 4));
        StateDict.write(file(), tensors, ElementType.F32);
    }

    private Path file() {
        return folder.resolve("weights.safetensors");
    }

    private static Tensor counting(int from, int... extents) {
        Tensor tensor = Tensor.zeros(extents);
        for (int i = 0; i < tensor.size(); i++) {
            tensor.array()[i] = from + i;
        }
        return tensor;
    }

    private static ParameterSpec spec(String name, int... extents) {
        return new ParameterSpec(name, Shape.of(extents), InitialValue.zeros());
    }

    /** One parameter {@code p} of the given weight; everything else is left out. */
    private float[] read(Weight weight, int... extents) throws IOException {
        WeightLayout layout = WeightLayout.ours().with("p", weight);
        for (String name : List.of("a", "b", "h.0.c", "h.1.c")) {
            layout = layout.without(name);
        }
        return StateDict.read(file(), "m.", List.of(spec("p", extents)), layout)
                .get("p")
                .toArray();
    }

    @Test
    void weightsAreJoinedCutTurnedAndShifted() throws IOException {
        assertArrayEquals(new float[] {6, 7, 8, 0, 1, 2, 3, 4, 5}, read(Weight.rows("b", "a"), 3, 3));
        assertArrayEquals(new float[] {3, 4, 5}, read(Weight.of("a").rows(1, 2), 1, 3));
        assertArrayEquals(
                new float[] {3, 4, 5, 0, 1, 2},
                read(Weight.rows(Weight.of("a").rows(1, 2), Weight.of("a").rows(0, 1)), 2, 3));
        assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5}, read(Weight.of("a").transposed(), 3, 2));
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, read(Weight.of("a").plus(1), 2, 3));
        assertArrayEquals(new float[] {0, 2, 4, 6, 8, 10}, read(Weight.of("a").times(2), 2, 3));
        assertArrayEquals(new float[] {0, 0}, read(Weight.zeros(2), 2));
        assertArrayEquals(
                new float[] {0, 0, 0, 1, 2, 0, 0, 0, 3, 4, 5, 0},
                read(Weight.of("a").padded(2, 1), 2, 6));
        float[] turned =
                read(Weight.of("h.0.c").permuted(1, 2, 0).reshaped(12, 2).rows(4, 6), 2, 2);
        assertArrayEquals(new float[] {4, 16, 5, 17}, turned); // c[i, 1, j] at row 4 + j, column i
    }

    @Test
    void rowsAreNormedAndScaled() throws IOException {
        Weight v = Weight.rows(Weight.of("b").reshaped(3, 1), Weight.of("a").reshaped(6, 1))
                .reshaped(3, 1, 3);
        Weight g = Weight.of("b").reshaped(3, 1, 1);
        float[] rows = {6, 7, 8, 0, 1, 2, 3, 4, 5};
        float[] normed = new float[9];
        for (int i = 0; i < 9; i++) {
            int row = i / 3 * 3;
            double length =
                    Math.sqrt(rows[row] * rows[row] + rows[row + 1] * rows[row + 1] + rows[row + 2] * rows[row + 2]);
            normed[i] = (float) (rows[i] / length) * (6 + i / 3);
        }
        assertArrayEquals(normed, read(v.unitRows().timesRows(g), 3, 1, 3));
    }

    /** Two channels: γ = (2, −1), β = (0.5, 3), μ = (1, −2), σ² = (8, 3), ε = 1, so that s = (2/3, −1/2). */
    @Test
    void batchNormsAreMultipliedIn() throws IOException {
        Path file = folder.resolve("normed.safetensors");
        NamedTensors tensors = NamedTensors.empty()
                .with("m.conv.weight", counting(1, 2, 1, 3))
                .with("m.conv.bias", Tensor.of(new float[] {4, 6}, 2))
                .with("m.bn.weight", Tensor.of(new float[] {2, -1}, 2))
                .with("m.bn.bias", Tensor.of(new float[] {0.5f, 3}, 2))
                .with("m.bn.running_mean", Tensor.of(new float[] {1, -2}, 2))
                .with("m.bn.running_var", Tensor.of(new float[] {8, 3}, 2))
                .with("m.bn.num_batches_tracked", Tensor.of(new float[] {9}));
        StateDict.write(file, tensors, ElementType.F32);
        List<ParameterSpec> parameters = List.of(spec("0.weight", 2, 1, 3), spec("0.bias", 2));
        WeightLayout layout =
                WeightLayout.ours().withBatchNorm("0.", Weight.of("conv.weight"), Weight.of("conv.bias"), "bn.", 1);
        NamedTensors read = StateDict.read(file, "m.", parameters, layout);
        assertArrayEquals(
                new float[] {1 * 2f / 3, 2 * 2f / 3, 3 * 2f / 3, -2, -2.5f, -3},
                read.get("0.weight").toArray(),
                1e-6f);
        assertArrayEquals(new float[] {2.5f, -1}, read.get("0.bias").toArray(), 1e-6f); // 3 · 2/3 + 0.5, −8/2 + 3
        WeightLayout without = layout.withBatchNorm("0.", Weight.of("conv.weight"), Weight.zeros(2), "bn.", 1)
                .without("conv.bias");
        assertArrayEquals(
                new float[] {-1f / 6, 2},
                StateDict.read(file, "m.", parameters, without).get("0.bias").toArray(),
                1e-6f);
        WeightLayout wide = layout.with("0.bias", Weight.zeros(3).batchNormed("bn.", 1));
        StateDictException refused =
                assertThrows(StateDictException.class, () -> StateDict.read(file, "m.", parameters, wide));
        assertTrue(
                refused.getMessage().contains("[2] where a batch norm has one number for each of 3 channels"),
                refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> Weight.batchNormScale("bn.", -1));
        assertThrows(IllegalArgumentException.class, () -> Weight.zeros(2).batchNormed("bn.", Double.NaN));
    }

    @Test
    void whatNoMethodMakesIsMadeByCode() throws IOException {
        Weight backwards = Weight.made("backwards", WeightLayoutTest::backwards, Weight.of("a"));
        assertArrayEquals(new float[] {5, 4, 3, 2, 1, 0}, read(backwards, 2, 3));
        Weight inLayer = Weight.made("backwards", WeightLayoutTest::backwards, Weight.of("c"));
        WeightLayout layout = WeightLayout.ours()
                .layers(1, "h.", WeightLayout.ours().with("p", inLayer))
                .without("a")
                .without("b")
                .without("h.1.c");
        NamedTensors read = StateDict.read(file(), "m.", List.of(spec("layers.0.p", 2, 3, 4)), layout);
        assertEquals(23, read.get("layers.0.p").get(0, 0, 0));
    }

    private static Tensor backwards(List<Tensor> tensors) {
        Tensor result = tensors.get(0).copy();
        for (int i = 0; i < result.size(); i++) {
            result.array()[i] = tensors.get(0).array()[(int) result.size() - 1 - i];
        }
        return result;
    }

    @Test
    void layersAndPartsHaveLayoutsOfTheirOwn() throws IOException {
        WeightLayout layer = WeightLayout.ours().with("w", Weight.of("c").rows(1, 2));
        List<ParameterSpec> parameters = List.of(
                spec("layers.0.w", 1, 3, 4),
                spec("layers.1.w", 1, 3, 4),
                spec("norm.a", 2, 3),
                spec("layers.1.extra", 1, 3));
        WeightLayout layout = WeightLayout.ours()
                .layers(2, "h.", layer)
                .part("norm.", "elsewhere.", WeightLayout.ours())
                .part("norm.", "", WeightLayout.ours()) // the last word holds
                .renamed("layers.1.extra", "b"); // more exact than the layers' layout
        NamedTensors read = StateDict.read(file(), "m.", parameters, layout);
        assertEquals(12, read.get("layers.0.w").get(0, 0, 0));
        assertEquals(112, read.get("layers.1.w").get(0, 0, 0));
        assertEquals(5, read.get("norm.a").get(1, 2));
        assertEquals(7, read.get("layers.1.extra").get(0, 1));
        StateDictException refused = assertThrows(
                StateDictException.class,
                () -> StateDict.read(
                        file(),
                        "m.",
                        parameters.subList(0, 2),
                        WeightLayout.ours().layers(1, "h.", layer)));
        assertEquals(List.of("m.layers.1.w"), refused.missing());
        assertEquals(List.of("m.a", "m.b", "m.h.1.c"), refused.unexpected());
    }

    @Test
    void whatDoesNotFitIsToldWithNamesAndShapes() {
        assertRefused(Weight.rows("a", "h.0.c"), "rows(a, h.0.c): [2, 3, 4] cannot stand below [2, 3]");
        assertRefused(Weight.of("a").rows(1, 3), "a [2, 3]: no rows 1 to 3 of 2");
        assertRefused(Weight.of("a").reshaped(7), "a [2, 3]: cannot be reshaped to [7], 6 numbers to 7");
        assertRefused(Weight.of("h.0.c").transposed(), "h.0.c [2, 3, 4]: has no 2 axes to permute");
        assertRefused(Weight.of("a").transposed(), "p = a.permuted[1, 0] is [3, 2], expected [2, 3]");
        assertRefused(Weight.of("a").timesRows(Weight.of("b")), "timesRows(a, b): 3 numbers for the rows of [2, 3]");
        Weight none = Weight.made(
                "sum",
                tensors -> Tensor.zeros(4),
                Weight.of("a"),
                Weight.of("b").plus(1));
        assertRefused(none, "p = sum(a, b.plus(1.0)) is [4], expected [2, 3]");
        assertThrows(IllegalArgumentException.class, () -> Weight.of("a").permuted(0, 2));
        assertThrows(IllegalArgumentException.class, () -> Weight.of("a").padded(0, -1));
        assertRefused(Weight.of("a").padded(Integer.MAX_VALUE, 1), "numbers on an axis; there are at most 2^31 - 1");
        assertThrows(IllegalArgumentException.class, () -> Weight.rows(new Weight[0]));
        assertThrows(IllegalArgumentException.class, () -> Weight.of("a").rows(-1, 1));
        assertThrows(IllegalArgumentException.class, () -> Weight.of("a").rows(1, 0));
        assertThrows(IllegalArgumentException.class, () -> WeightLayout.ours().layers(-1, "h.", WeightLayout.ours()));
    }

    /** Without an element, a file of some bytes has as many rows as it says. */
    @Test
    void moreRowsThanATensorHasAreRefused() throws IOException {
        String most = tensor("m.a", "[2147483647,0]") + "," + tensor("m.b", "[2147483647,0]");
        byte[] header = ("{" + most + "," + tensor("m.c", "[2147483648,0]") + "}").getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file(), bytes.putLong(header.length).put(header).array());
        WeightLayout layout =
                WeightLayout.ours().with("p", Weight.rows("a", "b")).with("q", Weight.rows("c"));
        StateDictException refused = assertThrows(
                StateDictException.class,
                () -> StateDict.read(file(), "m.", List.of(spec("p", 1, 0), spec("q", 1, 0)), layout));
        assertEquals(
                List.of(
                        "p = rows(a, b): 4294967294 rows together; a tensor has at most 2^31 - 1, expected [1, 0]",
                        "m.c F32[2147483648, 0], expected [1, 0]"),
                refused.unfit());
    }

    private static String tensor(String name, String shape) {
        return "\"" + name + "\":{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[0,0]}";
    }

    private void assertRefused(Weight weight, String message) {
        StateDictException refused = assertThrows(StateDictException.class, () -> read(weight, 2, 3));
        assertEquals(1, refused.unfit().size());
        assertTrue(refused.getMessage().contains(message), refused.getMessage());
    }
}
