package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.ImageAck;
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
    /** A part of what a transfer takes is as long for a small image as for a large one. */
    private static final int LEAST_TAILS = 4;
    /** However large an image is; and while it is being encoded, as nobody knows yet. */
    private static final int MOST_TAILS = 16;

    /** After a silence of so many times the time after which a chunk is sent again, a follower loses its image. */
    private static final int AWAY_RETRIES = 8;

    private final RaftNode raft;
    private final Followers followers;
    private final Confirmation confirmation;
    private Optional<ImageSender.Image> image = Optional.empty();
    /** Where the image will stand that is being encoded; {@link Long#MAX_VALUE} if none is. */
    private long imageAskedIndex = Long.MAX_VALUE;

    private long askForImageNanos;

    Replication(RaftNode raft, Followers followers, Confirmation confirmation) {
        this.raft = raft;
        this.followers = followers;
        this.confirmation = confirmation;
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
            }
            boolean logTooShort = lacksEntries(progress) && !raft.log.knows(progress.nextIndex - 1);
            if (logTooShort && progress.mode != Progress.Mode.IMAGE) {
                // Also while answers are outstanding: what comes next is gone, whatever they say.
                progress.awaitImage();
            }
            if (progress.mode == Progress.Mode.IMAGE) {
                imagesWanted |= proceedImage(progress);
            }
            entriesMayGo |= entriesMayGo(progress);
        }
        if (!imagesWanted) {
            // It is as large as the partition.
            image = Optional.empty();
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
                        quiesce));
        progress.lastSentNanos = raft.now.nanos();
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

    /** Answers whether one is wanted. One for a site that is away would be held for as long, and others' images wait for the memory. */
    private boolean proceedImage(Progress progress) {
        if (isAway(progress)) {
            progress.imageSender = Optional.empty();
            return false;
        }
        boolean mayWant = progress.installingIndex == 0 && silence(progress) <= raft.config.electionTimeoutNanos();
        boolean wanted = progress.imageSender.isPresent() || mayWant;
        if (wanted) {
            sendImage(progress);
        }
        return wanted;
    }

    /** For longer than a pause, after which a transfer goes on where it was. */
    private boolean isAway(Progress progress) {
        return raft.quiesced ? !progress.reachable : silence(progress) > AWAY_RETRIES * raft.config.imageRetryNanos();
    }

    private long silence(Progress progress) {
        return progress.silenceNanos(raft.now.nanos());
    }

    /** It is as others are, or nobody knows when it will be. */
    private boolean needsNoMoreLog(Progress progress) {
        boolean sentAll = progress.mode == Progress.Mode.REPLICATE && !lacksEntries(progress);
        return sentAll || isAway(progress);
    }

    private void sendImage(Progress progress) {
        if (progress.imageSender.isEmpty()) {
            // One that the log does not go on from any more would only stand in the way of the next.
            image = image.filter(it -> raft.log.knows(it.index()));
            if (image.isEmpty()) {
                if (imageAskedIndex == Long.MAX_VALUE && raft.now.nanos() - askForImageNanos >= 0) {
                    imageAskedIndex = raft.commitIndex;
                    raft.out.imageWanted = true;
                }
                return;
            }
            progress.imageSender = Optional.of(new ImageSender(raft, progress.site, image.get()));
        }
        progress.imageSender.get().proceed();
    }

    void imageEncoded(Input.ImageEncoded encoded) {
        imageAskedIndex = Long.MAX_VALUE;
        image = Optional.of(ImageSender.Image.of(encoded, raft.config.imageChunkBytes()));
    }

    /** It is asked for again after a while: each asking costs a copy of what is not kept in versions. */
    void imageNotEncoded() {
        imageAskedIndex = Long.MAX_VALUE;
        askForImageNanos = raft.now.nanos() + raft.config.imageRetryNanos();
    }

    /** What the images take in memory that followers are being sent; each counts once. */
    long imageBytes() {
        long bytes = image.isPresent() ? image.get().bytes().length() : 0;
        for (Progress progress : followers) {
            if (progress.imageSender.isPresent()
                    && isFirstWith(progress.imageSender.get().image(), progress)) {
                bytes += progress.imageSender.get().bytes();
            }
        }
        return bytes;
    }

    private boolean isFirstWith(ImageSender.Image sent, Progress to) {
        if (image.isPresent() && image.get() == sent) {
            return false;
        }
        for (Progress progress : followers) {
            if (progress == to) {
                return true;
            }
            if (progress.imageSender.isPresent() && progress.imageSender.get().image() == sent) {
                return false;
            }
        }
        return true;
    }

    void imageAnswered(ImageAck ack) {
        Progress progress = followers.of(ack.from());
        if (progress.identity != ack.identity()) {
            return; // Of another life of that site's storage.
        }
        progress.answered(raft.now.nanos());
        progress.imageSender
                .filter(sender -> sender.index() == ack.imageIndex())
                .ifPresent(sender -> sender.acknowledged(ack.nextNumber()));
    }

    /** The first index that a transfer will need afterwards that is running, waits for its image, or has just ended. */
    long neededFrom() {
        long needed = imageAskedIndex;
        for (Progress progress : followers) {
            if (progress.imageSender.isPresent()) {
                needed = Math.min(needed, progress.imageSender.get().index());
            } else if (progress.tookImageBytes > 0) {
                needed = Math.min(needed, progress.matchIndex);
            } else if (progress.installingIndex > 0 && !isAway(progress)) {
                needed = Math.min(needed, progress.installingIndex);
            }
        }
        return needed;
    }

    /** How much of the log is kept from there on: beyond an image's own size another one costs no more. */
    long logBytesWorthKeeping(long tailBytes) {
        long largest = imageAskedIndex < Long.MAX_VALUE ? Long.MAX_VALUE : 0;
        for (Progress progress : followers) {
            long sent = progress.imageSender.isPresent()
                    ? progress.imageSender.get().bytes()
                    : progress.tookImageBytes;
            largest = Math.max(largest, sent);
        }
        return Math.min(MOST_TAILS * tailBytes, Math.max(LEAST_TAILS * tailBytes, largest));
    }

    /** Notes the hint and answers whether it brings a site back. */
    boolean reachable(SiteId site, boolean reachable) {
        Optional<Progress> progress = followers.find(site);
        boolean back = reachable && progress.isPresent() && !progress.get().reachable;
        progress.ifPresent(it -> it.reachable = reachable);
        return back;
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

    /** Every site that is not known to be lost holds everything. */
    boolean allCaughtUp() {
        for (Progress progress : followers) {
            if (progress.reachable && progress.matchIndex != raft.log.lastIndex()) {
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
                .filter(it -> it.reachable && followers.isVoter(it))
                .max(Comparator.comparingLong(it -> it.matchIndex))
                .map(it -> it.site);
    }

    /**
     * A site that can take over from a leader whose own journal holds it up: the first in the order of preference that is no further behind than that journal.
     * Empty unless a majority is there without this site: else its vote would be waited for, and then its journal all the same.
     */
    Optional<SiteId> fasterVoter() {
        if (followers.stream().filter(this::isThere).count() < raft.membership.quorum()) {
            return Optional.empty();
        }
        return raft.config.preference().stream()
                .flatMap(site -> followers.find(site).stream())
                .filter(progress -> isThere(progress) && !progress.health.storageSlow())
                .filter(progress -> progress.matchIndex >= raft.wal.durableIndex())
                .map(progress -> progress.site)
                .findFirst();
    }

    /** A voter, by what it has said itself: after a pause all are forgiven their silence, but one that is gone takes nothing over. */
    private boolean isThere(Progress progress) {
        return followers.isVoter(progress)
                && progress.reachable
                && silence(progress) <= raft.config.electionTimeoutNanos();
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

    private boolean hears(Progress progress) {
        long since = raft.now.nanos() - raft.config.electionTimeoutNanos();
        return raft.quiesced ? progress.reachable : progress.lastHeardNanos >= since;
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
