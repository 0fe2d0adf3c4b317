package org.attention4j.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import org.attention4j.api.Tensor;
import org.attention4j.api.Workspace;
import org.attention4j.core.AttentionGradients;
import org.attention4j.core.AttentionInputs;
import org.attention4j.core.KeyValueCache;
import org.attention4j.core.OperatorRecording;
import org.attention4j.core.ScaledDotProductAttention;

/**
 * Scaled-dot-product attention alone, 8 heads of width 64: whole, for one query, or with gradients. The keys and values of one query stand in
 * a cache before the timing, as the peer's stand in its tensors.
 */
final class AttentionWorkload implements Workload {
    private static final int HEADS = 8;
    private static final int HEAD_WIDTH = 64;

    private final ScaledDotProductAttention attention;
    private final boolean gradient;
    private final Cost cost;
    private final AttentionInputs inputs;
    private final Tensor out;
    private final Workspace workspace;
    private final Tensor dOut;
    private final Map<String, Tensor> gradients = new LinkedHashMap<>();
    private final AttentionGradients wanted;

    AttentionWorkload(WorkloadName name, int threads) {
        int n = name.size(0);
        boolean decode = name.base().equals("decode");
        int queries = decode ? 1 : n;
        gradient = name.gradient();
        attention = ScaledDotProductAttention.plain().withCausal(name.causal());
        out = Tensor.zeros(1, HEADS, queries, HEAD_WIDTH);
        workspace = Workspace.threads(threads);
        inputs = decode ? cached(n) : AttentionInputs.of(heads("q", n), heads("k", n), heads("v", n));
        dOut = heads("g", gradient ? n : 0);
        for (String input : new String[] {"q", "k", "v"}) {
            gradients.put(input, Tensor.zeros(1, HEADS, gradient ? n : 0, HEAD_WIDTH));
        }
        wanted = AttentionGradients.none()
                .withQuery(gradients.get("q"))
                .withKey(gradients.get("k"))
                .withValue(gradients.get("v"));
        double pairs = decode ? n : name.causal() ? n * (n + 1.0) / 2 : (double) n * n;
        double work = HEADS * HEAD_WIDTH * pairs;
        cost = new Cost(4 * work * (gradient ? 3.5 : 1), decode ? 8 * work : 0);
    }

    private AttentionInputs cached(int n) {
        KeyValueCache cache = KeyValueCache.of(1, HEADS, HEAD_WIDTH, HEAD_WIDTH, n);
        cache.append(heads("k", n), heads("v", n), workspace);
        return AttentionInputs.of(heads("q", 1), cache);
    }

    private static Tensor heads(String name, int rows) {
        return Tensor.of(Numbers.of(name, HEADS * rows * HEAD_WIDTH, 1), 1, HEADS, rows, HEAD_WIDTH);
    }

    @Override
    public Cost cost() {
        return cost;
    }

    @Override
    public void run() {
        if (gradient) {
            gradients.values().forEach(tensor -> tensor.fill(0));
            OperatorRecording recording = attention.record(inputs, out, workspace);
            attention.backward(recording, dOut, wanted, workspace);
        } else {
            attention.forward(inputs, out, workspace);
        }
    }

    @Override
    public Map<String, float[]> compute() {
        run();
        Map<String, float[]> outputs = new LinkedHashMap<>();
        if (gradient) {
            gradients.forEach((name, tensor) -> outputs.put(name, tensor.toArray()));
        } else {
            outputs.put("y", out.toArray());
        }
        return outputs;
    }

    @Override
    public void close() {
        workspace.close();
    }
}
