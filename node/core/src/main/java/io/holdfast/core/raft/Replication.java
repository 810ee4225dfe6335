package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.core.raft.PeerMessage.ImageAck;
import io.holdfast.core.raft.PeerMessage.LogState;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/** Brings the leader's log to the followers: pipelined, bounded in bytes and messages, by image where the log is too short. */
final class Replication {
    private final RaftNode raft;
    private final Map<SiteId, Progress> followers;
    private final Confirmation confirmation;
    private final Map<SiteId, ImageSender> imageSenders = new HashMap<>();
    private Optional<ImageSender.Image> image = Optional.empty();
    private boolean imageAsked;

    Replication(RaftNode raft, Map<SiteId, Progress> followers, Confirmation confirmation) {
        this.raft = raft;
        this.followers = followers;
        this.confirmation = confirmation;
    }

    /** Sends whatever may be sent. */
    void proceed() {
        long stamp = confirmation.stamp();
        followers.forEach((site, progress) -> {
            boolean logTooShort = progress.nextIndex <= raft.log.lastIndex() && !raft.log.knows(progress.nextIndex - 1);
            if (logTooShort && progress.mode != Progress.Mode.IMAGE) {
                // Also while answers are outstanding: what comes next is gone, whatever they say.
                progress.awaitImage();
            }
            if (progress.mode == Progress.Mode.IMAGE) {
                sendImage(site, progress);
            }
            while (progress.nextIndex <= raft.log.lastIndex()
                    && progress.maySendEntries(raft.config.maxInFlightAppends())) {
                List<Entry> entries = raft.log.slice(progress.nextIndex, raft.config.maxAppendBytes());
                sendAppend(site, progress, stamp, entries, false);
                progress.sentEntries(entries.get(entries.size() - 1).index(), raft.now.nanos());
            }
        });
    }

    private void sendAppend(SiteId to, Progress progress, long stamp, List<Entry> entries, boolean quiesce) {
        // While an image is on its way nothing else is known to fit, so the heartbeat claims nothing.
        boolean claims = progress.mode != Progress.Mode.IMAGE && raft.log.knows(progress.nextIndex - 1);
        long prev = claims ? progress.nextIndex - 1 : 0;
        raft.send(
                to,
                new AppendRequest(
                        raft.config.self(),
                        raft.identity(),
                        raft.term(),
                        stamp,
                        prev,
                        claims ? raft.log.termAt(prev) : 0,
                        entries,
                        raft.commitIndex,
                        confirmation.asOfWallMillis(),
                        quiesce));
        progress.lastSentNanos = raft.now.nanos();
    }

    void heartbeat(boolean quiesce) {
        long stamp = confirmation.stamp();
        followers.forEach((site, progress) -> sendAppend(site, progress, stamp, List.of(), quiesce));
        confirmation.roundSent();
    }

    void tick() {
        boolean due = false;
        for (Progress progress : followers.values()) {
            due |= raft.now.nanos() - progress.lastSentNanos >= raft.config.heartbeatNanos();
        }
        if (due) {
            heartbeat(false);
        }
        imageSenders.values().forEach(ImageSender::tick);
    }

    void answered(AppendResponse response) {
        Progress progress = progressOf(response.from(), response.identity());
        progress.lastHeardNanos = raft.now.nanos();
        countStamp(progress, response);
        if (response.logState() instanceof LogState.Conflict conflict) {
            if (conflict.rejectedIndex() > progress.matchIndex && progress.mode != Progress.Mode.IMAGE) {
                progress.probe(Math.min(conflict.rejectedIndex(), conflict.hintIndex() + 1));
            }
        } else if (response.logState() instanceof LogState.Installing) {
            Optional.ofNullable(imageSenders.get(response.from())).ifPresent(ImageSender::installing);
        } else {
            matched(response.from(), progress, response.matchIndex());
        }
    }

