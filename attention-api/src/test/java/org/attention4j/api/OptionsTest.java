package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final Option<Integer> HEADS = Option.integer("heads", 1, 64, 4, "How many heads.");
    private static final Option<Boolean> CAUSAL = Option.flag("causal", false, "No output sees a later input.");
    private static final Option<Double> DECAY = Option.decimal("decay", 0, 1, 0.5, "How fast it forgets.");
    private static final Option<String> FORM = Option.choice("form", List.of("plain", "gated"), "plain", "Which form.");
    private static final Option<Integer> HIDDEN =
            Option.integer("hidden", 1, 1000, config -> 2 * config.width(), "2 · width", "Hidden width.");
    private static final OptionSchema SCHEMA = OptionSchema.of(HEADS, CAUSAL, DECAY, FORM, HIDDEN);
    private static final Option<List<Double>> DIVISORS =
            Option.decimals("divisors", 0.5, 100, 3, List.of(1.0), "One for each pair.");

    @Test
    void resolutionFillsInEveryDefault() {
        MixerConfig resolved = SCHEMA.resolve(MixerConfig.width(8).with("heads", 2));
        assertEquals("width=8 causal=false decay=0.5 form=plain heads=2 hidden=16", resolved.toString());
        assertEquals(resolved, SCHEMA.resolve(resolved));
        assertEquals(2, resolved.get(HEADS));
        assertEquals(4, MixerConfig.width(8).get(HEADS));
        assertEquals(16, MixerConfig.width(8).get(HIDDEN));
    }

    @Test
    void unknownOptionsAreRefusedWithTheNearest() {
        BadConfigurationException refused = assertThrows(
                BadConfigurationException.class,
                () -> SCHEMA.resolve(MixerConfig.width(8).with("haeds", 2)));
        assertEquals("haeds", refused.option());
        assertEquals("2", refused.value());
        assertTrue(refused.getMessage().contains("did you mean 'heads'"), refused.getMessage());
        assertTrue(refused.getMessage().contains("causal"), "lists what there is");
        assertThrows(BadConfigurationException.class, () -> SCHEMA.option("haeds"));
        assertEquals(HEADS, SCHEMA.option("heads"));
    }

    @Test
    void valuesOfTheWrongTypeOrRangeAreRefusedWithWhatIsAllowed() {
        refused("heads", "2", "'2': must be an integer from 1 to 64");
        refused("heads", 2L, "2 (Long)");
        refused("heads", 2.0, "2.0 (Double)");
        refused("heads", 0, "= 0: must be an integer from 1 to 64");
        refused("heads", 65, "65");
        refused("causal", "true", "'true': must be true or false");
        refused("decay", 1.5, "must be a number from 0.0 to 1.0");
        refused("decay", Double.NaN, "NaN");
        refused("decay", "0.5", "'0.5'");
        refused("form", "fancy", "must be one of plain, gated");
        refused("hidden", 1001, "1001");
    }

    private static void refused(String option, Object value, String part) {
        MixerConfig config = MixerConfig.width(8).with(option, value);
        String message = assertThrows(BadConfigurationException.class, () -> SCHEMA.resolve(config))
                .getMessage();
        assertTrue(message.contains(part) && message.contains("'" + option + "'"), message);
    }

    @Test
    void computedDefaultsAreCheckedToo() {
        assertEquals(1000, MixerConfig.width(500).get(HIDDEN));
        assertThrows(
                BadConfigurationException.class, () -> MixerConfig.width(501).get(HIDDEN));
    }

    @Test
    void aDecimalMayBeWrittenAsAnInteger() {
        assertEquals(1.0, MixerConfig.width(1).with("decay", 1).get(DECAY));
        assertEquals(0.25, MixerConfig.width(1).with("decay", 0.25f).get(DECAY));
        assertThrows(BadConfigurationException.class, () -> MixerConfig.width(1).with(DECAY, 2.0));
    }

    @Test
    void textIsParsedAsACommandLineGivesIt() {
        assertEquals(12, HEADS.parse("12"));
        assertEquals(true, CAUSAL.parse("true"));
        assertEquals(0.25, DECAY.parse("0.25"));
        assertEquals("gated", FORM.parse("gated"));
        for (String bad : List.of("", "x", "1.5", "65", "99999999999", " 3")) {
            assertThrows(BadConfigurationException.class, () -> HEADS.parse(bad), bad);
        }
        assertThrows(BadConfigurationException.class, () -> CAUSAL.parse("yes"));
        assertThrows(BadConfigurationException.class, () -> CAUSAL.parse("TRUE"));
        assertThrows(BadConfigurationException.class, () -> DECAY.parse("NaN"));
        assertThrows(BadConfigurationException.class, () -> FORM.parse("Gated"));
    }

    @Test
    void aListIsOneNumberOrSeveral() {
        assertEquals(List.of(1.0), MixerConfig.width(1).get(DIVISORS));
        assertEquals(
                List.of(1.0, 2.5, 3.0),
                MixerConfig.width(1).with("divisors", List.of(1, 2.5f, 3.0)).get(DIVISORS));
        for (Object one : List.of(2, 2.0f, 2.0, List.of(2))) {
            assertEquals(
                    List.of(2.0), MixerConfig.width(1).with("divisors", one).get(DIVISORS), one + " alone");
        }
        assertEquals(Option.Type.DECIMALS, DIVISORS.type());
        assertEquals(3, DIVISORS.longest());
        assertEquals(1, DECAY.longest());
        assertEquals("1 to 3 numbers from 0.5 to 100.0, separated by commas", DIVISORS.allowed());
        assertEquals("1.0", DIVISORS.defaultText());
    }

    @Test
    void aListIsWrittenWithCommas() {
        assertEquals(List.of(1.0, 2.5, 50.0), DIVISORS.parse("1,2.5,5e1"));
        assertEquals(List.of(7.0), DIVISORS.parse("7"));
        assertEquals(List.of(1.0, 2.0), DIVISORS.parse("1, 2"));
        refused("", "= '': must be 1 to 3 numbers from 0.5 to 100.0, separated by commas");
        refused("1,x,2", "= 'x', number 2 of 3: must be");
        refused("1,2,", "= '', number 3 of 3: must be");
        refused("1,101", "= 101.0, number 2 of 2: must be");
        refused("NaN,1", "= NaN, number 1 of 2: must be");
        refused("1,2,3,4", "= 4 numbers: must be 1 to 3");
    }

    private static void refused(String text, String part) {
        BadConfigurationException refused =
                assertThrows(BadConfigurationException.class, () -> DIVISORS.parse(text), text);
        assertEquals("divisors", refused.option());
        assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }

    @Test
    void aListIsRefusedByTheNumberThatIsWrong() {
        OptionSchema schema = OptionSchema.of(DIVISORS);
        Map<Object, String> wrong = new LinkedHashMap<>();
        wrong.put(List.of(), "= 0 numbers: must be 1 to 3 numbers from 0.5 to 100.0");
        wrong.put(List.of(1.0, 1.0, 1.0, 1.0), "= 4 numbers: must be");
        wrong.put(List.of(1.0, 0.25), "= 0.25, number 2 of 2: must be");
        wrong.put(List.of(Double.POSITIVE_INFINITY), "= Infinity: must be");
        wrong.put(List.of(1.0, "2.0"), "= '2.0', number 2 of 2: must be");
        wrong.put(List.of(1L, 2.0), "= 1 (Long), number 1 of 2: must be");
        wrong.put("1.0", "= '1.0': must be");
        wrong.put(true, "= true (Boolean): must be");
        wrong.forEach((value, part) -> {
            MixerConfig config = MixerConfig.width(8).with("divisors", value);
            String message = assertThrows(BadConfigurationException.class, () -> schema.resolve(config))
                    .getMessage();
            assertTrue(message.contains("option 'divisors' " + part), message);
        });
        assertThrows(BadConfigurationException.class, () -> MixerConfig.width(1).with(DIVISORS, List.of(0.0)));
        MixerConfig listed = MixerConfig.width(8).with("decay", List.of(0.5));
        assertThrows(BadConfigurationException.class, () -> SCHEMA.resolve(listed), "no list");
    }

    @Test
    void aListIsAValue() {
        List<Double> mutable = new ArrayList<>(List.of(1.0, 2.0));
        List<Double> defaults = new ArrayList<>(List.of(4.0, 5.0));
        Option<List<Double>> option = Option.decimals("divisors", 0.5, 100, 3, defaults, "One for each pair.");
        MixerConfig untyped = MixerConfig.width(8).with("divisors", mutable);
        MixerConfig typed = MixerConfig.width(8).with(DIVISORS, mutable);
        mutable.set(0, 9.0);
        defaults.clear();
        assertEquals("width=8 divisors=1.0,2.0", untyped.toString());
        assertEquals(untyped, typed);
        assertEquals(untyped.hashCode(), typed.hashCode());
        assertEquals(List.of(1.0, 2.0), untyped.get(DIVISORS));
        assertThrows(
                UnsupportedOperationException.class, () -> untyped.get(DIVISORS).set(0, 3.0));
        assertEquals(List.of(4.0, 5.0), MixerConfig.width(8).get(option));
        assertEquals("4.0,5.0", option.defaultText());
        assertNotEquals(untyped, MixerConfig.width(8).with("divisors", List.of(2.0, 1.0)));
        OptionSchema schema = OptionSchema.of(DIVISORS);
        MixerConfig whole = schema.resolve(MixerConfig.width(8).with("divisors", 3));
        assertEquals("width=8 divisors=3.0", whole.toString());
        assertEquals(whole, schema.resolve(MixerConfig.width(8).with("divisors", List.of(3.0))));
        assertTrue(schema.resolve(MixerConfig.width(8)).isDefault(DIVISORS));
        assertFalse(untyped.isDefault(DIVISORS));
    }

    @Property(tries = 200)
    void parsingAListIsTheInverseOfPrinting(
            @ForAll @Size(min = 1, max = 9) List<@DoubleRange(min = -1e9, max = 1e9) Double> numbers) {
        Option<List<Double>> any = Option.decimals("n", -1e9, 1e9, 9, List.of(0.0), "Any.");
        assertEquals(numbers, any.parse(Option.text(numbers)));
        MixerConfig config = MixerConfig.width(1).with(any, numbers);
        assertEquals("width=1 n=" + Option.text(numbers), config.toString());
    }

    @Property(tries = 200)
    void parsingIsTheInverseOfPrinting(@ForAll int number) {
        Option<Integer> any = Option.integer("n", Integer.MIN_VALUE, Integer.MAX_VALUE, 0, "Any.");
        assertEquals(number, any.parse(Integer.toString(number)));
    }

    @Test
    void optionsThatContradictThemselvesCannotBeMade() {
        assertThrows(IllegalArgumentException.class, () -> Option.integer("n", 2, 1, 2, "Empty."));
        assertThrows(IllegalArgumentException.class, () -> Option.integer("n", 1, 2, 3, "Default outside."));
        assertThrows(IllegalArgumentException.class, () -> Option.decimal("n", 0, 1, Double.NaN, "Default outside."));
        assertThrows(IllegalArgumentException.class, () -> Option.choice("n", List.of("a"), "b", "Default outside."));
        assertThrows(IllegalArgumentException.class, () -> Option.decimals("n", 0, 1, 2, List.of(), "No default."));
        assertThrows(IllegalArgumentException.class, () -> Option.decimals("n", 0, 1, 0, List.of(1.0), "Too short."));
        assertThrows(
                IllegalArgumentException.class, () -> Option.decimals("n", 0, 1, 2, List.of(0.0, 2.0), "Outside."));
        for (String name : List.of("", "Heads", "kv_heads", "-a", "a-", "1st", "a b")) {
            assertThrows(IllegalArgumentException.class, () -> Option.flag(name, true, "Bad name."), name);
        }
        assertThrows(IllegalArgumentException.class, () -> OptionSchema.of(HEADS, HEADS));
        assertThrows(IllegalArgumentException.class, () -> SCHEMA.and(OptionSchema.of(HEADS)));
        assertThrows(IllegalArgumentException.class, () -> OptionSchema.of(Option.integer("width", 1, 2, 1, "Taken.")));
    }

    @Test
    void configurationsAreValues() {
        MixerConfig one = MixerConfig.width(8).with("a", 1).with("b", 2);
        assertEquals(one, MixerConfig.width(8).with("b", 2).with("a", 1));
        assertEquals(
                one.hashCode(), MixerConfig.width(8).with("b", 2).with("a", 1).hashCode());
        assertNotEquals(one, one.with("a", 2));
        assertNotEquals(one, one.withWidth(9));
        assertEquals("width=9 a=1 b=2", one.withWidth(9).toString());
        assertThrows(UnsupportedOperationException.class, () -> one.options().clear());
        assertThrows(BadConfigurationException.class, () -> MixerConfig.width(0));
        assertThrows(BadConfigurationException.class, () -> one.withWidth(-1));
    }
}
