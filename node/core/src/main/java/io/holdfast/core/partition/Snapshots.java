package io.holdfast.core.partition;

import static io.holdfast.core.InvariantViolation.check;

import java.util.Optional;

/**
 * Decides when a durable snapshot is saved: when the journal has outgrown the partition, or when a leader's image has been
 * received and is to be installed. One at a time.
 */
final class Snapshots {
    private final long minLogBytes;
    private long logBytes;
    private long lastNumber;
    private Optional<PartitionImage> received = Optional.empty();
    private Optional<PartitionImage> saving = Optional.empty();
    private boolean installing;

    Snapshots(long minLogBytes, long logBytes) {
        this.minLogBytes = minLogBytes;
        this.logBytes = logBytes;
    }

    void wrote(int bytes) {
        logBytes += bytes;
    }

    void received(PartitionImage image) {
        received = Optional.of(image);
    }

    /** Whether one should be started: of the received image, else of the present state. */
    boolean due(long stateBytes) {
        boolean outgrown = logBytes > Math.max(minLogBytes, stateBytes);
        return saving.isEmpty() && (received.isPresent() || outgrown);
    }

    Optional<PartitionImage> received() {
        return received;
    }

    /** Starts to save this image and answers the snapshot's number. */
    long start(PartitionImage image) {
        installing = received.isPresent();
        saving = Optional.of(image);
        received = Optional.empty();
        logBytes = 0;
        return ++lastNumber;
    }

    /** The image to install if that is what was saved. */
    Optional<PartitionImage> saved(long number) {
        return finish(number);
    }

    /** The image that could not be installed if that is what failed. A snapshot of our own is tried again later. */
    Optional<PartitionImage> failed(long number) {
        return finish(number);
    }

    private Optional<PartitionImage> finish(long number) {
        check(saving.isPresent() && number == lastNumber, "snapshot %d was not being saved", number);
        Optional<PartitionImage> image = installing ? saving : Optional.empty();
        saving = Optional.empty();
        installing = false;
        return image;
    }
}
