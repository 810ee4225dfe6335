package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Request;
import io.holdfast.v1.Response;
import io.holdfast.v1.StoreGrpc;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients may take of a node's memory, with limits of 1 MiB for requests and for answers. */
class RequestMemoryTest extends ServiceFixture {
    private static final int LARGE = 200_000;

    @Override
    GrpcServer startServer() throws IOException {
        return GrpcServer.start(0, "127.0.0.1", new ClientLimits(100, 1 << 20, 1 << 20, LIMITS.scanPatience()));
    }

    @BeforeEach
    void makeKeyspace() {
        cluster.keyspace("shop", 4);
    }

    private static List<Request> largePuts(int count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(id -> put(id, "large" + id, bytes(LARGE)).toBuilder()
                        .setTimeoutMillis(8_000)
                        .build())
                .toList();
    }

    /** They stay under way for as long as that. */
    private void swallowLargeWrites() {
        cluster.swallow = message -> message instanceof ReplicaMessage.Write write
                && write.commands().stream().anyMatch(command -> command.size() >= LARGE);
    }

    private long largeWritesReceived() {
        return cluster.received.stream()
                .filter(ReplicaMessage.Write.class::isInstance)
                .flatMap(message -> ((ReplicaMessage.Write) message).commands().stream())
                .filter(command -> command.size() >= LARGE)
                .count();
    }

    @Test
    void aSessionIsNotReadFromWhileRequestsTakeWhatTheyMayAndOthersAre() {
        swallowLargeWrites();
        var large = new SessionClient(channel);
        largePuts(40).forEach(large::send);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> largeWritesReceived() >= 6);

        var small = new SessionClient(channel());
        small.send(put(1, "k", bytes("v")));
        assertThat(small.await(1).get(1L).getWrite().getApplied()).isTrue();
        assertThat(store().execute(put(1, "k", bytes("w"))).getWrite().getApplied())
                .isTrue();
        assertThat(largeWritesReceived()).as("1 MiB and one more").isEqualTo(6);

