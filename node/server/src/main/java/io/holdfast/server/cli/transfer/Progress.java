package io.holdfast.server.cli.transfer;

import io.holdfast.server.cli.Terminal;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * Shows on standard error how far a transfer is: on a terminal a bar that moves, elsewhere a line every few seconds. Rates
 * are those of the last seconds, so that a pause and a recovery show.
 */
final class Progress implements AutoCloseable {
    private static final long TERMINAL_MILLIS = 200;
    private static final long LOG_MILLIS = 5_000;
    private static final int SAMPLES = 25;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintStream err;
    private final boolean redraw;
    private final int columns;
    private final String verb;
    private final LongSupplier records;
    /** Done, 0 to 1; NaN while unknown. */
    private final DoubleSupplier fraction;

    private final Deque<Sample> samples = new ArrayDeque<>();
    private final ScheduledExecutorService ticker;
    private boolean drawn;

    private record Sample(long nanos, long records, double fraction) {}

    private Progress(Terminal terminal, String verb, LongSupplier records, DoubleSupplier fraction) {
        this.err = terminal.err();
        this.redraw = terminal.errIsTerminal();
        this.columns = terminal.columns();
        this.verb = verb;
        this.records = records;
        this.fraction = fraction;
        this.ticker = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "holdfast-progress");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Starts to show; {@link #close} ends it. Both suppliers are asked on a thread of its own. */
    static Progress start(Terminal terminal, String verb, LongSupplier records, DoubleSupplier fraction) {
        Progress progress = new Progress(terminal, verb, records, fraction);
        progress.sample();
        long period = progress.redraw ? TERMINAL_MILLIS : LOG_MILLIS;
        progress.ticker.scheduleAtFixedRate(progress::show, period, period, TimeUnit.MILLISECONDS);
        return progress;
    }

    /** Prints a line of its own, without leaving half a bar behind. */
    synchronized void say(String line) {
        erase();
        err.println(line);
    }

    private synchronized void show() {
        ProgressLine line = sample();
        if (redraw) {
            err.print(ERASE_LINE + line.bar(columns));
            err.flush();
            drawn = true;
        } else {
            err.println(line.sentence());
        }
    }

    private synchronized ProgressLine sample() {
        Sample now = new Sample(System.nanoTime(), records.getAsLong(), fraction.getAsDouble());
        samples.addLast(now);
        if (samples.size() > SAMPLES) {
            samples.removeFirst();
        }
        return line(samples.getFirst(), now);
    }

    private ProgressLine line(Sample before, Sample now) {
        double seconds = Math.max(1e-3, (now.nanos - before.nanos) / 1e9);
        boolean known = !Double.isNaN(now.fraction);
        double pace = known ? (now.fraction - before.fraction) / seconds : 0;
        Optional<Duration> left = pace > 1e-9
                ? Optional.of(Duration.ofMillis(Math.round(1000 * (1 - now.fraction) / pace)))
                : Optional.empty();
        return new ProgressLine(
                verb,
                now.records,
                (now.records - before.records) / seconds,
                known ? OptionalDouble.of(Math.min(1, now.fraction)) : OptionalDouble.empty(),
                left);
    }

    private void erase() {
        if (drawn) {
            err.print(ERASE_LINE);
            err.flush();
            drawn = false;
        }
    }

    /** Takes the bar away. */
    @Override
    public void close() {
        ticker.shutdownNow();
        synchronized (this) {
            erase();
        }
    }
}
