package io.holdfast.server.partition;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** Ticks a replica no sooner than its core wants it, by one timer at a time. For its actor; times are the core's. */
final class TickTimer {
    /** No timer is shorter. */
    private static final long SHORTEST_NANOS = Duration.ofMillis(10).toNanos();
    /** When to ask a follower again that has let its time pass, out of patience. */
    private static final long PATIENT_NANOS = Duration.ofMillis(100).toNanos();

    private final TimerScheduler<ReplicaMessage> timers;
    private final LongSupplier nanos;
    /** When the timer ends; {@link Long#MAX_VALUE} if none runs. */
    private long endsNanos = Long.MAX_VALUE;

    private long shortestNanos = SHORTEST_NANOS;

    /** @param nanos the core's clock */
    TickTimer(TimerScheduler<ReplicaMessage> timers, LongSupplier nanos) {
        this.timers = timers;
        this.nanos = nanos;
    }

    /** The tick that was asked for has come. */
    void ended() {
        endsNanos = Long.MAX_VALUE;
    }

    /** Whether what is wanted next has been wanted already, and was put off. */
    void patient(boolean patient) {
        shortestNanos = patient ? PATIENT_NANOS : SHORTEST_NANOS;
    }

    /** A timer that ends too early is left to run: with each message of a leader the next tick is wanted a little later. */
    void tickBy(long wantedNanos) {
        if (wantedNanos == Long.MAX_VALUE) {
            return;
        }
        long nowNanos = nanos.getAsLong();
        long atNanos = Math.max(wantedNanos, nowNanos + shortestNanos);
        if (atNanos < endsNanos) {
            endsNanos = atNanos;
            timers.startSingleTimer("tick", new ReplicaEvent.Tick(), Duration.ofNanos(atNanos - nowNanos));
        }
    }
}
