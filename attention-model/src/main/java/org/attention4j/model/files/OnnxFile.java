package org.attention4j.model.files;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.UnknownTensorException;

/**
 * The weights in an ONNX file, and as much of its graph as is needed to find them.
 *
 * <p>Exporters keep a parameter's name where the graph uses the parameter as it is (biases, norms, embeddings). Where
 * they fold a transposition into the weights, the name is lost ({@code onnx::MatMul_1234}); such a weight is found by the
 * node that multiplies with it, whose name tells the module it came from: see {@link #weightOf}.
 *
 * <p>Only the structure is read when the file is opened; numbers are read on demand. Files are not trusted: lengths are
 * checked against the file before anything is allocated, names, nodes and attributes may take 256 MiB of memory, and what does not fit is
 * refused by {@link CorruptFileException}; so is a model that keeps values in another file (ONNX's external data).
 *
 * <p>Immutable and safe for any number of threads. Source: ONNX's {@code onnx.proto}, ModelProto.
 */
public final class OnnxFile implements AutoCloseable {
    private final String source;
    private final Optional<MappedFile> mapped;
    private final Map<String, StoredTensor> initializers;
    private final List<OnnxNode> nodes;
    private final Map<String, OnnxNode> producers;

    private OnnxFile(String source, MemorySegment bytes, Optional<MappedFile> mapped) {
        OnnxParser parsed = OnnxParser.parse(source, bytes);
        this.source = source;
        this.mapped = mapped;
        this.initializers = parsed.initializers();
        this.nodes = parsed.nodes();
        this.producers = new LinkedHashMap<>();
        for (OnnxNode node : nodes) {
            for (String output : node.outputs()) {
                producers.put(output, node);
            }
        }
    }

    /**
     * Opens a file by mapping it into memory.
     *
     * @param file a regular file
     * @return the opened file, to be closed by the caller
     * @throws CorruptFileException if it is not an ONNX model
     * @throws IOException if the file cannot be read
     */
    public static OnnxFile open(Path file) throws IOException {
        return MappedFile.open(file, mapped -> new OnnxFile(file.toString(), mapped.bytes(), Optional.of(mapped)));
    }

    /**
     * Reads a model from memory, for example the bytes of a resource in a jar.
     *
     * @param shownAs what messages call it
     * @param bytes the model; used as it is, not copied
     * @return the model; closing it does nothing
     * @throws CorruptFileException if the bytes are not an ONNX model
     */
    public static OnnxFile of(String shownAs, MemorySegment bytes) {
        return new OnnxFile(shownAs, bytes, Optional.empty());
    }

    /**
     * The graph's constant tensors by name, in the order of the file.
     *
     * @return an unmodifiable map
     */
    public Map<String, StoredTensor> initializers() {
        return initializers;
    }

    /**
     * Looks a constant tensor up.
     *
     * @param name its name, for example {@code embeddings.word_embeddings.weight}
     * @return the tensor
     * @throws UnknownTensorException if there is none of that name
     */
    public StoredTensor initializer(String name) {
        StoredTensor tensor = initializers.get(name);
        if (tensor == null) {
            throw new UnknownTensorException(name, initializers.keySet());
        }
        return tensor;
    }

    /**
     * The graph's nodes, in the order of the file, which ONNX demands to be an order in which they can be computed.
     *
     * @return an unmodifiable list
     */
    public List<OnnxNode> nodes() {
        return nodes;
    }

