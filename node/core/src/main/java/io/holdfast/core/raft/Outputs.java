package io.holdfast.core.raft;

import io.holdfast.core.Bytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one step asks of its driver. Nothing in here waits for anything: a message that depends on a record that is not yet
 * durable is held inside the core and comes out with a later step, so a driver cannot send it too early.
 */
public final class Outputs {
    // Most steps fill one of these or none, so none is made before it is needed.
    private List<Outgoing> messages = Collections.emptyList();
    private List<Entry> committed = Collections.emptyList();
    private List<Long> confirmedReads = Collections.emptyList();
    private List<Long> refusedReads = Collections.emptyList();
    OptionalLong proposed = OptionalLong.empty();
    Optional<LogWrite> write = Optional.empty();
    Optional<ReceivedImage> imageReceived = Optional.empty();
    boolean imageWanted;
    Optional<RolledBack> rolledBack = Optional.empty();

    /** An image that arrived whole: decode it, save it durably, then report {@link Input.ImageInstalled}. */
    public record ReceivedImage(long index, long term, Bytes bytes) {}

    /**
     * This replica's storage holds less than it has held.
     *
     * @param term that it holds
     * @param index of the last entry that it holds
     * @param floor what others remember of it
     * @param identity of the replica that it has become
     */
    public record RolledBack(long term, long index, Floor floor, long identity) {}

    void send(Outgoing message) {
        messages = with(messages, message);
    }

    void commit(Entry entry) {
        committed = with(committed, entry);
    }

    void confirmRead(long ticket) {
        confirmedReads = with(confirmedReads, ticket);
    }

    void refuseRead(long ticket) {
        refusedReads = with(refusedReads, ticket);
    }

    private static <T> List<T> with(List<T> list, T element) {
        List<T> growing = list.isEmpty() ? new ArrayList<>() : list;
        growing.add(element);
        return growing;
    }

    /** To be sent now, in this order. Losing one is harmless. */
    public List<Outgoing> messages() {
        return messages;
    }

    /** To be applied now, in this order. */
    public List<Entry> committed() {
        return committed;
    }

    /** Tickets of reads for which this replica has just proven that it was the leader when they came. */
    public List<Long> confirmedReads() {
        return confirmedReads;
    }

    /** Tickets of reads that another replica must answer. */
    public List<Long> refusedReads() {
        return refusedReads;
    }

    /** The index of the entry that {@link Input.Propose} made; empty if this replica may not append now. */
    public OptionalLong proposed() {
        return proposed;
    }

    /** To be written to the journal; answered with {@link Input.Durable}. */
    public Optional<LogWrite> write() {
        return write;
    }

    public Optional<ReceivedImage> imageReceived() {
        return imageReceived;
    }

    /** What this replica has found out about its storage in this step: it is a stranger from now on, and the leader rebuilds it. For the operator. */
    public Optional<RolledBack> rolledBack() {
        return rolledBack;
    }

    /** A follower needs an image of the partition as it is now: answered with {@link Input.ImageEncoded}. */
    public boolean imageWanted() {
        return imageWanted;
    }
}