    /**
     * What an old storage held and promised says nothing of the new one, and the other way round, whichever of their messages
     * comes late: each change of identity starts from nothing.
     */
    private Progress progressOf(SiteId site, long identity) {
        Progress known = followers.get(site);
        if (known.identity != 0 && known.identity != identity) {
            Progress fresh = new Progress(raft.log.lastIndex() + 1, raft.now.nanos(), raft.config.clockDriftBound());
            fresh.reachable = known.reachable;
            imageSenders.remove(site);
            followers.put(site, fresh);
            known = fresh;
        }
        known.identity = identity;
        return known;
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

    private void matched(SiteId site, Progress progress, long index) {
        ImageSender sender = imageSenders.get(site);
        if (sender != null && index >= sender.index()) {
            imageSenders.remove(site);
            progress.matched(index);
            progress.probe(progress.matchIndex + 1);
        } else {
            boolean news = progress.matched(index);
            progress.resumeProbe(news, raft.now.nanos(), raft.config.heartbeatNanos());
        }
    }

    private void sendImage(SiteId site, Progress progress) {
        ImageSender sender = imageSenders.get(site);
        if (sender == null) {
            boolean usable = image.isPresent() && raft.log.knows(image.get().index());
            if (!usable) {
                raft.out.imageWanted |= !imageAsked;
                imageAsked = true;
                return;
            }
            sender = new ImageSender(raft, site, image.get());
            imageSenders.put(site, sender);
        }
        sender.proceed();
    }

    void imageEncoded(Input.ImageEncoded encoded) {
        imageAsked = false;
        image = Optional.of(ImageSender.Image.of(encoded, raft.config.imageChunkBytes()));
    }

    void imageAnswered(ImageAck ack) {
        Progress progress = followers.get(ack.from());
        if (progress.identity != ack.identity()) {
            return; // Of another life of that site's storage.
        }
        progress.lastHeardNanos = raft.now.nanos();
        ImageSender sender = imageSenders.get(ack.from());
        if (sender != null && sender.index() == ack.imageIndex()) {
            sender.acknowledged(ack.nextNumber());
        }
    }

    /** The first index that a running transfer will need afterwards. */
    long neededFrom() {
        long needed = Long.MAX_VALUE;
        for (ImageSender sender : imageSenders.values()) {
            needed = Math.min(needed, sender.index());
        }
        return needed;
    }

    /** Notes the hint and answers whether it brings a site back. */
    boolean reachable(SiteId site, boolean reachable) {
        Progress progress = followers.get(site);
        if (progress == null) {
            return false;
        }
        boolean back = reachable && !progress.reachable;
        progress.reachable = reachable;
        return back;
    }

    void forgiveSilence() {
        followers.values().forEach(progress -> progress.lastHeardNanos = raft.now.nanos());
    }

    boolean heardMajority() {
        long since = raft.now.nanos() - raft.config.electionTimeoutNanos();
        return majority(progress -> progress.lastHeardNanos >= since ? 1 : 0, 1) == 1;
    }

    long majorityMatch() {
        return majority(progress -> progress.matchIndex, raft.wal.durableIndex());
    }

    /** The highest value that a majority of the voters reaches, this leader with the given value. */
    private long majority(ToLongFunction<Progress> value, long own) {
        long[] values = new long[raft.membership.sites().size()];
        int filled = 0;
        values[filled++] = own;
        for (var follower : followers.entrySet()) {
            // A follower that has not spoken yet holds nothing that counts, but it is not late either.
            Progress progress = follower.getValue();
            boolean voter = progress.identity == 0 || raft.membership.isVoter(follower.getKey(), progress.identity);
            values[filled++] = voter ? value.applyAsLong(progress) : 0;
        }
        Arrays.sort(values);
        return values[values.length - raft.membership.quorum()];
    }

    /** Every site that is not known to be lost holds everything. */
    boolean allCaughtUp() {
        for (Progress progress : followers.values()) {
            if (progress.reachable && progress.matchIndex != raft.log.lastIndex()) {
                return false;
            }
        }
        return true;
    }

    long matchOf(SiteId site) {
        return followers.get(site).matchIndex;
    }

    /** Whether the site is another one whose storage has been admitted, as far as it has spoken. */
    boolean isVoter(SiteId site) {
        Progress progress = followers.get(site);
        return progress != null && raft.membership.isVoter(site, progress.identity);
    }

    Optional<SiteId> furthestVoter() {
        return followers.entrySet().stream()
                .filter(it -> it.getValue().reachable && raft.membership.isVoter(it.getKey(), it.getValue().identity))
                .max(Comparator.comparingLong(it -> it.getValue().matchIndex))
                .map(Map.Entry::getKey);
    }

    long minimalVoterMatch() {
        long minimum = raft.wal.durableIndex();
        for (var follower : followers.entrySet()) {
            boolean voter = raft.membership.isVoter(follower.getKey(), follower.getValue().identity);
            minimum = Math.min(minimum, voter ? follower.getValue().matchIndex : 0);
        }
        return minimum;
    }

    Map<SiteId, Long> matches() {
        var matches = new TreeMap<SiteId, Long>();
        followers.forEach((site, progress) -> matches.put(site, progress.matchIndex));
        return matches;
    }

    Map<SiteId, Boolean> heard() {
        var heard = new TreeMap<SiteId, Boolean>();
        long since = raft.now.nanos() - raft.config.electionTimeoutNanos();
        followers.forEach((site, progress) ->
                heard.put(site, raft.quiesced ? progress.reachable : progress.lastHeardNanos >= since));
        return heard;
    }
}