    /**
     * Looks a node up.
     *
     * @param name its name, for example {@code /encoder/layer.0/attention/self/query/MatMul}
     * @return the node
     * @throws IllegalArgumentException if there is none of that name, or more than one
     */
    public OnnxNode node(String name) {
        List<OnnxNode> found =
                nodes.stream().filter(node -> node.name().equals(name)).toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    source + " has " + (found.isEmpty() ? "no node" : found.size() + " nodes") + " of the name '" + name
                            + "'" + (found.isEmpty() ? "; " + named() : ""));
        }
        return found.get(0);
    }

    /** The nodes that have names: all of a small graph, and the beginning of a large one. */
    private String named() {
        List<String> names = nodes.stream()
                .filter(node -> !node.name().isEmpty())
                .map(node -> node.name() + " (" + node.operator() + ")")
                .toList();
        int told = Math.min(names.size(), 12);
        return "of its " + nodes.size() + " nodes " + names.size() + " have names: " + names.subList(0, told)
                + (told < names.size() ? " …" : "");
    }

    /** A node that must be of one of some kinds. */
    OnnxNode node(String name, List<String> operators) {
        OnnxNode node = node(name);
        if (!operators.contains(node.operator())) {
            throw new IllegalArgumentException(
                    source + ": node '" + name + "' is of kind " + node.operator() + ", expected one of " + operators);
        }
        return node;
    }

    /**
     * A constant input of a node.
     *
     * @param tensor the stored tensor
     * @param transposed whether it is a matrix whose two dimensions the graph swaps before the node reads it
     */
    public record Operand(StoredTensor tensor, boolean transposed) {}

    /**
     * Finds the constant tensor that a node reads: an initialiser, or the value of a Constant node, directly or through
     * Identity nodes and transpositions of a matrix.
     *
     * @param nodeName the node's name
     * @return the tensor, and whether it passed through an odd number of transpositions
     * @throws IllegalArgumentException if there is no such node, or not exactly one of its inputs is constant
     */
    public Operand weightOf(String nodeName) {
        OnnxNode node = node(nodeName);
        List<Operand> found = new ArrayList<>();
        for (int input = 0; input < node.inputs().size(); input++) {
            weightOf(node, input).ifPresent(found::add);
        }
        if (found.size() != 1) {
            throw new IllegalArgumentException(source + ": of the inputs of node '" + nodeName + "' (" + node.operator()
                    + " of " + node.inputs() + ") " + found.size() + " are constant, expected one");
        }
        return found.get(0);
    }

    /**
     * Finds the constant tensor behind one input of a node, as {@link #weightOf(String)} does.
     *
     * @param nodeName the node's name
     * @param input which input, from 0
     * @return the tensor; empty if the node has no such input, it is left out, or it is computed
     * @throws IllegalArgumentException if there is no such node
     */
    public Optional<Operand> weightOf(String nodeName, int input) {
        return weightOf(node(nodeName), input);
    }

    Optional<Operand> weightOf(OnnxNode node, int input) {
        return node.hasInput(input) ? constant(node.inputs().get(input)) : Optional.empty();
    }

    /** Follows a value back to where it is stored; nothing if it is computed. */
    private Optional<Operand> constant(String value) {
        boolean transposed = false;
        Set<String> visited = new HashSet<>(); // the file may be hostile and go in circles
        String current = value;
        while (visited.add(current)) {
            StoredTensor stored = initializers.get(current);
            OnnxNode producer = producers.get(current);
            if (stored == null && producer != null && producer.operator().equals("Constant")) {
                OnnxAttribute held = producer.attributes().get("value");
                stored = held instanceof OnnxAttribute.Tensor tensor ? tensor.value() : null;
            }
            if (stored != null) {
                int rank = stored.shape().length;
                return transposed && rank > 2
                        ? Optional.empty()
                        : Optional.of(new Operand(stored, transposed && rank == 2));
            }
            if (producer == null || producer.inputs().size() != 1) {
                return Optional.empty();
            }
            if (producer.operator().equals("Transpose")) {
                // Without "perm" all dimensions are reversed: those of a matrix are swapped.
                OnnxAttribute order = producer.attributes().get("perm");
                if (order != null && !order.equals(new OnnxAttribute.Integers(List.of(1L, 0L)))) {
                    return Optional.empty();
                }
                transposed = !transposed;
            } else if (!producer.operator().equals("Identity")) {
                return Optional.empty();
            }
            current = producer.inputs().get(0);
        }
        return Optional.empty();
    }

    /**
     * Where this was read from, for messages.
     *
     * @return the path, or what {@link #of} was told to show
     */
    public String source() {
        return source;
    }

    /** Ends the mapping of a file that was opened; does nothing the second time. */
    @Override
    public void close() {
        mapped.ifPresent(MappedFile::close);
    }
}
