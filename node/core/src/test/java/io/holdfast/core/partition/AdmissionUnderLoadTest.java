package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.SiteId;
import java.util.ArrayDeque;
import org.junit.jupiter.api.Test;

/** A rebuilt replica is to vote again while writes go on without a pause, also where another site is nearer to the leader. */
class AdmissionUnderLoadTest {
    private static final long WAY_MILLIS = 5;

    private final Cluster cluster = Cluster.ledByFirst(new Settings("a", "b", "c"));
    private final ArrayDeque<Late> onTheWay = new ArrayDeque<>();

    private record Late(long at, Cluster.Packet packet) {}

    @Test
    void aRebuiltReplicaThatIsFartherAwayVotesAgainUnderLoad() {
        cluster.write("a", "k", 5);
        cluster.wipe("c", 2);
        load(0, 5_000);
        assertThat(admitted()).isTrue();
        cluster.assertElectsWithout("b");
    }

    @Test
    void whoIsFarBehindWaits() {
        cluster.write("a", "k", 5);
        cluster.wipe("c", 2);
        cluster.at("c").diskHeld = true;
        load(0, 3_000);
        assertThat(admitted()).isFalse();
        cluster.at("c").diskHeld = false;
        load(3_000, 5_000);
        assertThat(admitted()).isTrue();
    }

    private boolean admitted() {
        return cluster.core("a").raft().membership().isVoter(new SiteId("c"), 2);
    }

    /** An entry every 2 ms. Sites a and b are next door, c is some way off. */
    private void load(long from, long to) {
        for (long ms = from; ms < to; ms++) {
            cluster.pass(1);
            if (ms % 2 == 0) {
                cluster.submit("a", cluster.put("k", "v" + ms));
            }
            if (ms % 10 == 0) {
                cluster.tickAll();
            }
            carry(ms);
            cluster.replicas.values().stream()
                    .filter(replica -> replica.writing.isPresent() && !replica.diskHeld)
                    .forEach(replica -> cluster.durable(replica.site.name()));
        }
    }

    private void carry(long ms) {
        cluster.drop(packet -> isFar(packet.from()) || isFar(packet.to()))
                .forEach(packet -> onTheWay.add(new Late(ms + WAY_MILLIS, packet)));
        while (!onTheWay.isEmpty() && onTheWay.peek().at() <= ms) {
            cluster.arrive(onTheWay.remove().packet());
        }
        cluster.deliver(packet -> true);
    }

    private static boolean isFar(SiteId site) {
        return site.name().equals("c");
    }
}
