package org.attention4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamedTensorsTest {
    private final NamedTensors two =
            NamedTensors.empty().with("weight", Tensor.zeros(2, 3)).with("bias", Tensor.zeros(2));

    @Test
    void orderIsThatOfAddition() {
        assertEquals(List.of("weight", "bias"), List.copyOf(two.names()));
        assertEquals(8, two.size());
        assertEquals("{weight [2, 3], bias [2]}", two.toString());
        assertEquals(0, NamedTensors.empty().size());
    }

    @Test
    void unknownNamesAreRefusedWithTheNearest() {
        String message = assertThrows(UnknownTensorException.class, () -> two.get("wieght"))
                .getMessage();
        assertTrue(message.contains("'wieght'") && message.contains("did you mean 'weight'"), message);
        assertFalse(two.contains("wieght"));
    }

    @Test
    void aNameIsTakenOnce() {
        assertThrows(IllegalArgumentException.class, () -> two.with("bias", Tensor.zeros(1)));
    }

    @Test
    void partsAreJoinedUnderPrefixesAndTakenOutAgain() {
        NamedTensors model = NamedTensors.empty().and("blocks.0.", two).and("blocks.1.", two);
        assertEquals(
                "[blocks.0.weight, blocks.0.bias, blocks.1.weight, blocks.1.bias]",
                model.names().toString());
        NamedTensors part = model.under("blocks.1.");
        assertEquals("[weight, bias]", part.names().toString());
        assertSame(two.get("bias"), part.get("bias"));
        assertEquals(0, model.under("blocks.2.").size());
        assertThrows(
                IllegalArgumentException.class,
                () -> model.and("blocks.", part.under("no").and("0.", two)));
    }

    @Test
    void theMapIsCopiedAndReadOnly() {
        Map<String, Tensor> map = new LinkedHashMap<>(two.asMap());
        NamedTensors tensors = NamedTensors.of(map);
        map.clear();
        assertEquals(2, tensors.names().size());
        assertThrows(UnsupportedOperationException.class, () -> tensors.asMap().clear());
        assertThrows(UnsupportedOperationException.class, () -> tensors.names().clear());
    }

    @Test
    void copiesAreIndependent() {
        NamedTensors copy = two.copy();
        copy.fill(3);
        assertEquals(0, two.get("bias").get(1));
        assertEquals(3, copy.get("weight").get(1, 2));
        assertEquals(0, copy.zerosLike().get("weight").get(1, 2));
    }

    @Test
    void aSourceOfTensorsRefusesWhatIsMissingOrOfAnotherShape() {
        ParameterSpec bias = new ParameterSpec("bias", Shape.of(2), InitialValue.zeros());
        Tensor target = Tensor.zeros(2);
        two.get("bias").fill(7);
        ParameterSource.of(two).fill(bias, target);
        assertEquals(7, target.get(1));
        ParameterSource prefixed = ParameterSource.of(NamedTensors.empty().with("layer.0.bias", Tensor.zeros(2)));
        prefixed.under("layer.0.").fill(bias, target);
        assertEquals(0, target.get(1));
        assertThrows(UnknownTensorException.class, () -> prefixed.fill(bias, target));
        ParameterSpec longer = new ParameterSpec("bias", Shape.of(3), InitialValue.zeros());
        assertTrue(assertThrows(ShapeMismatchException.class, () -> ParameterSource.of(two)
                        .fill(longer, Tensor.zeros(3)))
                .getMessage()
                .contains("'bias'"));
    }
}
