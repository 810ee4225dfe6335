package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import org.apache.pekko.actor.ActorPath;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class PeerAddressesTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final SiteId A = new SiteId("a");
    private static final SiteId B = new SiteId("b");
    private static final long START = -7;

    private final PeerAddresses peers = new PeerAddresses(ReplicaContext.USUAL_PEER_SILENCE);
    private final ActorRef here = replica();
    private final ActorRef there = replica();

    private static ActorRef replica() {
        return Adapter.toClassic(KIT.createTestProbe().getRef());
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void aPeerThatHasSaidNothingIsFoundBySharding() {
        peers.heard(A, here, START);

        assertThat(peers.find(B, START)).isEmpty();
    }

    @Test
    void aPeerIsWhereItsLastMessageCameFrom() {
        peers.heard(A, here, START);
        assertThat(peers.find(A, START)).contains(here);

        peers.heard(A, there, START + 1);
        assertThat(peers.find(A, START + 1)).contains(there);
    }

    @Test
    void thePeersNodeIsKnownForLongerThanThePeer() {
        long silence = ReplicaContext.USUAL_PEER_SILENCE.toNanos();
        peers.heard(A, here, START);

        assertThat(peers.find(A, START + silence + 1)).isEmpty();
        assertThat(peers.nodeOf(A, START + 10 * silence)).contains(here.path().address());
        assertThat(peers.nodeOf(A, START + 10 * silence + 1)).isEmpty();
        assertThat(peers.nodeOf(B, START)).isEmpty();
    }

    @Test
    void whoeverIsHereOrNobodyIsNoPeer() {
        assertThat(PeerAddresses.isPeer(here.path())).isFalse();
        assertThat(PeerAddresses.isPeer(
                        Adapter.toClassic(KIT.system()).deadLetters().path()))
                .isFalse();
        assertThat(PeerAddresses.isPeer(remote("deadLetters"))).isFalse();
        assertThat(PeerAddresses.isPeer(remote("system/sharding/replica/shop%2F1/shop%2F1")))
                .isTrue();
    }

    private static ActorPath remote(String path) {
        return ActorPath.fromString("pekko://holdfast@127.0.0.9:7411/" + path);
    }

    @Test
    void aPeerThatIsSilentIsFoundBySharding() {
        peers.heard(A, here, START);

        assertThat(peers.find(A, START + ReplicaContext.USUAL_PEER_SILENCE.toNanos()))
                .contains(here);
        assertThat(peers.find(A, START + ReplicaContext.USUAL_PEER_SILENCE.toNanos() + 1))
                .isEmpty();
    }
}
