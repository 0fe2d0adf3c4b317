package org.attention4j.core;

import static org.attention4j.core.Values.assertSame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.attention4j.api.BadConfigurationException;
import org.attention4j.api.BadShapeException;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.Initializer;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerException;
import org.attention4j.api.MixerState;
import org.attention4j.api.Sequences;
import org.attention4j.api.StateExhaustedException;
import org.attention4j.api.Tensor;
import org.attention4j.api.WeightSum;
import org.attention4j.api.Workspace;
import org.attention4j.api.variant.AttentionRow;
import org.attention4j.api.variant.AttentionVariant;
import org.attention4j.api.variant.AttentionVariantProvider;
import org.attention4j.api.variant.AttentionWeighting;
import org.attention4j.api.variant.ScoreWeighting;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** States that keep keys and values in other ways than in one array of floats. */
class CacheFormsTest {
    private static final int WIDTH = 12;

    /** Where keys and values are kept, and how numbers are stored. */
    record Form(String cache, String type, int page, int window) {
        MultiHeadAttention mixer() {
            MixerConfig config = MixerConfig.width(WIDTH)
                    .with("heads", 4)
                    .with("key-value-heads", 2)
                    .with("value-head-width", 5)
                    .with("causal", true)
                    .with("window", window)
                    .with("cache", cache)
                    .with("cache-type", type)
                    .with("page", page);
            return MultiHeadAttention.of(config, Initializer.seeded(5));
        }

        boolean ring() {
            return cache.equals("ring");
        }

        /** Relative to the largest of a row of outputs: some times what a number of the state is off by. */
        double tolerance() {
            return 32 * mixer().spec().exactness().bound();
        }
    }

    @Provide
    Arbitrary<Form> forms() {
        return Combinators.combine(
                        Arbitraries.of("contiguous", "ring", "paged"),
                        Arbitraries.of("float32", "float32", "float16", "bfloat16", "int8"),
                        Arbitraries.of(1, 7, 16, 48, 128, 256),
                        Arbitraries.of(0, 1, 5, 130, 300))
                .filter((cache, type, page, window) -> window > 0 || !cache.equals("ring"))
                .as(Form::new);
    }

    private static Tensor forward(MultiHeadAttention mixer, Tensor in) {
        Tensor out = Tensor.zeros(in.shape());
        try (Workspace workspace = Workspace.create()) {
            mixer.forward(Sequences.of(in), out, workspace);
        }
        return out;
    }

    /** Steps of up to {@code most} positions of each sequence, until all have taken theirs; the outputs. */
    private static Tensor steps(MultiHeadAttention mixer, MixerState state, Tensor in, int most, Random random) {
        Tensor out = Tensor.zeros(in.shape());
        int batch = in.extent(0);
        for (boolean more = true; more; ) {
            more = false;
            int[] counts = new int[batch];
            Tensor chunk = Tensor.zeros(batch, most, WIDTH);
            chunk.fill(Float.NaN);
            for (int b = 0; b < batch; b++) {
                int from = (int) state.position(b);
                counts[b] = Math.min(in.extent(1) - from, most == 1 ? 1 : random.nextInt(most + 1));
                chunk.slice(b).range(0, counts[b]).copyFrom(in.slice(b).range(from, from + counts[b]));
                more |= from + counts[b] < in.extent(1);
            }
            Tensor piece = Tensor.zeros(batch, most, WIDTH);
            piece.fill(7);
            mixer.step(Sequences.of(chunk, counts), state, piece);
            for (int b = 0; b < batch; b++) {
                int to = (int) state.position(b);
                out.slice(b).range(to - counts[b], to).copyFrom(piece.slice(b).range(0, counts[b]));
                for (float x : piece.slice(b).range(counts[b], most).toArray()) {
                    assertEquals(0f, x, "padding");
                }
            }
        }
        return out;
    }

