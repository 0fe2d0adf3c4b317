package org.attention4j.cli.vectors;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.core.RotaryEmbedding;
import org.attention4j.core.RotaryScaling;

/** Rotary positions as PyTorch users write them: heads {@code [B, H, T, E]} at {@code position_ids [B, T]}, divided by {@code position_scaling}. */
final class RotaryOperator implements Operator {
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
        Tensor x = reference.input("input");
        double scaling = reference.number("position_scaling", 1);
        RotaryEmbedding rotary = RotaryEmbedding.of(reference.integer("rotary_dim", x.extent(3)))
                .withBase(reference.number("base", RotaryEmbedding.BASE))
                .withInterleaved(style.equals("interleaved"));
        rotary = scaling == 1 ? rotary : rotary.withScaling(new RotaryScaling.Linear(scaling));
        int[] positions = reference.integers("position_ids", Math.multiplyExact(x.extent(0), x.extent(2)));
        Tensor out = Tensor.zeros(x.shape());
        Map<String, Tensor> results = new LinkedHashMap<>();
        try (Workspace workspace = Workspace.create()) {
            rotary.forward(x, positions, out, workspace);
            results.put("output.output", out);
            if (reference.hasGradients()) {
                Tensor dX = Tensor.zeros(x.shape());
                rotary.backward(reference.cotangent("output"), positions, dX, workspace);
                results.put("grad.input.input", dX);
            }
        }
        return results;
    }
}
