package io.holdfast.server.membership;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/**
 * How late this process has been lately, by a timer of its own that passes where messages of other nodes come in. Who is so short of the processor that its
 * own timers are late has no right to call others silent: their messages may lie here unread. A false alarm makes work, on a machine that has no time for
 * it, and so the next one (Dadgar and others, "Lifeguard: local health awareness for more accurate failure detection", 2018). Thread-safe.
 */
public final class Lateness implements Runnable {
    static final Duration INTERVAL = Duration.ofMillis(50);
    /** Three processes that keep two processors busy are late by 20 to 70 ms. With that in mind the times of failure detection were chosen. */
    static final Duration USUAL = Duration.ofMillis(100);
    /** Messages pass several queues on their way, at both ends. */
    static final int FACTOR = 8;
    /** After that even a node that goes on being late says what it sees. */
    static final Duration LONGEST = Duration.ofSeconds(2);
    /** What was late a second ago may still be what others are judged by. */
    private static final int REMEMBERED = 20;

    private final BiConsumer<Duration, Runnable> delay;
    private final LongSupplier nanos;
    private final long[] late = new long[REMEMBERED];
    private int next;
    /** Of those that are remembered. */
    private volatile long worst;

    private volatile long dueNanos;

    /** @param delay runs something later, on the threads that are watched */
    Lateness(BiConsumer<Duration, Runnable> delay, LongSupplier nanos) {
        this.delay = delay;
        this.nanos = nanos;
        again();
    }

    /** Watches the threads that a message for a replica passes. It ends with the system. */
    public static Lateness of(ActorSystem<?> system) {
        var incoming =
                system.dispatchers().lookup(DispatcherSelector.fromConfig("pekko.remote.default-remote-dispatcher"));
        var replicas = system.executionContext();
        return new Lateness(
                (after, task) -> {
                    // The scheduler throws when the system ends, and so does this watch.
                    if (!CoordinatedShutdown.get(system).getShutdownReason().isPresent()) {
                        system.scheduler().scheduleOnce(after, () -> replicas.execute(task), incoming);
                    }
                },
                System::nanoTime);
    }

    @Override
    public synchronized void run() {
        late[next] = overdue();
        next = (next + 1) % REMEMBERED;
        worst = Arrays.stream(late).max().orElse(0);
        again();
    }

    private void again() {
        dueNanos = nanos.getAsLong() + INTERVAL.toNanos();
        delay.accept(INTERVAL, this);
    }

    private long overdue() {
        return Math.max(0, nanos.getAsLong() - dueNanos);
    }

    /**
     * Cheap, for each message. How much longer than usual the silence of others must last before it means anything: zero while this node has been about as late as usual
     * in the last second.
     */
    public Duration patience() {
        long latest = Math.max(worst, overdue());
        return latest < USUAL.toNanos()
                ? Duration.ZERO
                : Duration.ofNanos(Math.min(FACTOR * latest, LONGEST.toNanos()));
    }
}