    private static void assertEqual(Form form, String what, Tensor expected, Tensor given) {
        if (form.type.equals("float32")) {
            assertSame(form + " " + what, expected, given);
            return;
        }
        float[] e = expected.toArray();
        float[] g = given.toArray();
        for (int at = 0; at < e.length; at += WIDTH) {
            double largest = 0;
            double difference = 0;
            for (int i = at; i < at + WIDTH; i++) {
                largest = Math.max(largest, Math.abs(e[i]));
                difference = Math.max(difference, Math.abs(e[i] - g[i]));
            }
            double bound = form.tolerance() * largest;
            double found = difference;
            assertTrue(found <= bound, () -> form + " " + what + ": off by " + found + ", allowed " + bound);
        }
    }

    @Property(tries = 60)
    void anyChunksAreTheWhole(@ForAll("forms") Form form, @ForAll long seed) {
        Random random = new Random(seed);
        MultiHeadAttention mixer = form.mixer();
        Tensor in = Values.random(seed, 3, 1 + random.nextInt(400), WIDTH);
        int capacity = form.ring() ? 1 + random.nextInt(150) : in.extent(1) + random.nextInt(50);
        MixerState state = mixer.newState(3, capacity);
        assertEquals(mixer.stateBytes(3, capacity), state.bytes(), form.toString());
        assertEquals(form.ring(), mixer.spec().boundedState());
        int most = random.nextBoolean() ? 1 : 1 + random.nextInt(250);
        assertEqual(form, "chunks", forward(mixer, in), steps(mixer, state, in, most, random));
    }

    /** Whatever is done to a state, it is what its sequences are: copied, reordered, saved, rolled back. */
    @Property(tries = 60)
    void statesAreWhatTheySay(@ForAll("forms") Form form, @ForAll long seed) throws IOException {
        Random random = new Random(seed);
        MultiHeadAttention mixer = form.mixer();
        int batch = 3;
        int time = 300;
        Tensor[] inputs = {Values.random(seed, batch, time, WIDTH), Values.random(seed + 1, batch, time, WIDTH)};
        MixerState[] states = {mixer.newState(batch, time), null};
        Tensor[] fed = {Tensor.zeros(batch, time, WIDTH), Tensor.zeros(batch, time, WIDTH)}; // what each has taken
        states[1] = states[0].copy();
        for (int round = 0; round < 14; round++) {
            int side = random.nextInt(2);
            MixerState state = states[side];
            switch (random.nextInt(6)) {
                case 0 -> {
                    states[1 - side] = state.copy();
                    fed[1 - side].copyFrom(fed[side]);
                }
                case 1 -> {
                    int[] sources = {random.nextInt(batch), random.nextInt(batch), random.nextInt(batch)};
                    Tensor before = fed[side].copy();
                    state.reorder(sources);
                    for (int b = 0; b < batch; b++) {
                        fed[side].slice(b).copyFrom(before.slice(sources[b]));
                    }
                }
                case 2 -> {
                    ByteArrayOutputStream file = new ByteArrayOutputStream();
                    state.save(Channels.newChannel(file));
                    states[side] = mixer.loadState(Channels.newChannel(new ByteArrayInputStream(file.toByteArray())));
                }
                case 3 -> {
                    int b = random.nextInt(batch);
                    int back = random.nextInt(1 + (int) Math.min(state.position(b), 40));
                    try {
                        state.rollback(b, back);
                    } catch (StateExhaustedException further) {
                        assertTrue(form.ring(), form::toString);
                    }
                }
                default -> take(form, mixer, state, inputs[random.nextInt(2)], fed[side], random);
            }
        }
        for (int side = 0; side < 2; side++) {
            take(form, mixer, states[side], inputs[0], fed[side], random);
        }
    }

