package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.AppendResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a storage has said before it was lost may arrive when the one that replaced it has been admitted. */
class LateAnswerOfALostStorageTest {
    private static final SiteId C = new SiteId("c");

    private final Cluster cluster = Cluster.ledByFirst(new Settings("a", "b", "c"));

    /** It would take the vote from the replica that is there, and with another one lost the partition would stand still. */
    @Test
    void doesNotAdmitItAgain() {
        cluster.write("a", "k", 5);
        cluster.submit("a", cluster.put("x", "1"));
        cluster.deliver("a", "c");
        cluster.durable("c");
        List<Cluster.Packet> late =
                cluster.drop(packet -> packet.on("c", "a") && packet.message() instanceof AppendResponse);
        assertThat(late).isNotEmpty();
        cluster.settle();
        cluster.wipe("c", 2);
        for (int i = 0; i < 100 && !cluster.core("a").raft().membership().isVoter(C, 2); i++) {
            cluster.run(10);
        }
        cluster.settle();
        long admission = cluster.core("a").raft().lastIndex();

        late.forEach(cluster::arrive);
        cluster.settle();

        assertThat(cluster.core("a").raft().lastIndex()).isEqualTo(admission);
        assertThat(cluster.core("a").raft().membership().isVoter(C, 2)).isTrue();
    }
}
