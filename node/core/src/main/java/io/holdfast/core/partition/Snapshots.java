package io.holdfast.core.partition;

import static io.holdfast.core.InvariantViolation.check;

import java.util.Optional;

/**
 * Decides when a durable snapshot is saved: when the journal has outgrown the partition, or when a leader's image has been
 * received and is to be installed, or when somebody has asked for one to free the disk. One at a time.
 */
final class Snapshots {
    /** Where there is little space left, a snapshot may free less than usual by this factor. */
    private static final int LESS_WITHOUT_ROOM = 64;

    private final long minLogBytes;
    private long logBytes;
    /** What the newest snapshot holds, roughly. */
    private long savedBytes;

    /** What both were before the snapshot that is being saved. */
    private long logBytesBefore;

    private long savedBytesBefore;
    /** After one that failed: the next is due when the journal has grown to this. */
    private long againFrom;

    private long lastNumber;
    private Optional<PartitionImage> received = Optional.empty();
    private Optional<PartitionImage> saving = Optional.empty();
    private boolean installing;
    private boolean asked;

    /**
     * @param logBytes what the journal holds behind the newest snapshot
     * @param savedBytes what the newest snapshot holds, roughly; 0 if there is none
     */
    Snapshots(long minLogBytes, long logBytes, long savedBytes) {
        this.minLogBytes = minLogBytes;
        this.logBytes = logBytes;
        this.savedBytes = savedBytes;
    }

    void wrote(int bytes) {
        logBytes += bytes;
    }

    void received(PartitionImage image) {
        received = Optional.of(image);
    }

    /** Whether one should be started: of the received image, else of the present state. */
    boolean due(long stateBytes) {
        boolean outgrown = logBytes > Math.max(minLogBytes, stateBytes) && logBytes >= againFrom;
        return saving.isEmpty() && (received.isPresent() || outgrown || asked);
    }

    /**
     * Whether one would free a good deal of the disk. What was deleted since the last one counts, too: where everything that brings data is refused,
     * the journal may not grow any more.
     */
    boolean wouldFree(long stateBytes) {
        return saving.isEmpty()
                && savedBytes + logBytes - stateBytes > Math.max(minLogBytes / LESS_WITHOUT_ROOM, stateBytes / 2);
    }

    /** One is due now. */
    void ask() {
        asked = true;
    }

    Optional<PartitionImage> received() {
        return received;
    }

    /** Whether the image that is being saved is to be installed. */
    boolean installs() {
        return installing;
    }

    /** Starts to save this image and answers the snapshot's number. */
    long start(PartitionImage image) {
        installing = received.isPresent();
        saving = Optional.of(image);
        received = Optional.empty();
        asked = false;
        againFrom = 0;
        logBytesBefore = logBytes;
        savedBytesBefore = savedBytes;
        logBytes = 0;
        savedBytes = image.store().bytes();
        return ++lastNumber;
    }

    /** The image to install if that is what was saved. */
    Optional<PartitionImage> saved(long number) {
        return finish(number);
    }

    /**
     * The image that could not be installed if that is what failed. A snapshot of our own is tried again when the journal has grown by as much as makes one
     * worth it: each attempt costs a copy of the partition.
     */
    Optional<PartitionImage> failed(long number) {
        Optional<PartitionImage> image = finish(number);
        logBytes += logBytesBefore;
        savedBytes = savedBytesBefore;
        againFrom = logBytes + minLogBytes;
        return image;
    }

    private Optional<PartitionImage> finish(long number) {
        check(saving.isPresent() && number == lastNumber, "snapshot %d was not being saved", number);
        Optional<PartitionImage> image = installing ? saving : Optional.empty();
        saving = Optional.empty();
        installing = false;
        return image;
    }
}
