package org.attention4j.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.attention4j.tests.Law;
import org.jspecify.annotations.Nullable;

/** Says which law a run stands at, and where in the mixer, if that takes long: a mixer may go round and round. */
final class LawWatch implements AutoCloseable {
    private final Thread watched = Thread.currentThread();
    private final Duration patience;
    private final PrintWriter err;
    private final ScheduledExecutorService clock;
    private @Nullable Law law;
    private long since;

    /** Watches the calling thread. */
    LawWatch(Duration patience, PrintWriter err) {
        this.patience = patience;
        this.err = err;
        clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "law watch");
            thread.setDaemon(true);
            return thread;
        });
        long period = Math.max(1, patience.toMillis() / 10);
        clock.scheduleAtFixedRate(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    synchronized void started(Law next) {
        law = next;
        since = System.nanoTime();
    }

    private synchronized void look() {
        if (law != null && System.nanoTime() - since > patience.toNanos()) {
            err.println("attention: the law " + law.id() + " has been at work for " + patience.toSeconds()
                    + " s and stands at " + place());
            err.flush();
            law = null;
        }
    }

    /** The place in the mixer, not that in the kit or in the JDK. */
    private String place() {
        StackTraceElement[] stack = watched.getStackTrace();
        for (StackTraceElement element : stack) {
            String type = element.getClassName();
            if (!type.startsWith("java.") && !type.startsWith("jdk.") && !type.startsWith("org.attention4j.tests.")) {
                return element.toString();
            }
        }
        return stack.length == 0 ? "its end" : stack[0].toString();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
