package org.attention4j.cli.vectors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.attention4j.api.CorruptFileException;
import org.attention4j.api.MixerException;
import org.attention4j.api.Mixers;

/** A directory of reference cases: {@code cases.jsonl}, a JSON object a line, and the files of tensors that it names. */
public final class Suite {
    /** A list is held in memory as a whole, which takes about thirty times its size: that of all published cases is 1 MB. */
    private static final long LONGEST_LIST = 16 << 20;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path directory;
    private final List<JsonNode> cases;
    private final Map<String, Operator> operators;

    private Suite(Path directory, List<JsonNode> cases, Map<String, Operator> operators) {
        this.directory = directory;
        this.cases = cases;
        this.operators = operators;
    }

    /**
     * Reads the list of cases; their tensors are read one case at a time.
     *
     * @param directory that holds {@code cases.jsonl}
     * @param mixers that the cases are put to
     * @return the suite
     * @throws IOException if there is no such list or it cannot be read
     * @throws CorruptFileException if it has no case or more than 16 MiB, or a line of it is not a JSON object with a name, an operator and a file
     */
    public static Suite read(Path directory, Mixers mixers) throws IOException {
        Path list = directory.resolve("cases.jsonl");
        if (!Files.isRegularFile(list)) {
            throw new NoSuchFileException(
                    directory.toString(),
                    null,
                    Files.isDirectory(directory)
                            ? "holds no cases.jsonl"
                            : Files.exists(directory) ? "is a file, not a folder" : "no such folder");
        }
        List<JsonNode> cases = new ArrayList<>();
        long offset = 0;
        for (String line : lines(list)) {
            if (!line.isBlank()) {
                cases.add(parse(list, offset, line));
            }
            offset += line.getBytes(StandardCharsets.UTF_8).length + 1;
        }
        if (cases.isEmpty()) {
            throw new CorruptFileException(list.toString(), 0, "there is no case in it");
        }
        return new Suite(directory, cases, operators(mixers));
    }

    private static List<String> lines(Path list) throws IOException {
        long size = Files.size(list);
        if (size > LONGEST_LIST) {
            throw new CorruptFileException(list.toString(), LONGEST_LIST, size + " bytes, allowed are " + LONGEST_LIST);
        }
        try {
            return Files.readAllLines(list);
        } catch (CharacterCodingException malformed) {
            throw new CorruptFileException(list.toString(), 0, "it is not in UTF-8");
        }
    }

    /** What can be run, by its name. */
    static Map<String, Operator> operators(Mixers mixers) {
        return Stream.of(
                        new CausalAttentionOperator("attn_sink"),
                        new CausalAttentionOperator("forgetting_attn"),
                        new ScaledDotProductOperator(),
                        new MultiHeadOperator(),
                        new RgLruOperator(mixers),
                        new RecurrentOperator(mixers, "gru"),
                        new RecurrentOperator(mixers, "lstm"),
                        new RecurrentOperator(mixers, "rnn"),
                        new OnnxRecurrentOperator(mixers, "LSTM"),
                        new OnnxRecurrentOperator(mixers, "GRU"),
                        new OnnxRecurrentOperator(mixers, "RNN"),
                        new ConvolutionOperator(mixers),
                        new OnnxConvOperator(mixers),
                        new CausalConvWithStateOperator(mixers),
                        new TransformerOperator(false),
                        new TransformerOperator(true),
                        new OnnxSoftmaxOperator(false),
                        new OnnxSoftmaxOperator(true),
                        new OnnxNormOperator(false),
                        new OnnxNormOperator(true),
                        new OnnxActivationOperator("Gelu"),
                        new OnnxActivationOperator("Swish"),
                        new OnnxActivationOperator("SwiGLU"),
                        new OnnxAttentionOperator(),
                        new FlexAttentionOperator(),
                        new ScoreModOperator(),
                        new TensorScatterOperator(),
                        new RotaryOperator(),
                        new OnnxRotaryOperator())
                .collect(Collectors.toMap(Operator::name, Function.identity()));
    }

    private static JsonNode parse(Path list, long offset, String line) {
        try {
            JsonNode description = JSON.readTree(line);
            for (String field : List.of("name", "op", "file")) {
                if (!description.path(field).isTextual()) {
                    throw new CorruptFileException(list.toString(), offset, "a case has no text '" + field + "'");
                }
            }
            return description;
        } catch (JsonProcessingException notJson) {
            throw new CorruptFileException(list.toString(), offset, "not JSON: " + notJson.getOriginalMessage());
        }
    }

    /**
     * How many cases there are.
     *
     * @return at least 0
     */
    public int size() {
        return cases.size();
    }

    /**
     * Runs all cases in order.
     *
     * @param progress is told each result as it comes
     * @return all results
     */
    public List<CaseResult> run(Consumer<CaseResult> progress) {
        List<CaseResult> results = new ArrayList<>();
        for (JsonNode description : cases) {
            CaseResult result = run(description);
            results.add(result);
            progress.accept(result);
        }
        return results;
    }

    private CaseResult run(JsonNode description) {
        Operator operator = operators.get(description.path("op").asText());
        try (ReferenceCase reference = ReferenceCase.open(directory, description)) {
            if (operator == null) {
                return CaseResult.unsupported(reference, "the library has no operator " + reference.operator());
            }
            return run(operator, reference);
        } catch (NoSuchFileException missing) {
            return failed(description, "there is no file " + description.path("file"));
        } catch (IOException | MixerException broken) {
            return failed(description, String.valueOf(broken.getMessage()));
        } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException unfit) {
            // a file is not to be trusted, and one case that is no case must not end the others
            return failed(description, "its tensors and attributes do not fit each other: " + unfit.getMessage());
        }
    }

    private static CaseResult failed(JsonNode description, String reason) {
        return CaseResult.failed(
                description.path("name").asText(), description.path("op").asText(), reason);
    }

    private static CaseResult run(Operator operator, ReferenceCase reference) {
        try {
            return Comparison.of(reference, operator.run(reference), operator.promisesNumbers(reference));
        } catch (UnsupportedCaseException unsupported) {
            return CaseResult.unsupported(reference, String.valueOf(unsupported.getMessage()));
        }
    }
}
