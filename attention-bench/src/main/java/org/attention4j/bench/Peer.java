package org.attention4j.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The other side of the race, a process: it gets a request a line and answers with a line of JSON. One request at a time; it is
 * killed at the end.
 */
public final class Peer implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SCRIPT = "torch_peer.py";
    private static final int ERROR_LINES = 40;
    private static final String END = "";

    /**
     * What one output of a workload holds.
     *
     * @param size elements
     * @param norm square root of the sum of squares
     * @param sample the elements at {@link Numbers#sampleIndex}
     */
    record Summary(int size, double norm, float[] sample) {}

    private final Process process;
    private final Writer requests;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Deque<String> errors = new ArrayDeque<>();
    private final Thread errorReader;
    private final Duration patience;

    private Peer(List<String> command, Duration patience) throws IOException {
        this.patience = patience;
        process = new ProcessBuilder(command).start();
        requests = process.outputWriter(StandardCharsets.UTF_8);
        daemon("peer-answers", () -> {
            copy(process.getInputStream(), answers::add);
            answers.add(END);
        });
        errorReader = daemon("peer-errors", () -> copy(process.getErrorStream(), this::note));
    }

    /**
     * Starts the project's own script.
     *
     * @param python an interpreter that has PyTorch
     * @param patience how long an answer may take
     * @return the peer, to be closed
     * @throws IOException if the interpreter cannot be started
     */
    public static Peer python(String python, Duration patience) throws IOException {
        try (InputStream resource = Peer.class.getResourceAsStream(SCRIPT)) {
            if (resource == null) {
                throw new IllegalStateException(SCRIPT + " is not in the module");
            }
            // On the command line, which takes ten times as much: a file would be left where the race is interrupted.
            String script = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
            return new Peer(List.of(python, "-c", script), patience);
        }
    }

    /**
     * Starts any program that speaks the protocol.
     *
     * @param command program and arguments
     * @param patience how long an answer may take
     * @return the peer, to be closed
     * @throws IOException if it cannot be started
     */
    public static Peer start(List<String> command, Duration patience) throws IOException {
        return new Peer(command, patience);
    }

    private static Thread daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private interface Lines {
        void take(String line);
    }

    /** Until the stream ends, be it because the process was killed. */
    private void copy(InputStream stream, Lines lines) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.take(line);
            }
        } catch (IOException closed) {
            note(closed.toString());
        }
    }

    private void note(String line) {
        synchronized (errors) {
            errors.add(line);
            if (errors.size() > ERROR_LINES) {
                errors.remove();
            }
        }
    }

    /**
     * Times a workload.
     *
     * @param workload its name
     * @param threads how many
     * @param milliseconds for about how long
     * @return milliseconds of each run
     * @throws PeerException if there is no answer in time, or another
     */
    double[] time(String workload, int threads, int milliseconds) throws PeerException {
        String request = workload + " " + threads + " " + milliseconds;
        JsonNode answer = ask(request, workload, threads);
        JsonNode ms = answer.path("ms");
        double[] times = new double[ms.size()];
        for (int i = 0; i < times.length; i++) {
            times[i] = ms.get(i).asDouble(Double.NaN);
            if (!(times[i] >= 0 && times[i] < Double.MAX_VALUE)) {
                throw failure("answers '" + request + "' with a time of " + ms.get(i));
            }
        }
        if (times.length == 0) {
            throw failure("answers '" + request + "' without times: " + shortened(answer.toString()));
        }
        return times;
    }

    /**
     * Asks what comes out of a workload.
     *
     * @param workload its name
     * @param threads how many
     * @return a summary of each output
     * @throws PeerException if there is no answer in time, or another
     */
    Map<String, Summary> check(String workload, int threads) throws PeerException {
        String request = "check " + workload + " " + threads;
        JsonNode answer = ask(request, workload, threads);
        Map<String, Summary> outputs = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> output : answer.path("outputs").properties()) {
            JsonNode sample = output.getValue().path("sample");
            float[] values = new float[sample.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) sample.get(i).asDouble(Double.NaN);
            }
            outputs.put(
                    output.getKey(),
                    new Summary(
                            output.getValue().path("size").asInt(-1),
                            output.getValue().path("norm").asDouble(Double.NaN),
                            values));
        }
        if (outputs.isEmpty()) {
            throw failure("answers '" + request + "' without outputs: " + shortened(answer.toString()));
        }
        return outputs;
    }

    private JsonNode ask(String request, String workload, int threads) throws PeerException {
        String line;
        try {
            requests.write(request + "\n");
            requests.flush();
            line = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (IOException gone) {
            throw failure("is gone, asked '" + request + "'");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failure("was interrupted at '" + request + "'");
        }
        if (line == null) {
            throw failure("has not answered '" + request + "' for " + patience.toSeconds() + " s");
        }
        if (line.equals(END)) {
            throw failure("ended at '" + request + "'");
        }
        JsonNode answer;
        try {
            answer = MAPPER.readTree(line);
        } catch (JsonProcessingException nonsense) {
            throw failure("answers '" + request + "' with no JSON: " + shortened(line));
        }
        if (answer.has("error")) {
            throw failure("refuses '" + request + "': " + answer.path("error").asText());
        }
        boolean same = answer.path("workload").asText().equals(workload)
                && answer.path("threads").asInt(-1) == threads;
        if (!same) {
            throw failure("answers '" + request + "' with another's: " + shortened(line));
        }
        return answer;
    }

    private static String shortened(String line) {
        return line.length() <= 200 ? line : line.substring(0, 200) + " …";
    }

    private PeerException failure(String what) {
        close();
        try {
            errorReader.join(500); // what it wrote to the last is on its way
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (errors) {
            return new PeerException("PyTorch's side " + what, new ArrayList<>(errors));
        }
    }

    /** Kills the process. */
    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
