package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.partition.Recovery;
import io.holdfast.core.raft.PeerMessage;
import java.util.List;
import java.util.Optional;

/** What happens to a replica on its own node: its journal's answers, time, hints. Never leaves the JVM. */
sealed interface ReplicaEvent extends ReplicaMessage {

    /**
     * Told by what reads or writes a journal.
     *
     * @param by whose it was: the end of one life's journal must not end the next one, which has another
     */
    record FromStorage(ReplicaStorage by, ReplicaEvent event) implements ReplicaEvent {}

    /** Earlier journals have been read, under a lease; the replica's own of this life is still to be opened. */
    record Opened(Recovery recovery, String persistenceId) implements ReplicaEvent {}

    /** Journals that nobody will read any more. */
    record Retired(List<Lineage.Part> parts) implements ReplicaEvent {}

    /** The journal has been read. */
    record Recovered(Recovery recovery) implements ReplicaEvent {}

    /** The journal answers the core. */
    record ForCore(PartitionInput input) implements ReplicaEvent {}

    /**
     * An encoding or decoding has ended, well or not.
     *
     * @param by whose it was: a life of the replica that has ended meanwhile has no use for it, and the next one must not take it for its own
     * @param bytes what it was taken to need when it began
     */
    record ImageTried(ImageWork by, long bytes, PartitionInput result) implements ReplicaEvent {}

    /**
     * A snapshot is durable, or could not be saved, and is none that the replica must have.
     *
     * @param failure why not
     */
    record SnapshotTried(long number, Optional<Throwable> failure) implements ReplicaEvent {}

    /** The journal cannot write or read any more. */
    record JournalFailed(Throwable cause) implements ReplicaEvent {}

    /** The shard moves to another node, or this node stops. */
    record Leave() implements ReplicaEvent {}

    record Tick() implements ReplicaEvent {}

    /** A message of a peer that came together with others, and so may its answer. */
    record Heartbeat(PeerMessage message) implements ReplicaEvent {}

    /** Now and then: report how things stand. */
    record Housekeeping() implements ReplicaEvent {}

    record SiteSeen(SiteId site, boolean reachable) implements ReplicaEvent {}
}