        cluster.swallow = message -> false;
        large.await(40);
        assertThat(largeWritesReceived()).as("all are read in the end").isEqualTo(40);
    }

    @Test
    void whatWasReadAllTheSameIsRefusedBeyondTwiceAsMuch() {
        swallowLargeWrites();
        var large = new SessionClient(channel);
        large.send(largePuts(11));
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> largeWritesReceived() == 11);

        var small = new SessionClient(channel());
        small.send(put(1, "k", bytes("v")));
        assertThat(small.await(1).get(1L).getError().getReason()).isEqualTo(Reason.OVERLOADED);
        assertFails(Reason.OVERLOADED, () -> store().execute(put(1, "k", bytes("v"))));

        large.await(11);
        small.send(put(2, "k", bytes("v")));
        assertThat(small.await(2).get(2L).getWrite().getApplied()).isTrue();
    }

    @Test
    void aClientThatDoesNotReadKeepsNoMoreLargeAnswersThanThereIsMemoryFor() {
        for (int id = 1; id <= 40; id++) {
            store().execute(put(id, "large" + id, bytes(LARGE)));
        }
        var slow = new SessionClient(channel(), true);
        slow.send(LongStream.rangeClosed(1, 40)
                .mapToObj(id -> get(id, "large" + id))
                .toList());
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> cluster.gateway.outstanding() == 0 && asked(40));
        assertThat(store().execute(get(1, "absent")).hasGet())
                .as("a small answer has room")
                .isTrue();

        slow.read(Integer.MAX_VALUE);
        Collection<Response> answers = slow.await(40).values();
        long given = answers.stream().filter(it -> it.getGet().getFound()).count();
        long refused = answers.stream()
                .filter(it -> it.getError().getReason() == Reason.OVERLOADED)
                .count();
        assertThat(given).as("those that it keeps, and what the network takes").isBetween(5L, 30L);
        assertThat(refused).isEqualTo(40 - given);
        slow.send(get(50, "large1"));
        assertThat(slow.await(41).get(50L).getGet().getFound()).isTrue();
    }

    /** A unary call whose answer is taken from the network only when the test says so. */
    private static final class SlowCall extends ClientCall.Listener<Response> {
        final CompletableFuture<Response> answer = new CompletableFuture<>();
        final CompletableFuture<Status> end = new CompletableFuture<>();
        private final ClientCall<Request, Response> call;

        SlowCall(ManagedChannel channel, Request request) {
            call = channel.newCall(StoreGrpc.getExecuteMethod(), CallOptions.DEFAULT);
            call.start(this, new Metadata());
            call.sendMessage(request);
            call.halfClose();
        }

        Status read() {
            call.request(2);
            return end.orTimeout(20, TimeUnit.SECONDS).join();
        }

        @Override
        public void onMessage(Response response) {
            answer.complete(response);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }
    }

    private List<SlowCall> slowGets(ManagedChannel slow) {
        for (int id = 1; id <= 40; id++) {
            store().execute(put(id, "large" + id, bytes(LARGE)));
        }
        List<SlowCall> calls = LongStream.rangeClosed(1, 40)
                .mapToObj(id -> new SlowCall(slow, get(id, "large" + id)))
                .toList();
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> asked(40) && cluster.gateway.outstanding() == 0);
        return calls;
    }

    @Test
    void unaryCallsThatNobodyReadsKeepNoMoreLargeAnswersThanThereIsMemoryFor() {
        List<SlowCall> calls = slowGets(slowChannel());
        assertThat(server.memory().answersHeld()).isBetween(1L, (2L << 20) + LARGE);
        assertThat(store().execute(get(1, "absent")).hasGet())
                .as("a small answer has room")
                .isTrue();

        List<Status> ends = calls.stream().map(SlowCall::read).toList();
        long given = calls.stream().filter(call -> call.answer.isDone()).count();
        long refused = ends.stream()
                .filter(end -> end.getCode() == Status.Code.RESOURCE_EXHAUSTED)
                .count();
        assertThat(given).as("those that it keeps, and what the network takes").isBetween(5L, 30L);
        assertThat(refused).isEqualTo(40 - given);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> server.memory().answersHeld() == 0);
        assertThat(store().execute(get(1, "large1")).getGet().getFound()).isTrue();
    }

    @Test
    void unaryCallsWhoseClientGoesGiveTheirMemoryBack() {
        var gone = slowChannel();
        slowGets(gone);
        assertThat(server.memory().answersHeld()).isPositive();

        gone.shutdownNow();

        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> server.memory().answersHeld() == 0);
        assertThat(store().execute(get(1, "large1")).getGet().getFound()).isTrue();
    }

    private boolean asked(int queries) {
        return cluster.received.stream()
                        .filter(ReplicaMessage.Read.class::isInstance)
                        .mapToInt(message ->
                                ((ReplicaMessage.Read) message).queries().size())
                        .sum()
                >= queries;
    }

    /** The one that was held back has requests under way that nobody answers: nothing of its own wakes it. */
    @Test
    void aSessionThatWasHeldBackGoesOnWhenOthersAreAnswered() {
        swallowLargeWrites();
        var filler = new SessionClient(channel);
        largePuts(4).forEach(filler::send);
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> largeWritesReceived() == 4);
        var stuck = new SessionClient(channel());
        stuck.send(put(1, "stuck", bytes(LARGE + 1)).toBuilder()
                .setTimeoutMillis(60_000)
                .build());
        stuck.send(put(2, "stuck", bytes(LARGE + 1)).toBuilder()
                .setTimeoutMillis(60_000)
                .build());
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> largeWritesReceived() == 6);

        stuck.send(put(3, "k", bytes("v")));

        assertThat(stuck.await(1).get(3L).getWrite().getApplied())
                .as("when the filler's have timed out")
                .isTrue();
        filler.await(4);
    }

    @Test
    void aClientThatDoesNotReadLeavesSomethingToOthersAndAllWhenItGoes() {
        for (int id = 1; id <= 40; id++) {
            store().execute(put(id, "large" + id, bytes(LARGE)));
        }
        var gone = channel();
        var slow = new SessionClient(gone, true);
        List<Request> gets = LongStream.rangeClosed(1, 40)
                .mapToObj(id -> get(id, "large" + id))
                .toList();
        // The network takes in some of it first.
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            slow.send(gets);
            return server.memory().answersHeld() >= 1 << 20 && cluster.gateway.outstanding() == 0;
        });
        var other = new SessionClient(channel);
        assertThat(isGiven(other)).isTrue();
        assertThat(server.memory().answersHeld()).isLessThan(2L << 20);

        gone.shutdownNow();

        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> server.memory().answersHeld() == 0);
        assertThat(server.memory().requestsHeld()).isZero();
    }

    private static boolean isGiven(SessionClient client) {
        long id = client.responses.size() + 1;
        client.send(get(id, "large1"));
        Response answer = client.await((int) id).get(id);
        assertThat(answer.getGet().getFound() || answer.getError().getReason() == Reason.OVERLOADED)
                .as(answer.toString())
                .isTrue();
        return answer.getGet().getFound();
    }
}