    /** Takes some positions and compares the outputs with those of the whole sequence. */
    private static void take(
            Form form, MultiHeadAttention mixer, MixerState state, Tensor from, Tensor fed, Random random) {
        int batch = fed.extent(0);
        int[] counts = new int[batch];
        int most = 1 + random.nextInt(60);
        Tensor chunk = Tensor.zeros(batch, most, WIDTH);
        for (int b = 0; b < batch; b++) {
            int at = (int) state.position(b);
            counts[b] = Math.min(random.nextInt(most + 1), fed.extent(1) - at);
            Tensor rows = from.slice(b).range(at, at + counts[b]);
            chunk.slice(b).range(0, counts[b]).copyFrom(rows);
            fed.slice(b).range(at, at + counts[b]).copyFrom(rows);
        }
        Tensor out = Tensor.zeros(batch, most, WIDTH);
        mixer.step(Sequences.of(chunk, counts), state, out);
        Tensor whole = forward(mixer, fed);
        for (int b = 0; b < batch; b++) {
            int to = (int) state.position(b);
            assertEqual(
                    form,
                    "step to " + to,
                    whole.slice(b).range(to - counts[b], to).copy(),
                    out.slice(b).range(0, counts[b]).copy());
        }
    }

    /** The weights of a step are rows of those of the whole, the last columns where there are not enough. */
    @Property(tries = 40)
    void weightsWhileDecoding(@ForAll("forms") Form form, @ForAll long seed) {
        Random random = new Random(seed);
        MultiHeadAttention mixer = form.mixer();
        int time = 1 + random.nextInt(500);
        Tensor in = Values.random(seed, 2, time, WIDTH);
        int count = 1 + random.nextInt(Math.min(time, 40));
        MixerState state = mixer.newState(2, form.ring() ? count : time);
        steps(mixer, state, in, 60, random);
        Sequences chunk = Sequences.of(cut(in, time - count, time));
        int columns = 1 + random.nextInt(time + 9);
        Tensor shown = Tensor.zeros(2, 4, count, columns);
        shown.fill(7);
        Tensor whole = Tensor.zeros(2, 4, time, time);
        try (Workspace workspace = Workspace.threads(2)) {
            mixer.weights(chunk, state, shown, workspace);
            mixer.weights(Sequences.of(in), whole, workspace);
        }
        int hidden = Math.max(0, time - columns);
        double tolerance = form.type.equals("float32") ? 0 : form.tolerance();
        for (int b = 0; b < 2; b++) {
            for (int h = 0; h < 4; h++) {
                for (int i = 0; i < count; i++) {
                    for (int j = 0; j < columns; j++) {
                        float expected = hidden + j < time ? whole.get(b, h, time - count + i, hidden + j) : 0;
                        assertEquals(expected, shown.get(b, h, i, j), tolerance, form + " column " + j);
                    }
                }
            }
        }
        assertThrows(
                StateExhaustedException.class,
                () -> mixer.weights(
                        Sequences.of(Tensor.zeros(2, time + 1, WIDTH)),
                        state,
                        Tensor.zeros(2, 4, time + 1, 1),
                        Workspace.create()));
    }

    private static Tensor cut(Tensor in, int from, int to) {
        Tensor cut = Tensor.zeros(in.extent(0), to - from, WIDTH);
        for (int b = 0; b < in.extent(0); b++) {
            cut.slice(b).copyFrom(in.slice(b).range(from, to));
        }
        return cut;
    }

    @Test
    void aRingGoesOnInTheSameMemory() {
        Form form = new Form("ring", "float32", 128, 20);
        MultiHeadAttention mixer = form.mixer();
        int capacity = 30;
        MixerState state = mixer.newState(1, capacity);
        long bytes = state.bytes();
        Tensor in = Values.random(1, 1, 4_000, WIDTH); // some 20 times round
        assertSame("ring", forward(mixer, in), steps(mixer, state, in, 50, new Random(2)));
        assertEquals(4_000, state.position(0));
        assertEquals(bytes, state.bytes());
        StateExhaustedException far = assertThrows(StateExhaustedException.class, () -> state.rollback(0, 31));
        assertEquals(31, far.needed());
        assertEquals(30, far.available());
        state.rollback(20);
        assertThrows(StateExhaustedException.class, () -> state.rollback(11));
        state.rollback(10);
        assertSame("rolled back", forward(mixer, in), rest(mixer, state, in, 3_970));
    }

