package org.attention4j.cli.vectors;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.core.RotaryEmbedding;
import org.attention4j.core.RotaryScaling;

/**
 * Rotary positions as PyTorch users write them: heads {@code [B, H, T, E]}, or {@code [B, T, H, E]} where {@code layout} says (B, L, H, D), at
 * {@code position_ids [B, T]}, divided by {@code position_scaling}.
 */
final class RotaryOperator implements Operator {
    private static final String HEADS_FIRST = "(B, H, L, D)";
    private static final String HEADS_LAST = "(B, L, H, D)";

    @Override
    public String name() {
        return "rotary";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        String style = reference.text("style", "");
        if (!style.equals("half_split") && !style.equals("interleaved")) {
            throw new UnsupportedCaseException("pairs in the style " + style);
        }
        String layout = reference.text("layout", HEADS_FIRST);
        boolean headsLast = layout.equals(HEADS_LAST);
        if (!headsLast && !layout.equals(HEADS_FIRST)) {
            throw new UnsupportedCaseException(
                    "the layout " + layout + ": " + HEADS_FIRST + " and " + HEADS_LAST + " are known");
        }
        Tensor x = headsLast ? Layouts.headsFirst(reference.input("input")) : reference.input("input");
        double scaling = reference.number("position_scaling", 1);
        RotaryEmbedding rotary = RotaryEmbedding.of(reference.integer("rotary_dim", x.extent(3)))
                .withBase(reference.number("base", RotaryEmbedding.BASE))
                .withInterleaved(style.equals("interleaved"));
        if (scaling < 1) {
            throw new UnsupportedCaseException("position_scaling " + scaling + ": positions are divided by 1 or more");
        }
        rotary = scaling == 1 ? rotary : rotary.withScaling(new RotaryScaling.Linear(scaling));
        int[] positions = reference.integers("position_ids", Math.multiplyExact(x.extent(0), x.extent(2)));
        Tensor out = Tensor.zeros(x.shape());
        Map<String, Tensor> results = new LinkedHashMap<>();
        try (Workspace workspace = Workspace.create()) {
            rotary.forward(x, positions, out, workspace);
            results.put("output.output", headsLast ? Layouts.headsLast(out) : out);
            if (reference.hasGradients()) {
                Tensor dX = Tensor.zeros(x.shape());
                Tensor dOut = reference.cotangent("output");
                rotary.backward(headsLast ? Layouts.headsFirst(dOut) : dOut, positions, dX, workspace);
                results.put("grad.input.input", headsLast ? Layouts.headsLast(dX) : dX);
            }
        }
        return results;
    }
}
