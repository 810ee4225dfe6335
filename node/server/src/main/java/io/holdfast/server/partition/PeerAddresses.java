package io.holdfast.server.partition;

import io.holdfast.core.SiteId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.actor.ActorPath;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Address;

/**
 * Where the peers of one replica are, as they show with each message. Sharding knows it as well, but what goes through it passes three more
 * actors: a fifth of what an entry costs with 64 clients on two cores (docs/performance.md). So only the first message to a peer goes through
 * sharding, and those to a peer that is silent: it may have ended. For one thread.
 *
 * <p>Replicas of a site of several nodes do not show where they are. While one moves to another node, sharding holds back all that is for it, and so must
 * its peers: made the leader by a message past sharding, it would lead, and nobody could reach it.
 */
final class PeerAddresses {
    private static final int NODE_SILENCES = 10;

    private final long silenceNanos;
    private final Map<SiteId, Heard> heard = new HashMap<>();

    private record Heard(ActorRef replica, long atNanos) {}

    /** @param silence after which a peer may have ended; while a partition is awake its replicas hear each other many times in it */
    PeerAddresses(Duration silence) {
        this.silenceNanos = silence.toNanos();
    }

    /** Whether a sender is a replica on another node. What has no sender comes from "dead letters", of this node or of the one that sent it. */
    static boolean isPeer(ActorPath sender) {
        return sender.address().hasGlobalScope() && !sender.name().equals("deadLetters");
    }

    /** @param replica that sent a message */
    void heard(SiteId site, ActorRef replica, long nowNanos) {
        heard.put(site, new Heard(replica, nowNanos));
    }

    /**
     * The peer's node, for what a node hands to whichever replica it has. It counts for longer: a peer that is silent because its node, or this one, is short of
     * the processor is where it was, and what goes through sharding costs the most.
     */
    Optional<Address> nodeOf(SiteId site, long nowNanos) {
        Heard last = heard.get(site);
        return last == null || nowNanos - last.atNanos() > NODE_SILENCES * silenceNanos
                ? Optional.empty()
                : Optional.of(last.replica().path().address());
    }

    /** Empty if the peer is to be found by sharding. */
    Optional<ActorRef> find(SiteId site, long nowNanos) {
        Heard last = heard.get(site);
        return last == null || nowNanos - last.atNanos() > silenceNanos
                ? Optional.empty()
                : Optional.of(last.replica());
    }
}
