package org.attention4j.cli.vectors;

import java.util.Map;
import java.util.stream.IntStream;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.core.RotaryEmbedding;

/**
 * ONNX's {@code RotaryEmbedding}: heads {@code [B, H, T, E]}, or side by side {@code [B, T, H · E]}, turned by cosines and sines that are given for
 * positions {@code [P, R/2]}, or for each sequence and time {@code [B, T, R/2]}.
 */
final class OnnxRotaryOperator implements Operator {
    @Override
    public String name() {
        return "RotaryEmbedding";
    }

    @Override
    public Map<String, Tensor> run(ReferenceCase reference) throws UnsupportedCaseException {
        Tensor given = reference.input("X");
        boolean split = given.shape().rank() == 4;
        int heads = reference.integer("num_heads", 0);
        if (!split && (given.shape().rank() != 3 || heads < 1 || given.extent(2) % heads != 0)) {
            throw new UnsupportedCaseException("X " + given.shape() + " with num_heads " + heads);
        }
        Tensor x = split ? given : Layouts.splitHeads(given, heads);
        int width = reference.integer("rotary_embedding_dim", 0);
        width = width == 0 ? x.extent(3) : width;
        Tensor cos = reference.input("cos_cache");
        Tensor sin = reference.input("sin_cache");
        int columns = cos.extent(cos.shape().rank() - 1);
        if (width != 2 * columns) {
            throw new UnsupportedCaseException("a width of " + width + " for tables of " + columns + " columns");
        }
        RotaryEmbedding rotary =
                RotaryEmbedding.ofTables(rows(cos, columns), rows(sin, columns), reference.flag("interleaved"));
        int count = x.extent(0) * x.extent(2);
        int[] positions = reference.hasInput("position_ids")
                ? reference.integers("position_ids", count)
                : IntStream.range(0, count).toArray();
        Tensor out = Tensor.zeros(x.shape());
        try (Workspace workspace = Workspace.create()) {
            rotary.forward(x, positions, out, workspace);
        }
        return Map.of("output.Y", split ? out : Layouts.joinHeads(out));
    }

    private static Tensor rows(Tensor table, int columns) {
        return table.reshape((int) (table.size() / columns), columns);
    }
}
