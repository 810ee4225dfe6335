package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.client.internal.Errors;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.store.Command;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.v1.Commit;
import io.holdfast.v1.OutcomeQuery;
import io.holdfast.v1.OutcomeResult;
import io.holdfast.v1.Put;
import io.holdfast.v1.ReadWriteSet;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Request;
import io.holdfast.v1.Response;
import io.holdfast.v1.TransactionWrite;
import io.holdfast.v1.WriteId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionTest extends ServiceFixture {
    @BeforeEach
    void makeKeyspace() {
        cluster.keyspace("shop", 4);
    }

    private static List<Request> puts(long from, long to, int bytes) {
        return LongStream.range(from, to)
                .mapToObj(id -> put(id, "k" + id, bytes(bytes)))
                .toList();
    }

    private static List<Request> gets(long from, long to) {
        return LongStream.range(from, to).mapToObj(id -> get(id, "k" + id)).toList();
    }

    @Test
    void aBatchCostsOneMessageForEachPartitionAndItsAnswersComeTogether() {
        var client = new SessionClient(channel);
        client.send(puts(1, 201, 10));
        var responses = client.await(200);
        assertThat(responses.values())
                .allMatch(it -> it.getWrite().getApplied() && it.getLeaderSite().equals("b"));
        assertThat(cluster.received).hasSize(4);
        assertThat(client.batches.get()).isLessThanOrEqualTo(4);
        assertThat(client.finish()).isEqualTo(Status.OK);
    }

    @Test
    void aClientThatDoesNotReadIsSoonNotReadFromAndLosesNothing() {
        var writer = new SessionClient(channel);
        for (int id = 1; id <= 100; id++) {
            writer.send(put(id, "k" + id, bytes(16 << 10)));
        }
        writer.await(100);
        cluster.received.clear();

        var slow = new SessionClient(channel(), true);
        List<Request> sent = new ArrayList<>();
        // 16 KiB each, far more than the network buffers.
        for (long id = 1; id <= 8_000; id++) {
            sent.add(get(id, "k" + (1 + id % 100)));
        }
        for (int from = 0; from < sent.size(); from += 100) {
            slow.send(sent.subList(from, from + 100));
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> readsReceived() >= Session.READ_BELOW - 100 && cluster.gateway.outstanding() == 0);
        assertThat(readsReceived())
                .as("a few more than the limit: what the network took in")
                .isLessThan(Session.READ_BELOW + 1000);
        assertThat(store().execute(put(1, "other", bytes("v"))).getWrite().getApplied())
                .as("others are served meanwhile")
                .isTrue();

        slow.read(Integer.MAX_VALUE);
        assertThat(slow.await(sent.size()).values()).allMatch(it -> it.getGet().getFound());
        assertThat(slow.finish()).isEqualTo(Status.OK);
    }

    private int readsReceived() {
        return cluster.received.stream()
                .filter(ReplicaMessage.Read.class::isInstance)
                .mapToInt(message -> ((ReplicaMessage.Read) message).queries().size())
                .sum();
    }

    @Test
    void oneBatchCannotBringMoreThanAStreamMayHold() {
        var client = new SessionClient(channel);
        client.send(gets(1, Session.REFUSE_ABOVE + 101));
        var responses = client.await(Session.REFUSE_ABOVE + 100);
        assertThat(responses.values().stream()
                        .filter(it -> it.getError().getReason() == Reason.OVERLOADED)
                        .count())
                .isEqualTo(100);
        client.send(get(50_000, "k1"));
        client.await(Session.REFUSE_ABOVE + 101);
        assertThat(responses.get(50_000L).hasGet()).isTrue();
    }

    /** Their answers wait at the node as well. */
    @Test
    void whatIsRefusedAtOnceCountsTowardsWhatAStreamMayHold() {
        var client = new SessionClient(channel);
        client.send(LongStream.rangeClosed(1, Session.REFUSE_ABOVE + 100)
                .mapToObj(id -> Request.newBuilder().setId(id).build())
                .toList());
        Map<Long, Response> responses = client.await(Session.REFUSE_ABOVE + 100);
        assertThat(responses.values().stream()
                        .filter(it -> it.getError().getReason() == Reason.OVERLOADED)
                        .count())
                .isEqualTo(100);
    }

    @Test
    void aBatchOfTooManyRequestsEndsItsStream() {
        var client = new SessionClient(channel);
        client.send(Collections.nCopies(Session.MAX_BATCH_REQUESTS + 1, Request.getDefaultInstance()));
        assertThat(client.ended().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(client.ended().getDescription()).contains("send smaller ones");
        assertThat(client.responses).isEmpty();
    }

    private static TransactionWrite.Builder write(ByteString key) {
        return TransactionWrite.newBuilder().setKey(key).setValue(bytes("v"));
    }

    @Test
    void aWriteWithTheIdOfAPreparedTransactionIsRefusedAlone() {
        cluster.swallow = message -> message instanceof ReplicaMessage.Write decision
                && decision.commands().stream().anyMatch(command -> command.operation() instanceof Command.CommitLast);
        var id = WriteId.newBuilder().setClient(9).setSequence(1);
        var transaction = new SessionClient(channel);
        transaction.send(request()
                .setCommit(Commit.newBuilder()
                        .setTransaction(id)
                        .addSets(ReadWriteSet.newBuilder()
                                .setKeyspace("shop")
                                .addWrites(write(keyIn(0, 4)))
                                .addWrites(write(keyIn(1, 4)))))
                .build());
        Awaitility.await().until(() -> cluster.received.size() >= 2);

        var client = new SessionClient(channel);
        client.send(
                request()
                        .setId(1)
                        .setPut(Put.newBuilder().setWriteId(id).setKey(keyIn(1, 4)))
                        .build(),
                put(2, "{" + keyIn(1, 4).toStringUtf8() + "}other", bytes("v")));
        Map<Long, Response> responses = client.await(2);
        assertThat(responses.get(1L).getError().getReason()).isEqualTo(Reason.INVALID_REQUEST);
        assertThat(responses.get(2L).getWrite().getApplied()).isTrue();
        assertThat(client.finish()).as("nothing is under way any more").isEqualTo(Status.OK);
    }

    @Test
    void everyRefusalHasItsReason() {
        var expected = Map.of(
                Reply.Refusal.NOT_LEADER, Reason.NO_LEADER,
                Reply.Refusal.LEADERSHIP_LOST, Reason.LEADERSHIP_LOST,
                Reply.Refusal.OVERLOADED, Reason.OVERLOADED,
                Reply.Refusal.STORAGE_FAILED, Reason.STORAGE_FAILED,
                Reply.Refusal.TIMED_OUT, Reason.TIMED_OUT);
        expected.forEach((refusal, reason) -> {
            cluster.refusal = Optional.of(refusal);
            assertFails(reason, () -> store().execute(put(1, "k", bytes("v"))));
            var client = new SessionClient(channel);
            client.send(put(1, "k", bytes("v")));
            assertThat(client.await(1).get(1L).getError().getReason()).isEqualTo(reason);
        });
    }

    @Test
    void noAnswerIsATimeout() {
        cluster.swallow = message -> true;
        assertFails(Reason.TIMED_OUT, () -> store().execute(put(1, "k", bytes("v")).toBuilder()
                .setTimeoutMillis(100)
                .build()));
        assertThat(cluster.received).hasSize(1);
    }

    @Test
    void outcomesAreToldAndSettled() {
        WriteId first = WriteId.newBuilder().setClient(3).setSequence(1).build();
        WriteId second = first.toBuilder().setSequence(2).build();
        Request put = request()
                .setPut(Put.newBuilder().setKey(bytes("k")).setValue(bytes("v")).setWriteId(first))
                .build();
        long version = store().execute(put).getWrite().getVersion();
        assertThat(outcome(first).getState()).isEqualTo(OutcomeResult.State.FINISHED);
        assertThat(outcome(first).getResult().getVersion()).isEqualTo(version);
        assertThat(outcome(second).getState()).isEqualTo(OutcomeResult.State.NOT_APPLIED);

        Request late = put.toBuilder()
                .setPut(put.getPut().toBuilder().setWriteId(second))
                .build();
        assertFails(Reason.TIMED_OUT, () -> store().execute(late));
        assertThatThrownBy(() -> store().execute(late))
                .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> assertThat(
                                failure.getTrailers().get(Errors.TRAILER).getNotApplied())
                        .isTrue());
        var session = new SessionClient(channel);
        session.send(late);
        assertThat(session.await(1).get(1L).getError().getNotApplied()).isTrue();

        WriteId third = first.toBuilder().setSequence(3).setDoneBelow(3).build();
        store().execute(put.toBuilder()
                .setPut(put.getPut().toBuilder().setWriteId(third))
                .build());
        assertThat(outcome(first).getState()).isEqualTo(OutcomeResult.State.FORGOTTEN);
        assertFails(Reason.OUTCOME_FORGOTTEN, () -> store().execute(put));
    }

    private OutcomeResult outcome(WriteId id) {
        return store().execute(request()
                        .setOutcome(OutcomeQuery.newBuilder().setKey(bytes("k")).setWriteId(id))
                        .build())
                .getOutcome();
    }

    @Test
    void aStoppingNodeAnswersWhatIsUnderWayAndRefusesTheRest() {
        var idle = new SessionClient(channel);
        idle.send(put(1, "k", bytes("v")));
        idle.await(1);
        cluster.swallow = message -> true;
        var busy = new SessionClient(channel);
        busy.send(put(1, "k", bytes("v")).toBuilder().setTimeoutMillis(1500).build());
        Awaitility.await().until(() -> cluster.gateway.outstanding() == 1);

        var stopped = server.stop(Duration.ofSeconds(20)).toCompletableFuture();

        assertThat(idle.ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(busy.end).isNotDone();
        busy.send(put(2, "k", bytes("v")));
        assertThat(busy.await(2).get(2L).getError().getReason()).isEqualTo(Reason.SHUTTING_DOWN);
        assertThat(busy.responses.get(1L).getError().getReason()).isEqualTo(Reason.TIMED_OUT);
        assertThat(busy.ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        stopped.join();
    }
}