    /** The whole, of which the last positions come from a state. */
    private static Tensor rest(MultiHeadAttention mixer, MixerState state, Tensor in, int from) {
        Tensor out = forward(mixer, in);
        Tensor tail = Tensor.zeros(1, in.extent(1) - from, WIDTH);
        mixer.step(
                Sequences.of(in.slice(0).range(from, in.extent(1)).copy().reshape(1, in.extent(1) - from, WIDTH)),
                state,
                tail);
        out.slice(0).range(from, in.extent(1)).copyFrom(tail.slice(0));
        return out;
    }

    @Test
    void copiesShareWhatNobodyWrites() {
        MultiHeadAttention mixer = new Form("paged", "float32", 16, 0).mixer();
        MixerState prompt = mixer.newState(1, 1_000);
        Tensor in = Values.random(3, 1, 1_000, WIDTH);
        mixer.step(
                Sequences.of(in.slice(0).range(0, 900).copy().reshape(1, 900, WIDTH)),
                prompt,
                Tensor.zeros(1, 900, WIDTH));
        MixerState copy = prompt.copy();
        long page = prompt.bytes() / 63;
        assertEquals(57 * page + 8, copy.bytes(), page, "57 pages of 16 positions");
        mixer.step(
                Sequences.of(in.slice(0).range(900, 901).copy().reshape(1, 1, WIDTH)), copy, Tensor.zeros(1, 1, WIDTH));
        KeyValues shared = ((AttentionCache) prompt).keyValues();
        KeyValues own = ((AttentionCache) copy).keyValues();
        for (int i = 0; i < 56; i++) {
            assertEquals(
                    System.identityHashCode(shared.pages[0][i]), System.identityHashCode(own.pages[0][i]), "page " + i);
        }
        assertTrue(shared.pages[0][56] != own.pages[0][56], "the page that was written to");
        KeyPage last = shared.pages[0][56];
        assertEquals(last.key(0, 3, 0), own.pages[0][56].key(0, 3, 0), "what the page held before");
        float before = last.key(0, 4, 0);
        mixer.step(Sequences.of(Values.random(9, 1, 1, WIDTH)), copy, Tensor.zeros(1, 1, WIDTH));
        assertEquals(before, last.key(0, 4, 0));
    }

    @Test
    void beamsCopyNoPages() {
        MultiHeadAttention mixer = new Form("paged", "float32", 16, 0).mixer();
        MixerState state = mixer.newState(4, 200);
        mixer.step(Sequences.of(Values.random(3, 4, 100, WIDTH)), state, Tensor.zeros(4, 100, WIDTH));
        long bytes = state.bytes();
        KeyValues kept = ((AttentionCache) state).keyValues();
        KeyPage[] best = kept.pages[2].clone();
        state.reorder(new int[] {2, 2, 2, 1});
        for (int b = 0; b < 3; b++) {
            for (int i = 0; i < best.length; i++) {
                assertTrue(best[i] == kept.pages[b][i], "page " + i);
            }
        }
        for (int i = 0; i < 60; i++) { // pages given back are used again: no memory beyond that of a new state
            mixer.step(Sequences.of(Values.random(i, 4, 1, WIDTH)), state, Tensor.zeros(4, 1, WIDTH));
            state.reorder(new int[] {i % 4, (i + 1) % 4, i % 4, (i + 3) % 4});
            assertTrue(state.bytes() == bytes, "pages of a state stay its own");
        }
        assertThrows(BadShapeException.class, () -> state.reorder(new int[] {0, 1, 2}));
        assertThrows(BadShapeException.class, () -> state.reorder(new int[] {0, 1, 2, 4}));
        assertEquals(160, state.position(3));
    }

