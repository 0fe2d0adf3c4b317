package org.attention4j.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/** The tests of this module run inside it, on the module path, and see the Vector API. */
class ModuleTest {
    @Test
    void vectorsAreAvailableInsideTheNamedModule() {
        float[] lanes = FloatVector.broadcast(FloatVector.SPECIES_128, 2f).toArray();

        assertEquals("org.attention4j.kernels", ModuleTest.class.getModule().getName());
        assertEquals("jdk.incubator.vector", FloatVector.class.getModule().getName());
        assertEquals(4, lanes.length);
    }
}
