package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two actor systems on the loopback interface, each with the directory of its own replicas. */
class LinkedReplicasTest {
    private static final PartitionId PARTITION = new PartitionId("shop", 3);
    private static final String REMOTING =
            """
            pekko.actor.provider = remote
            pekko.actor.serializers.holdfast-wire = "io.holdfast.server.serial.WireSerializer"
            pekko.actor.serialization-bindings."io.holdfast.server.serial.WireMessage" = holdfast-wire
            pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
            """;

    private final ActorTestKit here = kit();
    private final ActorTestKit there = kit();
    private final ReplicaDirectory directoryThere = new ReplicaDirectory();
    private final BlockingQueue<ReplicaEnvelope> shardingHere = new LinkedBlockingQueue<>();
    private final BlockingQueue<ReplicaEnvelope> shardingThere = new LinkedBlockingQueue<>();
    private final LinkedReplicas router = LinkedReplicas.of(
            here.system(),
            (site, envelope) -> shardingHere.add(envelope),
            Map.of(
                    "b",
                    ((ExtendedActorSystem) Adapter.toClassic(there.system()))
                            .provider()
                            .getDefaultAddress()));

    {
        LinkedReplicas.receive(there.system(), "b", (site, envelope) -> shardingThere.add(envelope), directoryThere);
    }

    private static ActorTestKit kit() {
        return ActorTestKit.create("holdfast", ConfigFactory.parseString(REMOTING));
    }

    @AfterEach
    void stop() {
        here.shutdownTestKit();
        there.shutdownTestKit();
    }

    @Test
    void goesStraightToTheReplicaOfTheOtherSite() {
        TestProbe<ReplicaMessage> replica = there.createTestProbe(ReplicaMessage.class);
        Directories.put(directoryThere, PARTITION, replica.getRef(), Directories.follower("a", "a", "b", "c"));
        for (String to : List.of("x", "y", "z")) {
            router.tell("b", new ReplicaEnvelope(PARTITION, new ReplicaMessage.Transfer(to)));
        }
        replica.expectMessage(new ReplicaMessage.Transfer("x"));
        replica.expectMessage(new ReplicaMessage.Transfer("y"));
        replica.expectMessage(new ReplicaMessage.Transfer("z"));
        assertThat(shardingHere).isEmpty();
        assertThat(shardingThere).isEmpty();
    }

    @Test
    void leavesAReplicaThatDoesNotRunToTheShardingOfItsSite() throws InterruptedException {
        var envelope = new ReplicaEnvelope(PARTITION, new ReplicaMessage.Nudge());
        router.tell("b", envelope);
        assertThat(shardingThere.poll(20, TimeUnit.SECONDS)).isEqualTo(envelope);
    }

    @Test
    void knowsNoShortWayToTheOwnSiteOrToASiteOfSeveralNodes() {
        var envelope = new ReplicaEnvelope(PARTITION, new ReplicaMessage.Nudge());
        router.tell("a", envelope);
        router.tell("c", envelope);
        assertThat(shardingHere).containsExactly(envelope, envelope);
    }
}
