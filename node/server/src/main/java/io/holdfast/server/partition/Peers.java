package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Outgoing;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.raft.PeerMessage.AppendRequest;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import io.holdfast.server.membership.SiteReachability;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Address;
import org.apache.pekko.serialization.Serialization;

/** What one replica says to its peers: directly to those that it hears, else through sharding. For one thread. */
final class Peers {
    private final PartitionId partition;
    private final ReplicaRouter router;
    private final ActorRef self;
    private final String selfPath;
    private final PeerAddresses addresses;
    private final HeartbeatPost post;
    private final SiteReachability reachability;
    private final long silenceNanos;
    private final Map<SiteId, Long> called = new HashMap<>();

    /** @param replica that speaks; it shows where it is unless it may move */
    Peers(PartitionId partition, ReplicaContext shared, ActorRef replica) {
        this.partition = partition;
        this.router = shared.router();
        this.addresses = new PeerAddresses(shared.peerSilence());
        this.post = shared.heartbeats();
        this.reachability = shared.reachability();
        this.silenceNanos = shared.peerSilence().toNanos();
        this.self = shared.moves() ? ActorRef.noSender() : replica;
        this.selfPath = shared.moves() ? "" : Serialization.serializedActorPath(replica);
    }

    /** @param sender of a message from the peer at that site, in Pekko's sense */
    void heard(SiteId site, ActorRef sender) {
        called.remove(site);
        if (PeerAddresses.isPeer(sender.path())) {
            addresses.heard(site, sender, System.nanoTime());
        }
    }

    void send(Outgoing outgoing) {
        var message = new ReplicaMessage.FromPeer(outgoing.message());
        Optional<ActorRef> peer = addresses.find(outgoing.to(), System.nanoTime());
        if (peer.isPresent()) {
            peer.get().tell(message, self);
        } else {
            router.tell(outgoing.to().name(), new ReplicaEnvelope(partition, message), self);
        }
    }

    /** For what comes of a tick, or of heartbeats that came together, while no read waits. */
    void sendAtLeisure(Outgoing outgoing) {
        PeerMessage message = outgoing.message();
        boolean heartbeat =
                message instanceof AppendRequest request && request.entries().isEmpty();
        if (!heartbeat && !(message instanceof AppendResponse)) {
            send(outgoing);
            return;
        }
        long now = System.nanoTime();
        Optional<Address> node = addresses.nodeOf(outgoing.to(), now);
        boolean gathered = node.isPresent() && post.offer(node.get(), partition, selfPath, message);
        if (!gathered && (!heartbeat || mayCall(outgoing.to(), now))) {
            send(outgoing);
        }
    }

    /**
     * Sharding would keep the heartbeats for a lost site, and bury it under them when it is back. One that has not answered since the last is sent none for a
     * while, usually less than an election's timeout: it may only seem to be lost.
     */
    private boolean mayCall(SiteId site, long now) {
        if (!reachability.unreachable().contains(site)) {
            return true;
        }
        Long last = called.get(site);
        boolean due = last == null || now - last >= silenceNanos;
        if (due) {
            called.put(site, now);
        }
        return due;
    }
}
