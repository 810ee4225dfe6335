package io.holdfast.core.raft;

import io.holdfast.core.raft.PeerMessage.ImageAck;
import java.util.Optional;

/** The images that a leader sends to followers for whom its log is too short: one is made for all that want one. */
final class ImageTransfers {
    /** A part of what a transfer takes is as long for a small image as for a large one. */
    private static final int LEAST_TAILS = 4;
    /** However large an image is; and while it is being encoded, as nobody knows yet. Twice as much with each image that was taken in vain. */
    private static final int MOST_TAILS = 16;

    private static final int MOST_DOUBLINGS = 16;

    /** After a silence of so many times the time after which a chunk is sent again, a follower loses its image. */
    private static final int AWAY_RETRIES = 8;

    private final Raft raft;
    private final Followers followers;
    private Optional<ImageSender.Image> image = Optional.empty();
    /** Where the image will stand that is being encoded; {@link Long#MAX_VALUE} if none is. */
    private long askedIndex = Long.MAX_VALUE;

    private long askFromNanos;

    ImageTransfers(Raft raft, Followers followers) {
        this.raft = raft;
        this.followers = followers;
    }

    /** Answers whether one is wanted. One for a site that is away would be held for as long, and others' images wait for the memory. */
    boolean proceed(Progress progress) {
        if (isAway(progress)) {
            progress.imageSender = Optional.empty();
            progress.imagesInVain = 0;
            return false;
        }
        boolean mayWant = progress.installingIndex == 0 && silence(progress) <= raft.config.electionTimeoutNanos();
        boolean wanted = progress.imageSender.isPresent() || mayWant;
        if (wanted) {
            send(progress);
        }
        return wanted;
    }

    /** No follower is to be sent one. */
    void noneWanted() {
        // It is as large as the partition.
        image = Optional.empty();
    }

    /** For longer than a pause, after which a transfer goes on where it was. */
    boolean isAway(Progress progress) {
        return raft.quiesced
                ? !followers.isReachable(progress)
                : silence(progress) > AWAY_RETRIES * raft.config.imageRetryNanos();
    }

    private long silence(Progress progress) {
        return progress.silenceNanos(raft.now.nanos());
    }

    private void send(Progress progress) {
        if (progress.imageSender.isEmpty()) {
            // One that the log does not go on from any more would only stand in the way of the next.
            image = image.filter(it -> raft.log.knows(it.index()));
            if (image.isEmpty()) {
                if (askedIndex == Long.MAX_VALUE && raft.now.nanos() - askFromNanos >= 0) {
                    askedIndex = raft.commitIndex;
                    raft.out.imageWanted = true;
                }
                return;
            }
            progress.imageSender = Optional.of(new ImageSender(raft, progress.site, image.get()));
        }
        progress.imageSender.get().proceed();
    }

    void encoded(Input.ImageEncoded encoded) {
        askedIndex = Long.MAX_VALUE;
        image = Optional.of(ImageSender.Image.of(encoded, raft.config.imageChunkBytes()));
    }

    /** It is asked for again after a while: each asking costs a copy of what is not kept in versions. */
    void notEncoded() {
        askedIndex = Long.MAX_VALUE;
        askFromNanos = raft.now.nanos() + raft.config.imageRetryNanos();
    }

    /** What the images take in memory that followers are being sent; each counts once. */
    long bytes() {
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

    void answered(ImageAck ack) {
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
        long needed = askedIndex;
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
        long largest = askedIndex < Long.MAX_VALUE ? Long.MAX_VALUE : 0;
        int inVain = 0;
        for (Progress progress : followers) {
            inVain = Math.max(inVain, progress.imagesInVain);
            long sent = progress.imageSender.isPresent()
                    ? progress.imageSender.get().bytes()
                    : progress.tookImageBytes;
            largest = Math.max(largest, sent);
        }
        long most = MOST_TAILS * tailBytes << Math.min(MOST_DOUBLINGS, inVain);
        return Math.min(most, Math.max(LEAST_TAILS * tailBytes, largest));
    }
}
