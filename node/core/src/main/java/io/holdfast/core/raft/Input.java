package io.holdfast.core.raft;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;

/** What can happen to a replica of the Raft group. */
public sealed interface Input {
    /** Time has passed. Expected every few tens of milliseconds while {@link RaftNode#needsTicks()}. */
    record Tick() implements Input {}

    /** Appends a batch of commands, if this replica leads; {@link Outputs#proposed()} says where. */
    record Propose(long timestamp, Bytes payload) implements Input {}

    /** Wants proof that this replica leads, for a linearizable read; the ticket comes back confirmed or refused. */
    record Read(long ticket) implements Input {}

    record Received(PeerMessage message) implements Input {}

    /** The journal has made all writes up to this number durable. */
    record Durable(long number) implements Input {}

    /** The journal failed: the replica gives up what leadership it has and stops. */
    record StorageFailed() implements Input {}

    /** A hint that a site cannot be reached. It may be late, early or wrong. */
    record Unreachable(SiteId site) implements Input {}

    record Reachable(SiteId site) implements Input {}

    /** Hand leadership over, if this replica leads. */
    record Transfer(SiteId to) implements Input {}

    /** Somebody asked this follower for something only a leader can do: make sure that there is one. */
    record Nudge() implements Input {}

    /** The encoded image that {@link Outputs#imageWanted()} asked for. It stands at the index and term it says. */
    record ImageEncoded(long index, long term, Bytes image) implements Input {}

    /** The received image is saved durably, with what {@link RaftNode#written} gave. */
    record ImageInstalled(long index, long term, Membership membership) implements Input {}

    /** The received image could not be decoded or saved; the leader will send another. */
    record ImageFailed(long index) implements Input {}
}
