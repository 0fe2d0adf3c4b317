package org.attention4j.cli.sentence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, driven over a pipe by its DevTools protocol: no port is opened, no driver needed.
 * Messages are JSON, each ended by a zero byte; Chromium reads them on descriptor 3 and writes them on 4.
 */
final class Browser implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final Thread watchdog;
    private final List<JsonNode> events = new ArrayList<>();
    private String session = "";
    private int last;

    private Browser(Process process) {
        this.process = process;
        // A browser that hangs would otherwise hang the build.
        watchdog = new Thread(() -> {
            try {
                TimeUnit.SECONDS.sleep(120);
                process.destroyForcibly();
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        });
        watchdog.setDaemon(true);
        watchdog.start();
    }

    /** The browser's program, if there is one. */
    static Optional<Path> find() {
        return Stream.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
                .flatMap(name -> Stream.of(
                                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                        .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    static Browser open(Path program, Path profile, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1",
                "sh",
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--window-size=1200,900",
                "--remote-debugging-pipe",
                "--user-data-dir=" + profile));
        command.addAll(List.of(more));
        command.add("about:blank");
        Browser browser = new Browser(new ProcessBuilder(command).start());
        JsonNode targets = browser.call("Target.getTargets", JSON.createObjectNode());
        for (JsonNode target : targets.get("targetInfos")) {
            if (target.get("type").asText().equals("page")) {
                browser.session = browser.call(
                                "Target.attachToTarget",
                                JSON.createObjectNode()
                                        .put("targetId", target.get("targetId").asText())
                                        .put("flatten", true))
                        .get("sessionId")
                        .asText();
            }
        }
        for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
            browser.call(domain + ".enable", JSON.createObjectNode());
        }
        return browser;
    }

    /** Events so far: requests, console messages, errors. */
    List<JsonNode> events() {
        return events;
    }

    JsonNode call(String method, ObjectNode parameters) throws IOException {
        ObjectNode message = JSON.createObjectNode().put("id", ++last).put("method", method);
        message.set("params", parameters);
        if (!session.isEmpty()) {
            message.put("sessionId", session);
        }
        process.getOutputStream().write((JSON.writeValueAsString(message) + "\0").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        while (true) {
            JsonNode answer = read();
            if (answer.path("id").asInt() == last) {
                if (answer.has("error")) {
                    throw new IOException(method + ": " + answer.get("error"));
                }
                return answer.get("result");
            }
            events.add(answer);
        }
    }

    private JsonNode read() throws IOException {
        InputStream in = process.getInputStream();
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        for (int one = in.read(); one != 0; one = in.read()) {
            if (one < 0) {
                throw new EOFException("the browser ended");
            }
            message.write(one);
        }
        return JSON.readTree(message.toByteArray());
    }

    /** Goes to a page and waits until it is ready. */
    void go(Path page) throws IOException {
        call("Page.navigate", JSON.createObjectNode().put("url", page.toUri().toString()));
        // Not a promise: one made before the page is there would be lost with what was there before. Ended by the
        // watchdog.
        while (!evaluate("document.documentElement?.dataset.ready === 'true'").asBoolean()) {
            Thread.onSpinWait();
        }
    }

    /** The value of a script's expression; of a promise, what it promised. */
    JsonNode evaluate(String expression) throws IOException {
        JsonNode result = call(
                "Runtime.evaluate",
                JSON.createObjectNode()
                        .put("expression", expression)
                        .put("returnByValue", true)
                        .put("awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IOException(result.get("exceptionDetails").toString());
        }
        return result.get("result").path("value");
    }

    /** Moves the mouse to the middle of an element. */
    void hover(String selector) throws IOException {
        mouse("mouseMoved", selector);
    }

    void click(String selector) throws IOException {
        mouse("mouseMoved", selector);
        mouse("mousePressed", selector);
        mouse("mouseReleased", selector);
    }

    private void mouse(String type, String selector) throws IOException {
        JsonNode box = evaluate("(() => { const box = document.querySelector(" + JSON.writeValueAsString(selector)
                + ").getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()");
        call(
                "Input.dispatchMouseEvent",
                JSON.createObjectNode()
                        .put("type", type)
                        .put("x", box.get(0).asDouble())
                        .put("y", box.get(1).asDouble())
                        .put("button", type.equals("mouseMoved") ? "none" : "left")
                        .put("clickCount", type.equals("mouseMoved") ? 0 : 1));
    }

    void key(String key) throws IOException {
        for (String type : List.of("keyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    JSON.createObjectNode().put("type", type).put("key", key).put("code", key));
        }
    }

    /** The top of the page, as a PNG. */
    byte[] screenshot(int width, int height) throws IOException {
        ObjectNode parameters = JSON.createObjectNode().put("format", "png");
        parameters
                .putObject("clip")
                .put("x", 0)
                .put("y", 0)
                .put("width", width)
                .put("height", height)
                .put("scale", 1);
        return Base64.getDecoder()
                .decode(call("Page.captureScreenshot", parameters).get("data").asText());
    }

    @Override
    public void close() {
        watchdog.interrupt();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
