package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class HeartbeatReceiverTest {
    private static final ActorTestKit KIT = ActorTestKit.create();
    private static final SiteId A = new SiteId("a");
    private static final PartitionId HERE = new PartitionId("shop", 3);
    private static final PartitionId ELSEWHERE = new PartitionId("shop", 4);
    private static final String SENDER = KIT.createTestProbe().getRef().path().toSerializationFormat();

    private record Received(ReplicaMessage message, String sender) {}

    private final TestProbe<Received> probe = KIT.createTestProbe(Received.class);
    private final ReplicaDirectory directory = new ReplicaDirectory();
    private final ActorRef<Heartbeats> receiver = KIT.spawn(HeartbeatReceiver.create(directory));

    HeartbeatReceiverTest() {
        ActorRef<ReplicaMessage> replica = KIT.spawn(Behaviors.receive((context, message) -> {
            probe.getRef()
                    .tell(new Received(
                            message, Adapter.toClassic(context).sender().path().toSerializationFormat()));
            return Behaviors.same();
        }));
        Directories.put(directory, HERE, replica, Directories.follower("a", "a", "b", "c"));
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    @Test
    void eachGoesToItsReplicaWithTheOneThatSentItAsSender() {
        var forOther = new PeerMessage.ImageAck(A, 1, 2, 3, 4);
        var forThis = new PeerMessage.TimeoutNow(A, 1, 2);

        receiver.tell(new Heartbeats(
                List.of(new Heartbeats.Item(ELSEWHERE, SENDER, forOther), new Heartbeats.Item(HERE, SENDER, forThis))));

        Received received = probe.receiveMessage();
        assertThat(received.message()).isEqualTo(new ReplicaEvent.Heartbeat(forThis));
        assertThat(received.sender()).isEqualTo(SENDER);
    }

    @Test
    void whoDoesNotShowWhereItIsIsNoPeerByItsSender() {
        receiver.tell(new Heartbeats(List.of(new Heartbeats.Item(HERE, "", new PeerMessage.TimeoutNow(A, 1, 2)))));

        assertThat(probe.receiveMessage().sender()).endsWith("deadLetters");
    }
}
