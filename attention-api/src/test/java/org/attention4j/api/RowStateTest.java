package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RowStateTest {
    private static final int WIDTH = 3;

    /** What a state is to be: for each sequence the list of all rows it was ever given, less those taken back. */
    private static final class Model {
        final RowState state;
        final int lookback;
        final List<List<Float>> rows = new ArrayList<>();
        /** How far each sequence has ever stood. */
        final long[] furthest;

        Model(RowState state, int lookback) {
            this.state = state;
            this.lookback = lookback;
            furthest = new long[state.batch()];
            for (int b = 0; b < state.batch(); b++) {
                rows.add(new ArrayList<>());
            }
        }

        Model with(RowState other) {
            Model copy = new Model(other, lookback);
            for (int b = 0; b < rows.size(); b++) {
                copy.rows.get(b).addAll(rows.get(b));
                copy.furthest[b] = furthest[b];
            }
            return copy;
        }

        void step(int b, int count, Random random) {
            for (int i = 0; i < count; i++) {
                float value = 1 + random.nextInt(1 << 20);
                int at = state.row(b, state.position(b));
                Arrays.fill(state.rows(b), at, at + WIDTH, value);
                state.advance(b, 1);
                rows.get(b).add(value);
            }
            furthest[b] = Math.max(furthest[b], rows.get(b).size());
        }

        void check() {
            for (int b = 0; b < rows.size(); b++) {
                List<Float> expected = rows.get(b);
                assertEquals(expected.size(), state.position(b));
                for (long p = state.position(b) - lookback; p < state.position(b); p++) {
                    int at = state.row(b, p);
                    float value = p < 0 ? 0 : expected.get((int) p);
                    for (int i = 0; i < WIDTH; i++) {
                        assertEquals(value, state.rows(b)[at + i], "row " + p + " of sequence " + b);
                    }
                }
            }
        }
    }

    /** Any walk of steps, roll-backs, copies, saves, loads and resets, at every edge of the ring. */
    @Property(tries = 300)
    void aStateIsAListOfRows(
            @ForAll long seed,
            @ForAll boolean bounded,
            @ForAll @IntRange(max = 3) int batch,
            @ForAll @IntRange(min = 1, max = 5) int capacity,
            @ForAll @IntRange(max = 6) int lookback)
            throws IOException {
        Random random = new Random(seed);
        MixerSpec spec = Kinds.incremental(bounded);
        Model model = new Model(new RowState(spec, batch, capacity, WIDTH, lookback), lookback);
        for (int move = 0; move < 40; move++) {
            int b = batch == 0 ? 0 : random.nextInt(batch);
            int count = random.nextInt(2 * capacity + 2);
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> {
                    if (batch > 0) {
                        stepOrRefuse(model, b, count, bounded, random);
                    }
                }
                case 3 -> {
                    if (batch > 0) {
                        rollBackOrRefuse(model, b, count);
                    }
                }
                case 4 -> {
                    Model original = model;
                    model = model.with(
                            random.nextBoolean()
                                    ? (RowState) model.state.copy()
                                    : load(save(model.state), spec, lookback));
                    if (batch > 0) { // what happens to the original from now on is its own affair
                        stepOrRefuse(original, b, 1, bounded, random);
                        Arrays.fill(original.state.rows(b), -7);
                    }
                }
                default -> {
                    if (random.nextInt(4) == 0) {
                        model.state.reset();
                        model.rows.forEach(List::clear);
                        Arrays.fill(model.furthest, 0);
                    }
                }
            }
            model.check();
        }
    }

    private static void stepOrRefuse(Model model, int b, int count, boolean bounded, Random random) {
        int[] lengths = new int[model.state.batch()];
        lengths[b] = count;
        Sequences chunk = Sequences.of(Tensor.zeros(lengths.length, count, WIDTH), lengths);
        long room = model.state.capacity() - model.state.position(b);
        if (bounded || count <= room) {
            model.state.room(chunk);
            model.step(b, count, random);
        } else {
            StateExhaustedException refused =
                    assertThrows(StateExhaustedException.class, () -> model.state.room(chunk));
            assertEquals(count, refused.needed());
            assertEquals(room, refused.available());
        }
    }

    private static void rollBackOrRefuse(Model model, int b, int count) {
        List<Float> rows = model.rows.get(b);
        if (count <= rows.size() && rows.size() - count >= model.furthest[b] - model.state.capacity()) {
            model.state.rollback(b, count);
            rows.subList(rows.size() - count, rows.size()).clear();
        } else {
            assertThrows(StateExhaustedException.class, () -> model.state.rollback(b, count));
        }
        assertThrows(StateExhaustedException.class, () -> model.state.rollback(b, -1));
    }

    @Test
    void rollBackOfAllIsOfAllOrNone() {
        RowState state = new RowState(Kinds.incremental(true), 2, 4, 1, 1);
        state.advance(0, 3);
        state.advance(1, 1);
        assertThrows(StateExhaustedException.class, () -> state.rollback(2));
        assertEquals(
                "rollback of sequence 0 of -1 positions; allowed are 0 to " + state.position(0),
                assertThrows(StateExhaustedException.class, () -> state.rollback(-1))
                        .getMessage());
        assertEquals(3, state.position(0));
        state.rollback(1);
        assertEquals(2, state.position(0));
        assertEquals(0, state.position(1));
    }

    @Test
    void sizesAreCheckedBeforeAnythingIsAllocated() {
        MixerSpec spec = Kinds.incremental(true);
        int most = Integer.MAX_VALUE;
        int[][] bad = {
            {-1, 4, 1, 1},
            {2, 0, 1, 1},
            {2, 4, -1, 1},
            {2, 5, 1, -3},
            {1, most, 2, 0},
            {1, most, 0, 1},
            {0, most, 1, most}
        };
        for (int[] sizes : bad) {
            assertThrows(
                    BadShapeException.class,
                    () -> new RowState(spec, sizes[0], sizes[1], sizes[2], sizes[3]),
                    Arrays.toString(sizes));
            assertThrows(BadShapeException.class, () -> RowState.bytes(sizes[0], sizes[1], sizes[2], sizes[3]));
        }
        assertThrows(BadShapeException.class, () -> RowState.bytes(most, most / 2, 1, 0));
        assertEquals(3 * (5 * 7 * 4 + 16), RowState.bytes(3, 4, 7, 1));
        assertEquals(RowState.bytes(3, 4, 7, 1), new RowState(spec, 3, 4, 7, 1).bytes());
        assertEquals(0, new RowState(spec, 0, 4, 7, 1).bytes());
        assertEquals(3L << 30, RowState.bytes(1, 1 << 28, 3, 0) - 16);
    }

    /** Two roll-backs of the whole capacity would stand where the ring has long been overwritten. */
    @Test
    void rollBacksAddUp() throws IOException {
        Model model = new Model(new RowState(Kinds.incremental(true), 2, 4, WIDTH, 1), 1);
        model.step(0, 20, new Random(1));
        model.step(1, 20, new Random(2));
        model.state.rollback(0, 3);
        assertEquals(
                1,
                assertThrows(StateExhaustedException.class, () -> model.state.rollback(0, 2))
                        .available());
        assertThrows(StateExhaustedException.class, () -> model.state.rollback(2));
        assertEquals(20, model.state.position(1), "of all or of none");
        RowState loaded = load(save(model.state), Kinds.incremental(true), 1);
        assertThrows(StateExhaustedException.class, () -> loaded.rollback(0, 2));
        loaded.rollback(1);
        assertEquals(16, loaded.position(0));
        assertEquals(19, loaded.position(1));
    }

    private static byte[] save(RowState state) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        state.save(Channels.newChannel(bytes));
        return bytes.toByteArray();
    }

    private static RowState load(byte[] bytes, MixerSpec spec, int lookback) throws IOException {
        return RowState.load(Channels.newChannel(new ByteArrayInputStream(bytes)), spec, WIDTH, lookback);
    }

    private static byte[] example(MixerSpec spec) throws IOException {
        Model model = new Model(new RowState(spec, 2, 3, WIDTH, 1), 1);
        model.step(0, 2, new Random(1));
        model.step(1, 3, new Random(2));
        return save(model.state);
    }

    @Test
    void loadingReadsNotAByteTooMany() throws IOException {
        MixerSpec spec = Kinds.incremental(false);
        byte[] bytes = example(spec);
        byte[] two = Arrays.copyOf(bytes, 2 * bytes.length);
        System.arraycopy(bytes, 0, two, bytes.length, bytes.length);
        ByteArrayInputStream stream = new ByteArrayInputStream(two);
        var channel = Channels.newChannel(stream);
        for (int i = 2; i > 0; i--) {
            assertEquals(i * bytes.length, stream.available());
            assertArrayEquals(bytes, save(RowState.load(channel, spec, WIDTH, 1)));
        }
    }

    @Test
    void aStateBelongsToItsConfiguration() throws IOException {
        byte[] bytes = example(Kinds.incremental(false));
        MixerSpec wider = MixerSpec.of(Kinds.of("kept", Capability.INCREMENTAL), MixerConfig.width(4))
                .build();
        String message = assertThrows(ForeignStateException.class, () -> load(bytes, wider, 1))
                .getMessage();
        assertTrue(message.contains("width=4") && message.contains("width=2"), message);
    }

    /** As long as those of a deep stack with lists in the options of every layer. */
    @Test
    void aLongConfigurationIsReadAgain() throws IOException {
        String layers = "x".repeat(1 << 17);
        Option<String> option = Option.choice("layers", List.of(layers), layers, "All layers.");
        MixerKind kind = new MixerKind(
                "long",
                MixerFamily.OTHER,
                "A mixer of the tests.",
                OptionSchema.of(option),
                EnumSet.of(Capability.INCREMENTAL));
        MixerSpec spec = MixerSpec.of(kind, MixerConfig.width(2)).causal(true).build();
        byte[] bytes = example(spec);
        assertArrayEquals(bytes, save(load(bytes, spec, 1)));
        CorruptFileException other =
                assertThrows(CorruptFileException.class, () -> load(bytes, Kinds.incremental(false), 1));
        assertTrue(other.getMessage().contains("in 1 to 65536"), other.getMessage());
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        MixerSpec spec = Kinds.incremental(false);
        byte[] bytes = example(spec);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            CorruptFileException refused =
                    assertThrows(CorruptFileException.class, () -> load(cut, spec, 1), "of " + length + " bytes");
            assertTrue(refused.offset() <= length, refused.getMessage());
        }
    }

    /** Whatever bit is turned, the state is refused. */
    @Test
    void everyDamageIsRefused() throws IOException {
        MixerSpec spec = Kinds.incremental(false);
        byte[] bytes = example(spec);
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] damaged = bytes.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            String message = assertThrows(CorruptFileException.class, () -> load(damaged, spec, 1), "bit " + bit)
                    .getMessage();
            assertTrue(bit < 16 * 8 || message.contains("another checksum"), message);
        }
    }

    /** Where the checksum is made to fit: the state is refused as corrupt or foreign, or loads, and no size in it is believed. */
    @Test
    void everyDeceptionIsRefusedOrHarmless() throws IOException {
        for (boolean bounded : new boolean[] {false, true}) {
            MixerSpec spec = Kinds.incremental(bounded);
            byte[] bytes = example(spec);
            int loaded = 0;
            for (int bit = 16 * 8; bit < 8 * bytes.length; bit++) { // after magic, version, length and checksum
                byte[] damaged = bytes.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                CRC32C checksum = new CRC32C();
                checksum.update(damaged, 16, damaged.length - 16);
                ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN).putInt(12, (int) checksum.getValue());
                long before = Allocation.now();
                try {
                    RowState state = load(damaged, spec, 1);
                    for (int b = 0; b < state.batch(); b++) {
                        assertTrue(bounded || state.position(b) <= state.capacity());
                    }
                    loaded++;
                } catch (CorruptFileException | ForeignStateException refused) {
                    assertTrue(refused.getMessage().length() > 10);
                }
                long allocated = Allocation.now() - before;
                assertTrue(allocated < 10 << 20, "bit " + bit + " makes it allocate " + allocated + " bytes");
            }
            assertTrue(loaded >= 8 * 4 * 2 * 4 * WIDTH, "the rows are floats, and every float is one");
            assertTrue(loaded < 8 * bytes.length - 8 * 12, loaded + " of " + 8 * bytes.length + " loaded");
        }
    }
}
