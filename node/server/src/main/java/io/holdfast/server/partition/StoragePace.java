package io.holdfast.server.partition;

import io.holdfast.server.membership.IncidentLog;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Whether this node's journal takes far longer to write than it should. A disk that is slow, or stands still, fails nothing, and yet all that is led here waits
 * for it; so leaders hand over to sites where this is not so (Gunawi and others, "Fail-slow at scale", 2018). Thread-safe.
 *
 * <p>Time is counted in beats of a timer of this process: while the process itself stands still, or waits for a processor, nothing can be said of
 * the journal.
 */
public final class StoragePace {
    /** A write that lasts longer than this is slow. */
    private static final int LIMIT_BEATS = 10;
    /** A journal is slow until it has not been for so long, and has written something: not being asked proves nothing. */
    private static final int CALM_BEATS = 20 * LIMIT_BEATS;
    /** One that is soon slow again must be fast for twice as long, and so on up to this: leaders that come and go help nobody. */
    private static final int LONGEST_CALM_BEATS = 32 * CALM_BEATS;
    /** In times of the calm before: what is soon. */
    private static final int SOON = 10;

    private static final long IDLE = -1;

    private final String node;
    private final Duration limit;
    private final IncidentLog incidents;
    private final Set<Share> shares = ConcurrentHashMap.newKeySet();
    private volatile long beat;
    private volatile boolean slow;
    private long slowBeat;
    private long recoveredBeat;
    private long calmBeats = CALM_BEATS;

    /**
     * @param node as incidents call it
     * @param limit after which a write is slow
     */
    StoragePace(String node, Duration limit, IncidentLog incidents) {
        this.node = node;
        this.limit = limit;
        this.incidents = incidents;
    }

    /** Watches until the system ends. */
    public static StoragePace watch(ActorSystem<?> system, String node, Duration limit, IncidentLog incidents) {
        var pace = new StoragePace(node, limit, incidents);
        Duration pause = limit.dividedBy(LIMIT_BEATS);
        system.scheduler().scheduleWithFixedDelay(pause, pause, pace::beat, system.executionContext());
        return pace;
    }

    /** Of one journal. */
    Share share() {
        var share = new Share();
        shares.add(share);
        return share;
    }

    /** Whether leaders should hand over. */
    public boolean slow() {
        return slow;
    }

    /** Time has passed, and this process has run. */
    synchronized void beat() {
        long now = beat + 1;
        beat = now;
        for (Share share : shares) {
            long began = share.began;
            if (began != IDLE && now - began > LIMIT_BEATS) {
                foundSlow();
            }
        }
    }

    private synchronized void foundSlow() {
        slowBeat = beat;
        if (!slow) {
            slow = true;
            boolean soon = recoveredBeat > 0 && beat - recoveredBeat < SOON * calmBeats;
            calmBeats = soon ? Math.min(2 * calmBeats, LONGEST_CALM_BEATS) : CALM_BEATS;
            incidents.report(
                    "storage-slow",
                    node,
                    "a write to the journal takes longer than the " + limit.toMillis()
                            + " ms of persistence.slow-write",
                    "leaders hand over to sites whose journals are not slow: look at the disk, or at the site's Cassandra");
        }
    }

    private synchronized void foundFast() {
        if (slow && beat - slowBeat >= calmBeats) {
            slow = false;
            recoveredBeat = beat;
            incidents.recovered("storage-slow", node);
        }
    }

    /** One journal's, which has one write at a time. For its actor. */
    final class Share {
        private volatile long began = IDLE;

        private Share() {}

        void began() {
            began = beat;
        }

        /** The write is durable. */
        void ended() {
            boolean late = beat - began > LIMIT_BEATS;
            began = IDLE;
            if (late) {
                foundSlow();
            } else if (slow) {
                foundFast();
            }
        }

        /** The journal is closed, or has failed: what it was about to write proves nothing any more. */
        void close() {
            shares.remove(this);
        }
    }
}
