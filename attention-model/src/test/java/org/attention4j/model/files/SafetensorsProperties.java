package org.attention4j.model.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.NamedTensors;
import org.attention4j.api.Tensor;

class SafetensorsProperties {
    private Path file;

    @BeforeProperty
    void makeFile() throws IOException {
        file = Files.createTempFile("properties", ".safetensors");
    }

    @AfterProperty
    void removeFile() throws IOException {
        Files.deleteIfExists(file);
    }

    private static NamedTensors tensors(List<String> names, long seed) {
        Random random = new Random(seed);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : names) {
            Tensor tensor = Tensor.zeros(random.ints(random.nextInt(4), 0, 6).toArray());
            for (int i = 0; i < tensor.size(); i++) {
                tensor.array()[i] = Float.intBitsToFloat(random.nextInt()); // every bit pattern, NaN among them
            }
            tensors.put(name, tensor);
        }
        return NamedTensors.of(tensors);
    }

    private static boolean writable(String text) {
        return !text.equals("__metadata__")
                && text.chars().noneMatch(c -> Character.isSurrogate((char) c)); // jqwik draws lone ones
    }

    @Property(tries = 200)
    void whatWasWrittenIsRead(
            @ForAll @Size(max = 5) List<String> drawn, @ForAll Map<String, String> texts, @ForAll long seed)
            throws IOException {
        NamedTensors tensors = tensors(
                drawn.stream()
                        .filter(SafetensorsProperties::writable)
                        .distinct()
                        .toList(),
                seed);
        texts.entrySet().removeIf(text -> !writable(text.getKey()) || !writable(text.getValue()));
        Safetensors.write(file, tensors, texts);
        byte[] first = Files.readAllBytes(file);
        try (Safetensors opened = Safetensors.open(file)) {
            assertEquals(texts, opened.metadata());
            assertEquals(List.copyOf(tensors.names()), List.copyOf(opened.names()));
            tensors.forEach((name, written) -> {
                StoredTensor read = opened.tensor(name);
                assertEquals(ElementType.F32, read.type());
                assertEquals(written.shape(), read.tensor().shape());
                assertArrayEquals(bits(written.array()), bits(read.floats()));
            });
        }
        Safetensors.write(file, tensors, texts);
        assertArrayEquals(first, Files.readAllBytes(file), "the same arguments give the same bytes");
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    @Property(tries = 10)
    void everyTruncationIsRefused(@ForAll @IntRange(min = 1, max = 3) int count, @ForAll long seed) throws IOException {
        byte[] whole = small(count, seed);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            try (Safetensors opened = Safetensors.open(file)) {
                fail("read " + opened.names() + " from the first " + length + " of " + whole.length + " bytes");
            } catch (CorruptFileException refused) {
                assertEquals(file.toString(), refused.source());
            }
        }
    }

    /** A changed byte may make another file that is well formed; then all of it can be read. */
    @Property(tries = 10)
    void everyChangedByteIsReadOrRefused(
            @ForAll @IntRange(min = 1, max = 3) int count,
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 255) int flip)
            throws IOException {
        byte[] whole = small(count, seed);
        for (int position = 0; position < whole.length; position++) {
            byte[] changed = whole.clone();
            changed[position] ^= (byte) flip;
            Files.write(file, changed);
            try (Safetensors opened = Safetensors.open(file)) {
                for (StoredTensor tensor : opened.tensors()) {
                    switch (tensor.type()) {
                        case F32 -> tensor.floats();
                        case I32 -> tensor.longs(); // one letter's difference
                        case U32 -> tensor.longs();
                        default -> fail("unexpected type " + tensor);
                    }
                }
            } catch (CorruptFileException refused) {
                assertEquals(file.toString(), refused.source());
            }
        }
    }

    private byte[] small(int count, long seed) throws IOException {
        List<String> names = List.of("a", "b.weight", "c").subList(0, count);
        Safetensors.write(file, tensors(names, seed), Map.of("format", "pt"));
        return Files.readAllBytes(file);
    }
}
