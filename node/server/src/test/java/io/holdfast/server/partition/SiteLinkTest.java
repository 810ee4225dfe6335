package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SiteLinkTest {
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<ReplicaBatch> sent = new ArrayList<>();
    private final SiteLink link = new SiteLink("b", tasks::add, sent::add);

    @Test
    void whatComesBeforeItsTurnGoesOutTogetherAndInOrder() {
        link.send(small(1));
        link.send(small(2));
        link.send(small(3));
        assertThat(tasks).hasSize(1);
        runAll();
        assertThat(sent).containsExactly(new ReplicaBatch(List.of(small(1), small(2), small(3))));
    }

    @Test
    void whatComesAfterwardsIsSentToo() {
        link.send(small(1));
        runAll();
        link.send(small(2));
        runAll();
        assertThat(sent).containsExactly(new ReplicaBatch(List.of(small(1))), new ReplicaBatch(List.of(small(2))));
    }

    @Test
    void aBatchIsCutBelowTheLargestFrameAndALargerMessageTravelsAlone() {
        int third = (int) SiteLink.BATCH_BYTES / 3;
        IntStream.rangeClosed(1, 4).forEach(number -> link.send(chunk(number, third)));
        link.send(chunk(5, 1 << 20));
        link.send(small(6));
        runAll();
        assertThat(sent)
                .extracting(batch -> batch.envelopes().stream()
                        .map(envelope -> envelope.partition().number())
                        .toList())
                .containsExactly(List.of(1, 2), List.of(3, 4), List.of(5), List.of(6));
    }

    @Test
    void whatWaitsIsBoundedAndTheLinkRecovers() {
        int size = 1 << 20;
        int most = (int) (SiteLink.MAX_WAITING_BYTES / size);
        IntStream.range(0, 2 * most).forEach(number -> link.send(chunk(number, size)));
        runAll();
        assertThat(sent.size()).isBetween(most - 1, most);
        sent.clear();
        link.send(small(1));
        runAll();
        assertThat(sent).containsExactly(new ReplicaBatch(List.of(small(1))));
    }

    @Test
    void nothingStaysBehindWhenManyThreadsSend() throws InterruptedException {
        int threads = 4;
        int each = 20_000;
        var received = new ArrayList<Integer>();
        var all = new CountDownLatch(threads * each);
        ExecutorService sender = Executors.newFixedThreadPool(2);
        ExecutorService callers = Executors.newFixedThreadPool(threads);
        try {
            var busy = new SiteLink("b", sender, batch -> batch.envelopes().forEach(envelope -> {
                received.add(envelope.partition().number());
                all.countDown();
            }));
            IntStream.range(0, threads)
                    .forEach(thread -> callers.execute(() ->
                            IntStream.range(0, each).forEach(number -> busy.send(small(thread * each + number)))));
            assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            callers.shutdownNow();
            sender.shutdownNow();
        }
        assertThat(received).doesNotHaveDuplicates();
        // Each thread's own messages kept their order.
        for (int thread = 0; thread < threads; thread++) {
            int from = thread * each;
            assertThat(received.stream().filter(number -> number / each == from / each))
                    .isSorted();
        }
    }

    private void runAll() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private static ReplicaEnvelope small(int number) {
        return new ReplicaEnvelope(new PartitionId("shop", number), new ReplicaMessage.Nudge());
    }

    private static ReplicaEnvelope chunk(int number, int bytes) {
        var chunk = new PeerMessage.ImageChunk(new SiteId("a"), 1, 1, 1, 1, 0, 1, 0, Bytes.wrap(new byte[bytes]));
        return new ReplicaEnvelope(new PartitionId("shop", number), new ReplicaMessage.FromPeer(chunk));
    }
}