    @Test
    void moreThanAnArrayHoldsIsRefused() {
        for (String cache : new String[] {"contiguous", "paged", "ring"}) {
            MultiHeadAttention mixer = new Form(cache, "float32", 1, 9).mixer();
            assertThrows(BadShapeException.class, () -> mixer.newState(1, Integer.MAX_VALUE));
            assertThrows(BadShapeException.class, () -> mixer.newState(1 << 20, Integer.MAX_VALUE));
            assertThrows(BadShapeException.class, () -> mixer.newState(Integer.MAX_VALUE, 1));
            assertThrows(BadShapeException.class, () -> mixer.newState(Integer.MAX_VALUE, Integer.MAX_VALUE));
        }
        MultiHeadAttention pages = new Form("paged", "float32", 128, 0).mixer();
        assertThrows(BadShapeException.class, () -> pages.newState(1 << 20, Integer.MAX_VALUE));
        assertTrue(pages.stateBytes(1, Integer.MAX_VALUE) > 1L << 36, "a page more, not a number that wrapped");
        for (MultiHeadAttention mixer : List.of(
                pages,
                new Form("paged", "float16", 7, 0).mixer())) { // one wraps to a positive number, one to a negative
            assertThrows(BadShapeException.class, () -> mixer.stateBytes(Integer.MAX_VALUE, Integer.MAX_VALUE));
        }
    }

    /** The same bytes with checksums of blocks that are right again, so that what is in them is believed. */
    private static byte[] resealed(byte[] bytes) {
        ByteBuffer state = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = 2 * Integer.BYTES; // after magic and version
        while (at + 8 <= bytes.length && state.getInt(at) > 0 && state.getInt(at) <= bytes.length - at - 8) {
            CRC32C checksum = new CRC32C();
            checksum.update(bytes, at + 8, state.getInt(at));
            state.putInt(at + 4, (int) checksum.getValue());
            at += 8 + state.getInt(at);
        }
        return bytes;
    }

    @Test
    void damagedTablesAreRefused() throws IOException {
        for (String cache : new String[] {"paged", "ring"}) {
            MultiHeadAttention mixer = new Form(cache, "int8", 16, 9).mixer();
            MixerState state = mixer.newState(2, 60);
            mixer.step(Sequences.of(Values.random(3, 2, 40, WIDTH)), state, Tensor.zeros(2, 40, WIDTH));
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            state.save(Channels.newChannel(file));
            byte[] whole = file.toByteArray();
            int tables =
                    mixer.spec().fingerprint().length() + 100; // they stand behind it, and it grows with every option
            Random random = new Random(4);
            int corrupt = 0;
            for (int i = 0; i < 3_000; i++) {
                byte[] bytes = whole.clone();
                int at = random.nextInt(Math.min(bytes.length, tables));
                bytes[at] = (byte) random.nextInt();
                try {
                    MixerState loaded = mixer.loadState(Channels.newChannel(new ByteArrayInputStream(resealed(bytes))));
                    if (loaded.batch() == 2) { // what loads can be used
                        mixer.step(Sequences.of(Values.random(5, 2, 1, WIDTH)), loaded, Tensor.zeros(2, 1, WIDTH));
                    }
                } catch (MixerException refused) {
                    corrupt += refused instanceof CorruptFileException ? 1 : 0;
                }
            }
            assertTrue(corrupt > 100, cache + ": " + corrupt);
        }
    }

