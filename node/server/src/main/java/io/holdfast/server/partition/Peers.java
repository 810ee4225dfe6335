package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Outgoing;
import java.util.Optional;
import org.apache.pekko.actor.ActorRef;

/** What one replica says to its peers: directly to those that it hears, else through sharding. For one thread. */
final class Peers {
    private final PartitionId partition;
    private final ReplicaRouter router;
    private final ActorRef self;
    private final PeerAddresses addresses;

    /** @param replica that speaks; it shows where it is unless it may move */
    Peers(PartitionId partition, ReplicaContext shared, ActorRef replica) {
        this.partition = partition;
        this.router = shared.router();
        this.addresses = new PeerAddresses(shared.peerSilence());
        this.self = shared.moves() ? ActorRef.noSender() : replica;
    }

    /** @param sender of a message from the peer at that site, in Pekko's sense */
    void heard(SiteId site, ActorRef sender) {
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
}
