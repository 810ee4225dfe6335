package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.LogState;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Brings the leader's log to the followers: pipelined, bounded in bytes and messages, by image where the log is too short. */
final class Replication {
    private final Raft raft;
    private final Followers followers;
    private final Confirmation confirmation;
    private final ImageTransfers images;
    /** When the floors were last counted, in this leader's time. */
    private long rememberedNanos;

    Replication(Raft raft, Followers followers, Confirmation confirmation, ImageTransfers images) {
        this.raft = raft;
        this.followers = followers;
        this.confirmation = confirmation;
        this.images = images;
    }

    /** What the messages say alike that go to all followers together. */
    private record Heading(long stamp, long asOfWallMillis) {}

    private Heading heading() {
        return new Heading(confirmation.stamp(), confirmation.asOfWallMillis());
    }

    /** Sends whatever may be sent. */
    void proceed() {
        boolean entriesMayGo = false;
        boolean imagesWanted = false;
        for (Progress progress : followers) {
            if (progress.tookImageBytes > 0 && needsNoMoreLog(progress)) {
                progress.tookImageBytes = 0;
                progress.imagesInVain = 0;
            }
            boolean logTooShort = lacksEntries(progress) && !raft.log.knows(progress.nextIndex - 1);
            if (logTooShort && progress.mode != Progress.Mode.IMAGE) {
                // Also while answers are outstanding: what comes next is gone, whatever they say.
                progress.awaitImage();
            }
            if (progress.mode == Progress.Mode.IMAGE) {
                imagesWanted |= images.proceed(progress);
            }
            entriesMayGo |= entriesMayGo(progress);
        }
        if (!imagesWanted) {
            images.noneWanted();
        }
        if (entriesMayGo) {
            Heading heading = heading();
            followers.forEach(progress -> sendEntries(progress, heading));
        }
    }

    private boolean lacksEntries(Progress progress) {
        return progress.nextIndex <= raft.log.lastIndex();
    }

    private boolean entriesMayGo(Progress progress) {
        return lacksEntries(progress)
                && progress.maySendEntries(raft.config.maxInFlightAppends(), raft.room.inFlightBytes(raft.config));
    }

    private void sendEntries(Progress progress, Heading heading) {
        while (entriesMayGo(progress)) {
            List<Entry> entries = raft.log.slice(progress.nextIndex, raft.config.maxAppendBytes());
            sendAppend(progress, heading, entries, false);
            progress.sentEntries(entries, raft.now.nanos());
        }
    }

    private void sendAppend(Progress progress, Heading heading, List<Entry> entries, boolean quiesce) {
        // While an image is on its way nothing else is known to fit, so the heartbeat claims nothing.
        boolean claims = progress.mode != Progress.Mode.IMAGE && raft.log.knows(progress.nextIndex - 1);
        long prev = claims ? progress.nextIndex - 1 : 0;
        raft.send(
                progress.site,
                new AppendRequest(
                        raft.config.self(),
                        raft.identity(),
                        raft.term(),
                        heading.stamp(),
                        prev,
                        claims ? raft.log.termAt(prev) : 0,
                        entries,
                        raft.commitIndex,
                        heading.asOfWallMillis(),
                        quiesce,
                        floorsFor(progress, quiesce)));
        progress.lastSentNanos = raft.now.nanos();
    }

    /**
     * As often as heartbeats go, whatever goes in their place; before a silence; and always until the follower is known to hold this log: one that has gone back must be told
     * before it has been filled again. The follower itself is told what it has said to this leader, also if it may not vote yet: else one that
     * has forgotten it would for ever be sent what comes behind it.
     */
    private Floors floorsFor(Progress follower, boolean quiesce) {
        long now = raft.now.nanos();
        boolean toldLately = now - follower.toldFloorsNanos < raft.config.heartbeatNanos();
        if (toldLately && !quiesce && follower.mode == Progress.Mode.REPLICATE) {
            return Floors.NONE;
        }
        follower.toldFloorsNanos = now;
        if (rememberedNanos != now) {
            rememberedNanos = now;
            rememberFloors();
        }
        Floor own = floor(follower);
        return own.identity() == 0
                ? raft.floors
                : raft.floors.with(follower.site, raft.floors.of(follower.site).raisedTo(own));
    }

    private void rememberFloors() {
        raft.remember(raft.config.self(), new Floor(raft.identity(), raft.term(), committed(raft.wal.durableIndex())));
        for (Progress progress : followers) {
            raft.remember(progress.site, floor(progress));
        }
    }

    /** Whoever has answered a message of this term had accepted its leader by then, and holds durably what it acknowledged. */
    private Floor floor(Progress progress) {
        boolean hasAccepted = progress.stamp != 0;
        return hasAccepted ? new Floor(progress.identity, raft.term(), committed(progress.matchIndex)) : Floor.UNKNOWN;
    }

    private long committed(long index) {
        return Math.min(index, raft.commitIndex);
    }

    void heartbeat(boolean quiesce) {
        Heading heading = heading();
        followers.forEach(progress -> sendAppend(progress, heading, List.of(), quiesce));
        confirmation.roundSent();
    }

    void tick() {
        boolean due = false;
        for (Progress progress : followers) {
            due |= raft.now.nanos() - progress.lastSentNanos >= raft.config.heartbeatNanos();
        }
        if (due) {
            heartbeat(false);
        }
        followers.forEach(progress -> progress.imageSender.ifPresent(ImageSender::tick));
    }

