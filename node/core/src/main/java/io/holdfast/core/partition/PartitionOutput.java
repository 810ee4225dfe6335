package io.holdfast.core.partition;

import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Outgoing;
import io.holdfast.core.raft.Outputs;
import io.holdfast.core.txn.Unfinished;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What a step of a partition's replica asks of its driver. Everything in it may be done now, in any order. */
public final class PartitionOutput {
    private List<Outgoing> messages = Collections.emptyList();
    final List<Reply> replies = new ArrayList<>();
    Optional<LogWrite> write = Optional.empty();
    Optional<SaveSnapshot> snapshot = Optional.empty();
    Optional<PartitionImage> encode = Optional.empty();
    Optional<Outputs.ReceivedImage> decode = Optional.empty();
    List<Unfinished> unfinished = List.of();
    Optional<Outputs.RolledBack> rolledBack = Optional.empty();

    /**
     * @param number counts up; comes back in {@link PartitionInput.SnapshotSaved} or SnapshotFailed
     * @param installs it is of an image that a leader has sent, and that takes the place of this replica's state; else it can do without
     */
    public record SaveSnapshot(long number, ReplicaSnapshot snapshot, boolean installs) {}

    /** Usually a step of the replica is one of the log, whose list of messages is then taken as it is. */
    void send(List<Outgoing> more) {
        if (messages.isEmpty()) {
            messages = more;
        } else if (!more.isEmpty()) {
            messages = new ArrayList<>(messages);
            messages.addAll(more);
        }
    }

    public List<Outgoing> messages() {
        return messages;
    }

    public List<Reply> replies() {
        return replies;
    }

    /** To the journal; it answers with {@link io.holdfast.core.raft.Input.Durable} or StorageFailed. */
    public Optional<LogWrite> write() {
        return write;
    }

    /**
     * To the snapshot store. It stands for all journal writes given so far, the one in this output included, and may be saved
     * when they are durable. Writes that follow belong on top of it.
     */
    public Optional<SaveSnapshot> snapshot() {
        return snapshot;
    }

    /** To be encoded, on another thread if it is large. */
    public Optional<PartitionImage> encode() {
        return encode;
    }

    public Optional<Outputs.ReceivedImage> decode() {
        return decode;
    }

    /** See {@link Outputs#rolledBack}. */
    public Optional<Outputs.RolledBack> rolledBack() {
        return rolledBack;
    }

    /**
     * Transactions that whoever runs them has not brought to an end in time: to be finished by a {@link
     * io.holdfast.core.txn.Coordinator}. Only a leader asks for it, and asks again after a while if it must. May be dropped by a driver that
     * has too much to do.
     */
    public List<Unfinished> unfinished() {
        return unfinished;
    }
}
