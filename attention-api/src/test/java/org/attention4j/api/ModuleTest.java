package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The tests of this module run inside it, on the module path, under both engines. */
class ModuleTest {
    private static final String NAME = "org.attention4j.api";

    @Test
    void testsRunInsideTheNamedModule() {
        assertEquals(NAME, ModuleTest.class.getModule().getName());
    }

    @Property(tries = 10)
    void propertiesRunInsideTheNamedModule(@ForAll int ignored) {
        assertEquals(NAME, ModuleTest.class.getModule().getName());
    }
}