    void answered(AppendResponse response) {
        Progress progress = followers.heardFrom(response.from(), response.identity());
        progress.answered(raft.now.nanos());
        progress.health = response.health();
        countStamp(progress, response);
        progress.installingIndex =
                response.logState() instanceof LogState.Installing installing ? installing.imageIndex() : 0;
        if (response.logState() instanceof LogState.Conflict conflict) {
            if (conflict.rejectedIndex() > progress.matchIndex && progress.mode != Progress.Mode.IMAGE) {
                progress.probe(Math.min(conflict.rejectedIndex(), conflict.hintIndex() + 1));
            }
        } else if (response.logState() instanceof LogState.Installing) {
            progress.imageSender.ifPresent(ImageSender::installing);
        } else {
            matched(progress, response.matchIndex());
        }
    }

    private void countStamp(Progress progress, AppendResponse response) {
        if (response.stamp() == 0) {
            return;
        }
        progress.stamp = Math.max(progress.stamp, response.stamp());
        ClockRateGuard clockRate = progress.clockRate(response.life());
        clockRate.exchange(response.stamp(), raft.now.nanos(), response.clock());
        if (clockRate.proven()) {
            // By the follower's own word, not by this leader's setting: the two may differ while settings change, site
            // by site.
            long shortest = (long) (response.promiseNanos() / (1 + raft.config.clockDriftBound()));
            progress.leaseUntil = Math.max(progress.leaseUntil, response.stamp() + shortest);
        }
    }

    private void matched(Progress progress, long index) {
        boolean news = progress.matched(index);
        Optional<ImageSender> sender = progress.imageSender;
        boolean tookIt = sender.isPresent() && index >= sender.get().index();
        // Without the one that it was sent, too: it may have taken an earlier one, and was thought to be away
        // meanwhile.
        boolean logGoesOn = progress.mode == Progress.Mode.IMAGE && raft.log.knows(progress.matchIndex);
        if (tookIt || logGoesOn) {
            progress.imageSender = Optional.empty();
            progress.probe(progress.matchIndex + 1);
            progress.tookImageBytes = sender.map(ImageSender::bytes).orElse(1L);
        } else {
            progress.resumeProbe(news, raft.now.nanos(), raft.config.heartbeatNanos());
        }
    }

    /** It is as others are, or nobody knows when it will be. */
    private boolean needsNoMoreLog(Progress progress) {
        boolean sentAll = progress.mode == Progress.Mode.REPLICATE && !lacksEntries(progress);
        return sentAll || images.isAway(progress);
    }

    void forgiveSilence() {
        followers.forEach(progress -> progress.lastHeardNanos = raft.now.nanos());
    }

    boolean heardMajority(long patienceNanos) {
        long since = raft.now.nanos() - raft.config.electionTimeoutNanos() - patienceNanos;
        return followers.majority(progress -> progress.lastHeardNanos >= since ? 1 : 0, 1) == 1;
    }

    long majorityMatch() {
        return followers.majority(progress -> progress.matchIndex, raft.wal.durableIndex());
    }

    /** Every site that is not lost holds everything. */
    boolean allCaughtUp() {
        for (Progress progress : followers) {
            if (!followers.isLost(progress) && progress.matchIndex != raft.log.lastIndex()) {
                return false;
            }
        }
        return true;
    }

    long matchOf(SiteId site) {
        return followers.of(site).matchIndex;
    }

    /** Whether the site is another one whose storage has been admitted, as far as it has spoken. */
    boolean isVoter(SiteId site) {
        return followers.find(site).filter(followers::isVoter).isPresent();
    }

    Optional<SiteId> furthestVoter() {
        return followers.stream()
                .filter(followers::isVoter)
                .max(Comparator.comparing(followers::isReachable).thenComparingLong(it -> it.matchIndex))
                .map(it -> it.site);
    }

    long minimalVoterMatch() {
        long minimum = raft.wal.durableIndex();
        for (Progress progress : followers) {
            minimum = Math.min(minimum, followers.isVoter(progress) ? progress.matchIndex : 0);
        }
        return minimum;
    }

    Map<SiteId, Long> matches() {
        var matches = new TreeMap<SiteId, Long>();
        followers.forEach(progress -> matches.put(progress.site, progress.matchIndex));
        return matches;
    }

    Map<SiteId, Boolean> heard() {
        var heard = new TreeMap<SiteId, Boolean>();
        followers.forEach(progress -> heard.put(progress.site, hears(progress)));
        return heard;
    }

    Set<SiteId> storageSlow() {
        return followers.stream()
                .filter(progress -> progress.health.storageSlow())
                .map(progress -> progress.site)
                .collect(Collectors.toSet());
    }

    Set<SiteId> worseConnected() {
        int lost = followers.lost();
        return followers.stream()
                .filter(progress -> progress.health.unreachable().size() > lost)
                .map(progress -> progress.site)
                .collect(Collectors.toSet());
    }

    private boolean hears(Progress progress) {
        long since = raft.now.nanos() - raft.config.electionTimeoutNanos();
        return raft.quiesced ? followers.isReachable(progress) : progress.lastHeardNanos >= since;
    }

    /** Whether a follower that is there has said that its node is full. Of one that is away nothing is known. */
    boolean anyFull() {
        for (Progress progress : followers) {
            if (progress.health.full() && hears(progress)) {
                return true;
            }
        }
        return false;
    }
}