    @Test
    @Tag("allocation")
    void stepsAllocateNothing() {
        for (String cache : new String[] {"ring", "paged"}) {
            for (String type : new String[] {"float32", "float16", "int8"}) {
                Form form = new Form(cache, type, 16, 40);
                MultiHeadAttention mixer = form.mixer();
                MixerState state = mixer.newState(2, 200);
                Sequences token = Sequences.of(Values.random(3, 2, 1, WIDTH));
                Tensor out = Tensor.zeros(2, 1, WIDTH);
                ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
                OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
                long patience =
                        system.getProcessCpuTime() + 30_000_000_000L; // a busy machine keeps the JIT waiting, too
                long bytes = Long.MAX_VALUE;
                while (bytes > 0 && system.getProcessCpuTime() < patience) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    for (int i = 0; i < 190; i++) {
                        mixer.step(token, state, out);
                    }
                    bytes = threads.getCurrentThreadAllocatedBytes() - before;
                    state.reset();
                }
                assertEquals(0, bytes, form + ": bytes of 190 steps");
            }
        }
    }

    private static MixerConfig ring() {
        return MixerConfig.width(WIDTH)
                .with("heads", 4)
                .with("causal", true)
                .with("window", 20)
                .with("cache", "ring");
    }

    private static void assertGoesOn(String what, MultiHeadAttention mixer) {
        Tensor in = Values.random(1, 1, 1_500, WIDTH);
        MixerState state = mixer.newState(1, 30);
        assertSame(what, forward(mixer, in), steps(mixer, state, in, 30, new Random(2)));
        Tensor whole = Tensor.zeros(1, 4, 1_500, 1_500);
        Tensor shown = Tensor.zeros(1, 4, 1, 1_500);
        try (Workspace workspace = Workspace.threads(1)) {
            mixer.weights(Sequences.of(in), whole, workspace);
            mixer.weights(Sequences.of(cut(in, 1_499, 1_500)), state, shown, workspace);
        }
        for (int h = 0; h < 4; h++) {
            assertSame(
                    what,
                    whole.slice(0).slice(h).slice(1_499),
                    shown.slice(0).slice(h).slice(0));
        }
    }

    /** Weightings of scores see rows that begin where the ring has keys. */
    @Test
    void weightingsGoOnInARing() {
        for (AttentionVariantProvider variant :
                List.of(new SigmoidAttention(), new SparsemaxAttention(), new EntmaxAttention(), new TopKAttention())) {
            boolean few = variant instanceof TopKAttention;
            MixerConfig config = few ? ring().with("top-k", 5) : ring();
            assertGoesOn(variant.id(), MultiHeadAttention.of(config, variant, Initializer.seeded(3)));
        }
    }

    /** One of a third party, which looks at distances. */
    @Test
    void aRingTellsWhereItsKeysStand() {
        ScoreWeighting near = new ScoreWeighting() {
            @Override
            public void weights(AttentionRow row, float[] scores, float[] weights) {
                for (int j = row.firstKey(); j < row.keys(); j++) {
                    weights[j] = 1f / (1 + row.query() - row.firstPosition() - j);
                }
            }

            @Override
            public void backward(
                    AttentionRow row,
                    float[] scores,
                    float[] weights,
                    float[] dWeights,
                    float[] dScores,
                    float[] dParameters) {
                throw new UnsupportedOperationException();
            }
        };
        assertGoesOn(
                "near",
                MultiHeadAttention.of(ring(), Initializer.seeded(3))
                        .withVariant(AttentionVariant.of(near).withWeightSum(WeightSum.ANY)));
    }

    @Test
    void refusesWithValues() {
        AttentionWeighting all = new AttentionWeighting() {
            @Override
            public void weights(AttentionRow row, float[] weights) {}

            @Override
            public void backward(
                    AttentionRow row,
                    float[] weights,
                    float[] dWeights,
                    float[] dQuery,
                    float[] dKeys,
                    float[] dParameters) {}
        };
        BadConfigurationException itself =
                assertThrows(BadConfigurationException.class, () -> MultiHeadAttention.of(ring(), Initializer.seeded(3))
                        .withVariant(AttentionVariant.of(all)));
        assertTrue(itself.getMessage().contains("from all keys"), itself::getMessage);
        BadConfigurationException endless =
                assertThrows(BadConfigurationException.class, () -> new Form("ring", "float32", 16, 0).mixer());
        assertTrue(endless.getMessage().contains("window"), endless::getMessage);
        assertThrows(BadConfigurationException.class, () -> new Form("paged", "float32", 0, 0).mixer());
        assertThrows(BadConfigurationException.class, () -> new Form("paged", "float8", 16, 0).mixer());
        MultiHeadAttention mixer = new Form("paged", "float32", 16, 0).mixer();
        MixerState state = mixer.newState(1, 20);
        StateExhaustedException full = assertThrows(
                StateExhaustedException.class,
                () -> mixer.step(Sequences.of(Tensor.zeros(1, 21, WIDTH)), state, Tensor.zeros(1, 21, WIDTH)));
        assertEquals(20, full.available());
    }
}
