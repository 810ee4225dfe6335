package io.holdfast.server.grpc;

import static io.holdfast.v1.Reason.INVALID_KEY;
import static io.holdfast.v1.Reason.INVALID_KEYSPACE_NAME;
import static io.holdfast.v1.Reason.INVALID_LIMIT;
import static io.holdfast.v1.Reason.INVALID_REQUEST;
import static io.holdfast.v1.Reason.INVALID_VALUE;
import static io.holdfast.v1.Reason.TRANSACTION_TOO_LARGE;
import static io.holdfast.v1.Reason.UNKNOWN_KEYSPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.holdfast.v1.AdminGrpc;
import io.holdfast.v1.Commit;
import io.holdfast.v1.Condition;
import io.holdfast.v1.Delete;
import io.holdfast.v1.Get;
import io.holdfast.v1.OutcomeQuery;
import io.holdfast.v1.Put;
import io.holdfast.v1.ReadWriteSet;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Request;
import io.holdfast.v1.ResponseBatch;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.StoreGrpc;
import io.holdfast.v1.TransactionWrite;
import io.holdfast.v1.WriteId;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The list of bad input, call by call; after each the node must serve as before. */
class BadInputTest extends ServiceFixture {
    @BeforeEach
    void makeKeyspace() {
        cluster.keyspace("shop", 4);
    }

    private void assertServes() {
        assertThat(store().execute(put(1, "k", bytes("v"))).getWrite().getApplied())
                .isTrue();
    }

    private static Put.Builder put() {
        return Put.newBuilder().setKey(bytes("k")).setValue(bytes("v"));
    }

    private static WriteId.Builder id(long sequence) {
        return WriteId.newBuilder().setClient(9).setSequence(sequence);
    }

    /** All in one partition. */
    private static Request commit(int writes, int valueBytes) {
        var set = ReadWriteSet.newBuilder().setKeyspace("shop");
        for (int i = 0; i < writes; i++) {
            set.addWrites(
                    TransactionWrite.newBuilder().setKey(bytes("{one}" + i)).setValue(bytes(valueBytes)));
        }
        return request()
                .setCommit(Commit.newBuilder().setTransaction(id(6)).addSets(set))
                .build();
    }

    private static Map<Request, Reason> wrongRequests() {
        var wrong = new LinkedHashMap<Request, Reason>();
        wrong.put(request().setPut(put().clearKey()).build(), INVALID_KEY);
        wrong.put(request().setPut(put().setKey(bytes(4097))).build(), INVALID_KEY);
        wrong.put(request().setGet(Get.getDefaultInstance()).build(), INVALID_KEY);
        wrong.put(request().setDelete(Delete.getDefaultInstance()).build(), INVALID_KEY);
        wrong.put(
                request()
                        .setOutcome(OutcomeQuery.newBuilder().setWriteId(id(1)))
                        .build(),
                INVALID_KEY);
        wrong.put(request().setPut(put().setValue(bytes((1 << 20) + 1))).build(), INVALID_VALUE);
        wrong.put(request().setPut(put()).setKeyspace("nope").build(), UNKNOWN_KEYSPACE);
        for (String name : new String[] {"", "Shop", "1shop", "shop_1", "_catalog", "s".repeat(64), "läden"}) {
            wrong.put(request().setPut(put()).setKeyspace(name).build(), INVALID_KEYSPACE_NAME);
        }
        wrong.put(request().build(), INVALID_REQUEST);
        wrong.put(commit(0, 0), INVALID_REQUEST);
        wrong.put(commit(1_001, 1), TRANSACTION_TOO_LARGE);
        wrong.put(commit(2, 600_000), TRANSACTION_TOO_LARGE);
        wrong.put(request().setPut(put()).setTimeoutMillis(300_001).build(), INVALID_REQUEST);
        wrong.put(request().setPut(put()).setTimeoutMillis(-1).build(), INVALID_REQUEST);
        wrong.put(request().setPut(put().setWriteId(id(0))).build(), INVALID_REQUEST);
        wrong.put(request().setPut(put().setWriteId(id(-1))).build(), INVALID_REQUEST);
        wrong.put(request().setPut(put().setWriteId(id(5).setDoneBelow(6))).build(), INVALID_REQUEST);
        wrong.put(request().setPut(put().setWriteConcernValue(9)).build(), INVALID_REQUEST);
        wrong.put(
                request()
                        .setPut(put().setCondition(Condition.newBuilder().setAbsent(false)))
                        .build(),
                INVALID_REQUEST);
        wrong.put(
                request()
                        .setOutcome(OutcomeQuery.newBuilder().setKey(bytes("k")))
                        .build(),
                INVALID_REQUEST);
        wrong.put(
                request()
                        .setGet(Get.newBuilder().setKey(bytes("k")).setMaxStalenessMillis(-1))
                        .build(),
                INVALID_REQUEST);
        return wrong;
    }

