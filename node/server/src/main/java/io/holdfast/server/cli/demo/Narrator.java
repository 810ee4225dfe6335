package io.holdfast.server.cli.demo;

import io.holdfast.server.cli.Colours;
import io.holdfast.server.cli.Terminal;
import java.io.PrintStream;
import java.util.Locale;

/** Tells the demo's story: steps with the time since its start, and what was seen. */
final class Narrator {
    private final PrintStream out;
    private final Colours colours;
    private final long start = System.nanoTime();

    Narrator(Terminal terminal) {
        this.out = terminal.out();
        this.colours = terminal.colours();
    }

    /** A step of the story. */
    synchronized void step(String text) {
        line(colours.bold(text));
    }

    /** What was seen. */
    synchronized void say(String text) {
        line(text);
    }

    synchronized void good(String text) {
        line(colours.good(text));
    }

    synchronized void bad(String text) {
        line(colours.bad(text));
    }

    private void line(String text) {
        String time = String.format(Locale.ROOT, "[%5.1f s] ", (System.nanoTime() - start) / 1e9);
        out.println(colours.faint(time) + text);
        out.flush();
    }
}
