package io.holdfast.loadtest.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run has shown, for its summary of one line. Safe for use by many threads. */
public final class Verdict {
    private static final int REASON_LENGTH = 160;

    private final String simulation;
    private final int expected;
    private final Map<String, String> figures = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();
    private int judged;

    /** @param expected how many expectations must have been judged for a run to pass */
    public Verdict(String simulation, int expected) {
        this.simulation = simulation;
        this.expected = expected;
    }

    public synchronized void figure(String name, long value) {
        figures.put(name, Long.toString(value));
    }

    public synchronized void figure(String name, double value) {
        figures.put(name, String.format(Locale.ROOT, "%.1f", value));
    }

    public synchronized void figure(String name, String value) {
        figures.put(name, value);
    }

    /** Counts, response times and reasons of failures. */
    public void figures(Figures.Of of) {
        figure("ok", of.succeeded());
        figure("failed", of.failed());
        of.failures().forEach((reason, count) -> figure("failed[" + reason.replace(' ', '-') + "]", count));
        figure("p50_ms", of.millis(50));
        figure("p99_ms", of.millis(99));
        figure("p99.9_ms", of.millis(99.9));
        figure("max_ms", of.millis(100));
    }

    /** An expectation was judged. */
    public synchronized void judged(String expectation, boolean holds, String found) {
        judged++;
        if (!holds) {
            failures.add(expectation + ": " + found);
        }
    }

    public synchronized boolean passed() {
        return judged == expected && failures.isEmpty();
    }

    /** {@code SteadyLoad: PASS ok=30000 failed=0 …}, or {@code … FAIL … reason="…"}. */
    public synchronized String line() {
        StringBuilder line = new StringBuilder(simulation).append(passed() ? ": PASS" : ": FAIL");
        figures.forEach(
                (name, value) -> line.append(' ').append(name).append('=').append(value));
        if (!passed()) {
            String reason = failures.isEmpty()
                    ? "only " + judged + " of " + expected + " expectations were judged"
                    : String.join("; ", failures);
            String plain = reason.replace('"', '\'').replace('\n', ' ');
            line.append(" reason=\"");
            line.append(plain.length() <= REASON_LENGTH ? plain : plain.substring(0, REASON_LENGTH) + "…");
            line.append('"');
        }
        return line.toString();
    }
}
