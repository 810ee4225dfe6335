package io.holdfast.server.partition;

import io.holdfast.core.partition.PartitionImage;
import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.Outputs.ReceivedImage;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes and decodes the images that a replica exchanges with its peers, beside the replica, which goes on meanwhile. How much of the heap the images
 * take that are sent is bounded for the node: a replica for which there is no memory asks again. Not thread-safe.
 */
final class ImageWork {
    private static final Logger LOG = LoggerFactory.getLogger(ImageWork.class);
    private static final PartitionInput NOT_ENCODED = new PartitionInput.ToRaft(new Input.ImageNotEncoded());

    private final PartitionId partition;
    private final ReplicaContext shared;
    private final ReplicaIncidents incidents;
    private final ActorRef<ReplicaMessage> replica;
    private final ByteBudget.Share memory;
    private long encodingBytes;
    private long sendingBytes;

    ImageWork(
            PartitionId partition,
            ReplicaContext shared,
            ReplicaIncidents incidents,
            ActorRef<ReplicaMessage> replica) {
        this.partition = partition;
        this.shared = shared;
        this.incidents = incidents;
        this.replica = replica;
        this.memory = shared.room().work().images().share();
    }

    /** @param bytes what it will take, roughly */
    void encode(PartitionImage image, long bytes) {
        if (!memory.mayTake(bytes)) {
            ended(0, NOT_ENCODED);
            return;
        }
        encodingBytes += bytes;
        count();
        inBackground(
                () -> new PartitionInput.ImageEncoded(image.index(), image.term(), image.encode()),
                encoded -> ended(bytes, encoded),
                failure -> {
                    LOG.error("{}: an image cannot be encoded; it is tried again", partition, failure);
                    ended(bytes, NOT_ENCODED);
                });
    }

    private void ended(long bytes, PartitionInput result) {
        replica.tell(new ReplicaEvent.ImageTried(this, bytes, result));
    }

    /**
     * Before the replica takes the result: from then on the image counts among those that it sends. False: it is of a life before this one, and not to be
     * taken. What that one was to install is behind, or beside, what this one has read from its journal.
     */
    boolean takes(ReplicaEvent.ImageTried tried) {
        if (tried.by() != this) {
            return false;
        }
        encodingBytes -= tried.bytes();
        return true;
    }

    /** What the images take that the replica has encoded and still sends. Cheap, for each step. */
    void sends(long bytes) {
        sendingBytes = bytes;
        count();
    }

    private void count() {
        memory.set(encodingBytes + sendingBytes);
    }

    void decode(ReceivedImage received) {
        inBackground(
                () -> new PartitionInput.ImageDecoded(PartitionImage.decode(received.bytes())),
                decoded -> ended(0, decoded),
                failure -> {
                    incidents.imageUnreadable(failure);
                    ended(0, new PartitionInput.ImageUndecodable(received.index()));
                });
    }

    private void inBackground(
            Supplier<PartitionInput> work, Consumer<PartitionInput> onResult, Consumer<Throwable> onFailure) {
        CompletableFuture.supplyAsync(work, shared.background()).whenComplete((result, failure) -> {
            if (failure == null) {
                onResult.accept(result);
            } else {
                onFailure.accept(failure);
            }
        });
    }

    void end() {
        memory.set(0);
    }
}
