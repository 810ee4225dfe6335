package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.SiteId;
import io.holdfast.core.raft.NodeHealth;
import io.holdfast.core.raft.PeerMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.Address;
import org.junit.jupiter.api.Test;

class HeartbeatPostTest {
    private static final Address NODE = new Address("pekko", "holdfast", "127.0.0.1", 7401);
    private static final Address OTHER = new Address("pekko", "holdfast", "127.0.0.1", 7411);

    private long nanos = -7;
    private final List<Heartbeats> sent = new ArrayList<>();
    private final List<Runnable> timers = new ArrayList<>();
    private final HeartbeatPost post = post(HeartbeatPost.SHORTEST_LEASE);

    private HeartbeatPost post(Duration lease) {
        return new HeartbeatPost(
                lease,
                (node, heartbeats) -> {
                    assertThat(node).isEqualTo(NODE);
                    sent.add(heartbeats);
                },
                (after, task) -> {
                    assertThat(after).isEqualTo(HeartbeatPost.LINGER);
                    timers.add(task);
                },
                () -> nanos);
    }

    private static PeerMessage message(int number) {
        return new PeerMessage.AppendResponse(
                new SiteId("a"), 1, number, 1, 1, 1, 1, 1, 1, new PeerMessage.LogState.Matches(), NodeHealth.GOOD);
    }

    private boolean offer(Address node, int number) {
        return offer(post, node, number);
    }

    private static boolean offer(HeartbeatPost post, Address node, int number) {
        return post.offer(node, new PartitionId("shop", number), "sender " + number, message(number));
    }

    private void busyWindow(Address node) {
        for (int i = 0; i < HeartbeatPost.BUSY; i++) {
            offer(node, i);
        }
        pass(HeartbeatPost.WINDOW);
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Test
    void fewGoByThemselves() {
        for (int i = 0; i < 50; i++) {
            assertThat(offer(NODE, i)).isFalse();
            pass(Duration.ofMillis(2));
        }

        assertThat(timers).isEmpty();
    }

    @Test
    void manyTravelTogetherAndInOrder() {
        busyWindow(NODE);

        assertThat(offer(NODE, 1)).isTrue();
        assertThat(offer(NODE, 2)).isTrue();
        assertThat(sent).isEmpty();
        assertThat(timers).hasSize(1);
        timers.get(0).run();

        assertThat(sent)
                .containsExactly(new Heartbeats(List.of(
                        new Heartbeats.Item(new PartitionId("shop", 1), "sender 1", message(1)),
                        new Heartbeats.Item(new PartitionId("shop", 2), "sender 2", message(2)))));
    }

    @Test
    void aFullBatchLeavesAtOnceAndItsTimerSendsNothingTwice() {
        busyWindow(NODE);

        for (int i = 0; i < HeartbeatPost.FULL_BATCH; i++) {
            offer(NODE, i);
        }
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0).items()).hasSize(HeartbeatPost.FULL_BATCH);

        timers.forEach(Runnable::run);
        assertThat(sent).hasSize(1);
    }

    @Test
    void eachNodeHasItsOwnMeasure() {
        busyWindow(NODE);

        assertThat(offer(OTHER, 1)).isFalse();
        assertThat(offer(NODE, 1)).isTrue();
    }

    @Test
    void afterAQuietWindowTheyGoByThemselvesAgain() {
        busyWindow(NODE);
        assertThat(offer(NODE, 1)).isTrue();

        pass(HeartbeatPost.WINDOW);
        assertThat(offer(NODE, 2)).as("would overtake the one that waits").isTrue();
        timers.get(0).run();
        assertThat(offer(NODE, 3)).isFalse();
    }

    @Test
    void aBusyWindowOfLongAgoSaysNothing() {
        busyWindow(NODE);
        pass(HeartbeatPost.WINDOW);

        assertThat(offer(NODE, 1)).isFalse();
    }

    @Test
    void withAShortLeaseNothingWaits() {
        HeartbeatPost hurried = post(HeartbeatPost.SHORTEST_LEASE.minusMillis(1));

        for (int i = 0; i < 5 * HeartbeatPost.BUSY; i++) {
            assertThat(offer(hurried, NODE, i)).isFalse();
            pass(HeartbeatPost.WINDOW.dividedBy(HeartbeatPost.BUSY));
        }
    }

    @Test
    void afterAFailureToSendTheNextOnesGo() {
        var fails = new AtomicBoolean(true);
        var failing = new HeartbeatPost(
                HeartbeatPost.SHORTEST_LEASE,
                (node, heartbeats) -> {
                    if (fails.get()) {
                        throw new IllegalStateException("no connection");
                    }
                    sent.add(heartbeats);
                },
                (after, task) -> timers.add(task),
                () -> nanos);
        for (int i = 0; i < HeartbeatPost.BUSY; i++) {
            offer(failing, NODE, i);
        }
        pass(HeartbeatPost.WINDOW);
        offer(failing, NODE, 1);
        assertThatThrownBy(timers.get(0)::run).hasMessage("no connection");

        fails.set(false);
        offer(failing, NODE, 2);
        timers.get(1).run();

        assertThat(sent).hasSize(1);
        assertThat(sent.get(0).items())
                .extracting(Heartbeats.Item::partition)
                .containsExactly(new PartitionId("shop", 2));
    }
}
