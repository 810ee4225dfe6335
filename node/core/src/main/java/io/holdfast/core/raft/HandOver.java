package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * When a leader hands over by itself, because another site would do better, and to whom. If that one does not take over, this leader goes on for a while: proposals wait during
 * each attempt.
 */
final class HandOver {
    /** In heartbeats: until others have said that they are slow, too, which a disk that all share makes them find out at about the same time. */
    private static final int SLOW_DELAY = 2;
    /** In election timeouts; an attempt takes one at most. */
    private static final int PAUSE = 10;
    /** In election timeouts, 2 s of 400 ms: so much later, at most, does a node that is short of the processor take others for lost. */
    private static final int LATE = 5;

    private final Raft raft;
    private final Followers followers;
    /** Not before this time is there another attempt, because its journal is slow. */
    private long slowFromNanos;
    /** The same, because it reaches too few. */
    private long cutOffFromNanos;
    /** Since when another site has been better connected. */
    private OptionalLong worseSinceNanos = OptionalLong.empty();

    HandOver(Raft raft, Followers followers) {
        this.raft = raft;
        this.followers = followers;
        storageSlow();
    }

    /** This node's is, from now on. */
    void storageSlow() {
        slowFromNanos = Math.max(slowFromNanos, raft.now.nanos() + SLOW_DELAY * raft.config.heartbeatNanos());
    }

    /** After a silence in which nobody could say anything. */
    void wake() {
        worseSinceNanos = OptionalLong.empty();
    }

    /** Whether it would hand over soon if it did not fall silent. */
    boolean pending() {
        return worseSinceNanos.isPresent() && raft.now.nanos() - cutOffFromNanos >= 0;
    }

    /** Asked at each tick: to whom to hand over now, if to anybody. */
    Optional<SiteId> next(long patienceNanos) {
        long now = raft.now.nanos();
        long again = now + PAUSE * raft.config.electionTimeoutNanos();
        Optional<Progress> connected = betterConnected(patienceNanos);
        Optional<Progress> faster = now - slowFromNanos >= 0 ? faster() : Optional.empty();
        if (faster.isPresent()) {
            slowFromNanos = again;
            return faster.map(progress -> progress.site);
        }
        if (connected.isPresent() && now - cutOffFromNanos >= 0) {
            cutOffFromNanos = again;
            return connected.map(progress -> progress.site);
        }
        return Optional.empty();
    }

    /**
     * A leader whose journal stands still gets no further than one write ahead of it, and needs a majority without itself for each entry, as if its site were half
     * lost (Gunawi and others, "Fail-slow at scale", 2018). A site whose journal is as far and is not slow does better: it holds what the own one holds, and all
     * that is committed, which may be more. Empty unless a majority is there without this site: else its vote would be waited for, and then its journal all the same.
     */
    private Optional<Progress> faster() {
        boolean mayLeave = raft.health.storageSlow()
                && followers.stream().filter(this::isThere).count() >= raft.membership.quorum();
        long needed = Math.max(raft.wal.durableIndex(), raft.commitIndex);
        return mayLeave ? successors().filter(it -> it.matchIndex >= needed).findFirst() : Optional.empty();
    }

    /**
     * Where only the link between two sites is broken, nothing that one of them leads is of use to the clients of the other, and transactions over partitions that both lead
     * come to no end at either (Alquraan and others, "An analysis of network-partitioning failures in cloud systems", OSDI 2018). Somebody who reaches more of the
     * others serves all. Empty if there is nobody, as when a site is lost to all.
     */
    private Optional<Progress> betterConnected(long patienceNanos) {
        int lost = followers.lost();
        List<Progress> better = lost == 0
                ? List.of()
                : successors().filter(it -> unreachableFrom(it) < lost).toList();
        long now = raft.now.nanos();
        worseSinceNanos = better.isEmpty() ? OptionalLong.empty() : OptionalLong.of(worseSinceNanos.orElse(now));
        return better.stream()
                .filter(it -> now - worseSinceNanos.getAsLong() >= patienceNanos + doubtNanos(it))
                // What it still lacks is on its way, and is waited for; who lacks what is committed may lack much.
                .filter(it -> it.matchIndex >= raft.commitIndex)
                .min(Comparator.comparingInt(HandOver::unreachableFrom));
    }

    private static int unreachableFrom(Progress progress) {
        return progress.health.unreachable().size();
    }

    /** Of a site that has died all others come to know within an election's timeout or so, but for those that are late; then nobody is better connected. */
    private long doubtNanos(Progress better) {
        return (better.health.late() ? LATE : 1) * raft.config.electionTimeoutNanos();
    }

    /** Whose journal would not hold it up, in the order of preference. */
    private Stream<Progress> successors() {
        return raft.config.preference().stream()
                .flatMap(site -> followers.find(site).stream())
                .filter(progress -> isThere(progress) && !progress.health.storageSlow());
    }

    private boolean isThere(Progress progress) {
        return followers.isVoter(progress) && followers.isReachable(progress) && !followers.isSilent(progress);
    }
}
