package org.attention4j.tests;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Writes a report as a table for people, or as JUnit XML for build servers. */
public final class ReportWriter {
    private static final String ROW = "%-40s %-20s %-9s %7s %8s%n";

    private ReportWriter() {}

    /**
     * A line for each law with its verdict, cases and milliseconds; then the messages of those that failed, and what others
     * left out; then how exactly results were compared; then the totals with the seed.
     *
     * @param report what a run found
     * @return text of several lines
     */
    public static String table(Report report) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        out.printf(Locale.ROOT, ROW, "law", "group", "verdict", "cases", "ms");
        for (LawResult result : report.results()) {
            out.printf(
                    Locale.ROOT,
                    ROW,
                    result.law().id(),
                    result.law().group().label(),
                    result.verdict(),
                    result.cases(),
                    result.millis());
        }
        if (report.count(Verdict.FAIL) > 1) {
            out.printf(
                    "%n%d laws failed; begin with the first: others may fail for its cause.%n",
                    report.count(Verdict.FAIL));
        }
        if (report.count(Verdict.UNCHECKED) > 0) {
            out.printf(
                    "%n%d of the laws were NOT CHECKED: this run says nothing of them.%n",
                    report.count(Verdict.UNCHECKED));
        }
        for (LawResult result : report.results()) {
            if (result.verdict() != Verdict.REFUSED && !result.note().isEmpty()) {
                out.printf("%n%s %s%n  %s%n", result.verdict(), result.law().id(), result.note());
            }
        }
        out.println();
        report.agreements().forEach(agreement -> out.println("compared: " + agreement));
        out.println(report.summary());
        return text.toString();
    }

    /**
     * JUnit XML: a test case for each law; REFUSED, WAIVED and UNCHECKED are reported as skipped, with their reasons.
     *
     * @param report what a run found
     * @param out where to; not closed
     * @throws IOException if writing fails
     */
    public static void junit(Report report, Writer out) throws IOException {
        try {
            junit(report, XMLOutputFactory.newFactory().createXMLStreamWriter(out));
        } catch (XMLStreamException failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    private static void junit(Report report, XMLStreamWriter xml) throws XMLStreamException {
        xml.writeStartDocument();
        xml.writeStartElement("testsuite");
        xml.writeAttribute("name", report.mixer());
        xml.writeAttribute("tests", Integer.toString(report.results().size()));
        xml.writeAttribute("failures", Integer.toString(report.count(Verdict.FAIL)));
        xml.writeAttribute("errors", "0");
        xml.writeAttribute(
                "skipped",
                Integer.toString(report.count(Verdict.REFUSED)
                        + report.count(Verdict.WAIVED)
                        + report.count(Verdict.UNCHECKED)));
        xml.writeAttribute("time", seconds(report.millis()));
        xml.writeStartElement("properties");
        property(xml, "seed", report.seed());
        property(xml, "tries", report.tries());
        property(xml, "cases", report.cases());
        xml.writeEndElement();
        for (LawResult result : report.results()) {
            xml.writeStartElement("testcase");
            xml.writeAttribute("classname", report.mixer());
            xml.writeAttribute("name", result.law().id());
            xml.writeAttribute("time", seconds(result.millis()));
            if (result.verdict() == Verdict.FAIL) {
                xml.writeStartElement("failure");
                xml.writeAttribute(
                        "message", printable(result.note().lines().findFirst().orElse("")));
                xml.writeCharacters(printable(result.note()));
                xml.writeEndElement();
            } else if (result.verdict() != Verdict.PASS) {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", printable(result.verdict() + ": " + result.note()));
            } else if (!result.note().isEmpty()) {
                xml.writeStartElement("system-out");
                xml.writeCharacters(printable(result.note()));
                xml.writeEndElement();
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
        xml.writeEndDocument();
        xml.flush();
    }

    private static void property(XMLStreamWriter xml, String name, long value) throws XMLStreamException {
        xml.writeEmptyElement("property");
        xml.writeAttribute("name", name);
        xml.writeAttribute("value", Long.toString(value));
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.3f", millis / 1000.0);
    }

    /** Without the characters that XML 1.0 cannot hold: a mixer's message may have any. */
    private static String printable(String text) {
        return text.replaceAll("[^\\t\\n\\r\\x20-\\uD7FF\\uE000-\\uFFFD\\x{10000}-\\x{10FFFF}]", "?");
    }
}
