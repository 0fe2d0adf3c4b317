package org.attention4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.attention4j.tests.Laws;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LawWatchTest {
    @Test
    void whatTakesLongIsToldOnceWithItsPlace() throws InterruptedException {
        StringWriter err = new StringWriter();
        try (LawWatch watch = new LawWatch(Duration.ofMillis(20), new PrintWriter(err))) {
            watch.started(Laws.named("length-one"));
            while (err.getBuffer().isEmpty()) {
                Thread.sleep(1); // the JDK's own place is not told
            }
            Thread.sleep(200);
        }
        String said = err.toString();
        assertEquals(1, said.lines().count(), said);
        assertTrue(said.startsWith("attention: the law length-one has been at work for 0 s and stands at "), said);
        assertTrue(said.contains(LawWatchTest.class.getSimpleName() + ".whatTakesLongIsToldOnceWithItsPlace("), said);
    }

    @Test
    void whatIsQuickIsNot() throws InterruptedException {
        StringWriter err = new StringWriter();
        try (LawWatch watch = new LawWatch(Duration.ofSeconds(30), new PrintWriter(err))) {
            watch.started(Laws.named("length-one"));
            Thread.sleep(50);
        }
        assertEquals("", err.toString());
    }
}