    @Test
    void wrongRequestsFailOneByOne() {
        wrongRequests().forEach((request, reason) -> {
            assertFails(reason, () -> store().execute(request));
            assertServes();
        });
        assertThat(cluster.gateway.outstanding()).isZero();
    }

    @Test
    void inASessionAWrongRequestFailsAloneAndTheStreamGoesOn() {
        var client = new SessionClient(channel);
        long id = 0;
        var expected = new LinkedHashMap<Long, Reason>();
        for (Map.Entry<Request, Reason> wrong : wrongRequests().entrySet()) {
            expected.put(++id, wrong.getValue());
            Request good = put(++id, "k" + id, bytes("v"));
            client.send(wrong.getKey().toBuilder().setId(id - 1).build(), good);
        }
        var responses = client.await((int) id);
        for (long each = 1; each <= id; each++) {
            if (expected.containsKey(each)) {
                assertThat(responses.get(each).getError().getReason()).isEqualTo(expected.get(each));
                assertThat(responses.get(each).getError().getMessage()).isNotEmpty();
            } else {
                assertThat(responses.get(each).getWrite().getApplied()).isTrue();
            }
        }
        client.finish();
    }

    @Test
    void wrongScansFail() {
        ScanRequest scan = ScanRequest.newBuilder().setKeyspace("shop").build();
        Map<ScanRequest, Reason> wrong = Map.of(
                scan.toBuilder().setLimit(-1).build(), INVALID_LIMIT,
                scan.toBuilder().setPrefix(bytes(4097)).build(), INVALID_KEY,
                scan.toBuilder().setAfter(bytes(4097)).build(), INVALID_KEY,
                scan.toBuilder().setMaxStalenessMillis(-1).build(), INVALID_REQUEST,
                scan.toBuilder().setKeyspace("nope").build(), UNKNOWN_KEYSPACE,
                scan.toBuilder().setKeyspace("No!").build(), INVALID_KEYSPACE_NAME);
        wrong.forEach((request, reason) ->
                assertFails(reason, () -> store().scan(request).hasNext()));
        assertServes();
    }

    @Test
    void extremesThatAreAllowedWork() {
        ByteString key = bytes(4096);
        ByteString notUtf8 = ByteString.copyFrom(new byte[] {(byte) 0xff, (byte) 0xfe, 0, (byte) 0xc0});
        for (ByteString each : new ByteString[] {key, notUtf8}) {
            for (ByteString value : new ByteString[] {bytes(1 << 20), ByteString.EMPTY}) {
                store().execute(request()
                        .setPut(Put.newBuilder().setKey(each).setValue(value))
                        .build());
                var read = store().execute(
                                request().setGet(Get.newBuilder().setKey(each)).build())
                        .getGet();
                assertThat(read.getFound()).isTrue();
                assertThat(read.getValue()).isEqualTo(value);
            }
        }
    }

