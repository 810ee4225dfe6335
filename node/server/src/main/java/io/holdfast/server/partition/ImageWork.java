package io.holdfast.server.partition;

import io.holdfast.core.partition.PartitionImage;
import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.Outputs.ReceivedImage;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes and decodes the images that a replica exchanges with its peers, beside the replica, which goes on meanwhile. How much of the heap the images
 * take that are sent is bounded for the node: a replica for which there is no memory asks again. Not thread-safe.
 */
final class ImageWork {
    private static final Logger LOG = LoggerFactory.getLogger(ImageWork.class);

    private final PartitionId partition;
    private final ReplicaContext shared;
    private final Consumer<PartitionInput> done;
    private final ByteBudget.Share memory;
    private volatile boolean encoding;

    /** @param done takes what comes of it, on another thread */
    ImageWork(PartitionId partition, ReplicaContext shared, Consumer<PartitionInput> done) {
        this.partition = partition;
        this.shared = shared;
        this.done = done;
        this.memory = shared.room().work().images().share();
    }

    /** @param bytes what it will take, roughly */
    void encode(PartitionImage image, long bytes) {
        if (!memory.mayTake(bytes)) {
            notEncoded();
            return;
        }
        memory.set(bytes);
        encoding = true;
        inBackground(
                () -> {
                    try {
                        return new PartitionInput.ImageEncoded(image.index(), image.term(), image.encode());
                    } finally {
                        encoding = false;
                    }
                },
                failure -> {
                    LOG.error("{}: an image cannot be encoded; it is tried again", partition, failure);
                    notEncoded();
                });
    }

    private void notEncoded() {
        done.accept(new PartitionInput.ToRaft(new Input.ImageNotEncoded()));
    }

    void decode(ReceivedImage received) {
        inBackground(() -> new PartitionInput.ImageDecoded(PartitionImage.decode(received.bytes())), failure -> {
            shared.incidents()
                    .report(
                            "replica-failed",
                            partition.toString(),
                            "an image from the leader cannot be read: " + failure.getMessage(),
                            "asks for another one");
            done.accept(new PartitionInput.ImageUndecodable(received.index()));
        });
    }

    private void inBackground(Supplier<PartitionInput> work, Consumer<Throwable> onFailure) {
        CompletableFuture.supplyAsync(work, shared.background()).whenComplete((input, failure) -> {
            if (failure == null) {
                done.accept(input);
            } else {
                onFailure.accept(failure);
            }
        });
    }

    /** What the images take that the replica has encoded and still sends. Cheap, for each step. */
    void sends(long bytes) {
        if (!encoding) {
            memory.set(bytes);
        }
    }

    void end() {
        memory.set(0);
    }
}
