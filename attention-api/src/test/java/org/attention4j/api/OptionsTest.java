package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final Option<Integer> HEADS = Option.integer("heads", 1, 64, 4, "How many heads.");
    private static final Option<Boolean> CAUSAL = Option.flag("causal", false, "No output sees a later input.");
    private static final Option<Double> DECAY = Option.decimal("decay", 0, 1, 0.5, "How fast it forgets.");
    private static final Option<String> FORM = Option.choice("form", List.of("plain", "gated"), "plain", "Which form.");
    private static final Option<Integer> HIDDEN =
            Option.integer("hidden", 1, 1000, config -> 2 * config.width(), "2 · width", "Hidden width.");
    private static final OptionSchema SCHEMA = OptionSchema.of(HEADS, CAUSAL, DECAY, FORM, HIDDEN);

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