    @Test
    void bytesThatAreNoMessageAreCalledThat() {
        byte[] garbage = {(byte) 0xff, 1, 2, 3};
        // Field 2, the keyspace, of length 1, with a byte that is no UTF-8.
        byte[] notUtf8 = {0x12, 1, (byte) 0xff};
        for (byte[] bytes : new byte[][] {garbage, notUtf8}) {
            assertFails(INVALID_REQUEST, () -> raw(StoreGrpc.getExecuteMethod(), bytes));
            assertServes();
        }
        assertFails(INVALID_REQUEST, () -> raw(AdminGrpc.getCreateKeyspaceMethod(), garbage));
        assertServes();
    }

    /** So many times the same two bytes: a part, or a field that nobody knows, of length 0. */
    private static byte[] empties(int field, int count) {
        byte[] bytes = new byte[2 * count];
        for (int i = 0; i < bytes.length; i += 2) {
            bytes[i] = (byte) (field << 3 | 2);
        }
        return bytes;
    }

    private static byte[] field(int number, byte[] content) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        number,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(content))
                                .build())
                .build()
                .toByteArray();
    }

    /** Each field of two bytes would be an object of dozens. */
    @Test
    void aMessageOfMillionsOfPartsIsNotRead() {
        byte[] requests = empties(1, 6_000_000);
        var session = new Ended(requests);
        assertThat(session.status().getDescription()).contains("fields", "send smaller ones");
        int sets = 3;
        int reads = 2;
        int commit = 8;
        int unknown = 15;
        for (byte[] request : new byte[][] {
            field(commit, empties(sets, 6_000_000)),
            field(commit, field(sets, empties(reads, 6_000_000))),
            empties(unknown, 6_000_000)
        }) {
            assertThatThrownBy(() -> raw(StoreGrpc.getExecuteMethod(), request)).hasMessageContaining("fields");
            assertFails(INVALID_REQUEST, () -> raw(StoreGrpc.getExecuteMethod(), request));
        }
        assertServes();
    }

    @Test
    void groupsAndBrokenPartsOfLargeMessagesAreNoMessages() {
        byte[] group = empties(1, 1_000_000);
        group[0] = 1 << 3 | 3;
        byte[] tooLong = empties(1, 1_000_000);
        tooLong[1_999_999] = 100;
        for (byte[] bytes : new byte[][] {group, tooLong}) {
            assertFails(INVALID_REQUEST, () -> raw(StoreGrpc.getExecuteMethod(), bytes));
        }
        assertServes();
    }

    @Test
    void aFullBatchWithLargeValuesIsRead() {
        var client = new SessionClient(channel);
        client.send(put(1, "a", bytes(1 << 20)), put(2, "b", bytes(1 << 20)), put(3, "c", bytes(100)));
        assertThat(client.await(3).values()).allMatch(it -> it.getWrite().getApplied());
        client.finish();
    }

    /** A session of one batch, and how it ended. */
    private final class Ended extends ClientCall.Listener<ResponseBatch> {
        private final CompletableFuture<Status> end = new CompletableFuture<>();

        Ended(byte[] batch) {
            var method = StoreGrpc.getSessionMethod();
            ClientCall<byte[], ResponseBatch> call = channel.newCall(
                    method.toBuilder(new Raw(), method.getResponseMarshaller()).build(), CallOptions.DEFAULT);
            call.start(this, new Metadata());
            call.request(1);
            call.sendMessage(batch);
        }

        Status status() {
            return end.orTimeout(20, TimeUnit.SECONDS).join();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }
    }

    private <Q, A> A raw(MethodDescriptor<Q, A> method, byte[] request) {
        MethodDescriptor<byte[], A> untyped =
                method.toBuilder(new Raw(), method.getResponseMarshaller()).build();
        return ClientCalls.blockingUnaryCall(
                channel, untyped, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), request);
    }

    private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            throw new UnsupportedOperationException();
        }
    }
}
