package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/** What the leader knows of one follower, and how fast it sends to it. */
final class Progress {
    enum Mode {
        /** Where the logs agree is not known: one message with entries at a time. */
        PROBE,
        /** Pipelining: entries go out without waiting for the answers before. */
        REPLICATE,
        /** The follower lacks entries that are in memory no more: it gets an image. */
        IMAGE
    }

    final SiteId site;
    Mode mode = Mode.PROBE;
    long nextIndex;
    long matchIndex;
    /** The identity that the follower's last message carried, 0 before the first one. */
    long identity;
    /** The newest stamp that came back, 0 for none. */
    long stamp;

    /** Until then the follower votes for nobody else, by this leader's clock; 0 if nothing is proven. */
    long leaseUntil;

    long lastHeardNanos;
    long lastSentNanos;
    /** When it was last told the floors, if ever: before it is known to hold the log it always is. */
    long toldFloorsNanos;

    /** Of its node, as it last said. */
    NodeHealth health = NodeHealth.GOOD;
    /** A probe is on its way, since this time. */
    boolean paused;
    /** The transfer of an image that is under way. */
    Optional<ImageSender> imageSender = Optional.empty();
    /** The size of the image that it has taken, until it has been sent all that follows it; 0 otherwise. */
    long tookImageBytes;
    /** How many images in a row it has taken while more was written than the log keeps. */
    int imagesInVain;
    /** Where the image stands that it is decoding or saving, as it last said; 0 for none. */
    long installingIndex;

    private long answeredNanos;
    private boolean hasAnswered;
    private long pausedNanos;

    /** Which life of the follower the clock's rate is measured in. */
    private long life;

    private ClockRateGuard clockRate;
    private final double clockDriftBound;
    /** Messages with entries that it has not answered. */
    private final ArrayDeque<Append> inFlight = new ArrayDeque<>();

    private long inFlightBytes;

    private record Append(long lastIndex, long bytes) {}

    /** For which membership and identity {@link #voter} is the answer. */
    private Membership askedOf;

    private long askedIdentity;
    private boolean voter;

    Progress(SiteId site, long nextIndex, long nowNanos, double clockDriftBound) {
        this.site = site;
        this.nextIndex = nextIndex;
        this.lastHeardNanos = nowNanos;
        this.clockDriftBound = clockDriftBound;
        this.clockRate = new ClockRateGuard(clockDriftBound);
    }

    /** Whether what it holds and promises counts. Asked several times a step, and the membership hardly ever changes. */
    boolean isVoter(Membership membership) {
        if (askedOf != membership || askedIdentity != identity) {
            askedOf = membership;
            askedIdentity = identity;
            voter = membership.isVoter(site, identity);
        }
        return voter;
    }

    /** The guard of the follower's clock, a new one if the follower has started anew. */
    ClockRateGuard clockRate(long answeringLife) {
        if (life != answeringLife) {
            life = answeringLife;
            clockRate = new ClockRateGuard(clockDriftBound);
        }
        return clockRate;
    }

    void answered(long nowNanos) {
        lastHeardNanos = nowNanos;
        answeredNanos = nowNanos;
        hasAnswered = true;
    }

    /** Since its last answer to this leader, for ever if there was none. Unlike {@link #lastHeardNanos} it is not forgiven after a pause. */
    long silenceNanos(long nowNanos) {
        return hasAnswered ? nowNanos - answeredNanos : Long.MAX_VALUE;
    }

    /** @param maxBytes beyond it no further message goes */
    boolean maySendEntries(int maxInFlight, long maxBytes) {
        return switch (mode) {
            case PROBE -> !paused;
            case REPLICATE -> inFlight.size() < maxInFlight && inFlightBytes < maxBytes;
            case IMAGE -> false;
        };
    }

    void sentEntries(List<Entry> entries, long nowNanos) {
        if (mode == Mode.PROBE) {
            paused = true;
            pausedNanos = nowNanos;
            return;
        }
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.size();
        }
        long lastIndex = entries.get(entries.size() - 1).index();
        inFlight.addLast(new Append(lastIndex, bytes));
        inFlightBytes += bytes;
        nextIndex = lastIndex + 1;
    }

    /** The follower holds the leader's log up to the index. Answers whether that is news. */
    boolean matched(long index) {
        boolean news = index > matchIndex;
        matchIndex = Math.max(matchIndex, index);
        while (!inFlight.isEmpty() && inFlight.peekFirst().lastIndex() <= matchIndex) {
            inFlightBytes -= inFlight.removeFirst().bytes();
        }
        nextIndex = Math.max(nextIndex, matchIndex + 1);
        if (mode == Mode.PROBE && index >= nextIndex - 1) {
            mode = Mode.REPLICATE;
            paused = false;
        }
        return news;
    }

    /**
     * The probe may be lost: it may be sent again, but not in answer to each answer. A follower whose disk is slow says at once
     * that it still holds no more, and the two would ask and answer as fast as the network lets them.
     */
    void resumeProbe(boolean news, long nowNanos, long patienceNanos) {
        if (mode == Mode.PROBE && (news || nowNanos - pausedNanos >= patienceNanos)) {
            paused = false;
        }
    }

    /** Entries that were sent may be lost: find out again where the logs agree. */
    void probe(long next) {
        mode = Mode.PROBE;
        paused = false;
        forgetInFlight();
        nextIndex = Math.max(matchIndex + 1, next);
    }

    void awaitImage() {
        mode = Mode.IMAGE;
        imagesInVain += tookImageBytes > 0 ? 1 : 0;
        tookImageBytes = 0;
        paused = false;
        forgetInFlight();
    }

    private void forgetInFlight() {
        inFlight.clear();
        inFlightBytes = 0;
    }
}
