package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.holdfast.client.Partitioner;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.store.Query;
import io.holdfast.server.partition.ReplicaMessage;
import io.holdfast.v1.Delete;
import io.holdfast.v1.KeyValue;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Request;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.ScanResponse;
import io.holdfast.v1.StoreGrpc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScanTest extends ServiceFixture {
    private static final int KEYS = 3000;

    private final ScanRequest all = ScanRequest.newBuilder().setKeyspace("shop").build();

    @BeforeEach
    void fill() {
        cluster.keyspace("shop", 8);
        // 300 bytes each: about two pages in each partition.
        put(keys(1, KEYS), 300);
        cluster.received.clear();
    }

    private void put(List<String> keys, int valueBytes) {
        var client = new SessionClient(channel);
        List<Request> puts = new ArrayList<>();
        keys.forEach(key -> puts.add(put(puts.size() + 1, key, bytes(valueBytes))));
        client.send(puts);
        client.await(keys.size());
        client.finish();
    }

    private static Request delete(long id, String key) {
        return request()
                .setId(id)
                .setDelete(Delete.newBuilder().setKey(bytes(key)))
                .build();
    }

    private static String key(int number) {
        return String.format("k%05d", number);
    }

    private static List<String> keys(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(ScanTest::key).toList();
    }

    private List<KeyValue> entries(ScanRequest request) {
        var entries = new ArrayList<KeyValue>();
        store().scan(request).forEachRemaining(part -> entries.addAll(part.getEntriesList()));
        return entries;
    }

    private List<String> scan(ScanRequest request) {
        return entries(request).stream()
                .map(entry -> entry.getKey().toStringUtf8())
                .toList();
    }

    @Test
    void allKeysComeOnceAndInOrder() {
        assertThat(scan(all)).isEqualTo(keys(1, KEYS));
        assertThat(cluster.pagesAsked.get()).as("pages").isGreaterThan(8);
        assertThat(entries(all).get(0).getValue()).isEqualTo(bytes(300));
        assertThat(entries(all).get(0).getVersion()).isPositive();
    }

    @Test
    void partsAreOfMiddleSize() {
        store().scan(all)
                .forEachRemaining(part -> assertThat(part.getSerializedSize()).isLessThan(80 << 10));
    }

    @Test
    void prefixAfterAndLimitNarrowIt() {
        assertThat(scan(all.toBuilder().setPrefix(bytes("k012")).build())).isEqualTo(keys(1200, 1299));
        assertThat(scan(all.toBuilder().setAfter(bytes(key(2990))).build())).isEqualTo(keys(2991, KEYS));
        assertThat(scan(all.toBuilder().setLimit(7).build())).isEqualTo(keys(1, 7));
        assertThat(scan(all.toBuilder()
                        .setLimit(1000)
                        .setAfter(bytes(key(500)))
                        .setPrefix(bytes("k0"))
                        .build()))
                .isEqualTo(keys(501, 1500));
        assertThat(scan(all.toBuilder().setPrefix(bytes("zz")).build())).isEmpty();
        assertThat(scan(all.toBuilder().setLimit(Long.MAX_VALUE).build())).hasSize(KEYS);
    }

    /** A partition looks at 50 of them at a time here. */
    @Test
    void goesOnBehindAnyNumberOfDeletedKeys() {
        var client = new SessionClient(channel);
        List<Request> deletes = new ArrayList<>();
        IntStream.rangeClosed(1, KEYS - 10).forEach(id -> deletes.add(delete(KEYS + id, key(id))));
        client.send(deletes);
        client.await(deletes.size());
        client.finish();
        cluster.pagesAsked.set(0);
        assertThat(scan(all)).isEqualTo(keys(KEYS - 9, KEYS));
        assertThat(cluster.pagesAsked.get()).as("pages").isGreaterThan(8);
    }

    @Test
    void keysOnlyLeavesTheValuesOut() {
        assertThat(entries(all.toBuilder().setKeysOnly(true).build()))
                .hasSize(KEYS)
                .allMatch(entry -> entry.getValue().isEmpty());
    }

    @Test
    void aPrefixWithAHashedPartAsksOnePartition() {
        for (int i = 0; i < 5; i++) {
            store().execute(put(1, "{user:42}/" + i, bytes("v")));
        }
        store().execute(put(1, "{user:43}/0", bytes("v")));
        cluster.pagesAsked.set(0);
        assertThat(scan(all.toBuilder().setPrefix(bytes("{user:42}/")).build())).hasSize(5);
        assertThat(cluster.pagesAsked.get()).isEqualTo(1);
        assertThat(scan(all.toBuilder().setPrefix(bytes("{user:4")).build())).hasSize(6);
    }

    @Test
    void stalenessIsPassedOn() {
        scan(all.toBuilder().setMaxStalenessMillis(700).build());
        assertThat(cluster.received)
                .isNotEmpty()
                .allMatch(message -> ((ReplicaMessage.Read) message).maxStalenessMillis() == 700);
    }

    /** A scan that is read part by part. */
    private final class Reader extends ClientCall.Listener<ScanResponse> {
        final List<ByteString> keys = new CopyOnWriteArrayList<>();
        final CompletableFuture<Status> end = new CompletableFuture<>();
        final ClientCall<ScanRequest, ScanResponse> call =
                channel.newCall(StoreGrpc.getScanMethod(), CallOptions.DEFAULT);
        private final ScanRequest request;

        Reader() {
            this(all);
        }

        Reader(ScanRequest request) {
            this.request = request;
        }

        Reader start() {
            call.start(this, new Metadata());
            call.sendMessage(request);
            call.halfClose();
            return this;
        }

        @Override
        public void onMessage(ScanResponse part) {
            part.getEntriesList().forEach(entry -> keys.add(entry.getKey()));
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }
    }

    private void fillMore() {
        var client = new SessionClient(channel);
        for (int from = 0; from < 200; from += 10) {
            List<Request> puts = new ArrayList<>();
            for (int id = from; id < from + 10; id++) {
                puts.add(put(id + 1, "m" + id, bytes(100_000)));
            }
            client.send(puts);
        }
        client.await(200);
        client.finish();
        cluster.received.clear();
        cluster.pagesAsked.set(0);
    }

    @Test
    void whatIsNotReadIsNotAskedFor() {
        fillMore();
        var reader = new Reader().start();
        reader.call.request(1);
        Awaitility.await().until(() -> !reader.keys.isEmpty());
        assertThat(cluster.pagesAsked.get())
                .as("pages asked for a reader that took one part; all would be over 200")
                .isLessThan(60);
        reader.call.request(Integer.MAX_VALUE);
        assertThat(reader.end.orTimeout(20, TimeUnit.SECONDS).join().isOk()).isTrue();
        assertThat(reader.keys).hasSize(KEYS + 200);
        assertThat(cluster.pagesAsked.get()).isGreaterThan(200);
    }

    @Test
    void aCancelledScanAsksNoMore() {
        fillMore();
        for (int i = 0; i < StoreService.MAX_SCANS + 6; i++) {
            var reader = new Reader().start();
            reader.call.request(1);
            Awaitility.await().until(() -> !reader.keys.isEmpty());
            reader.call.cancel("enough", null);
        }
        // None of them holds one of the places for scans any more.
        assertThat(scan(all)).hasSize(KEYS + 200);
    }

    @Test
    void aNodeServesOnlySoManyScans() {
        cluster.swallow = message -> true;
        var readers = new ArrayList<Reader>();
        for (int i = 0; i < StoreService.MAX_SCANS; i++) {
            readers.add(new Reader().start());
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> cluster.gateway.outstanding() >= 8 * StoreService.MAX_SCANS);
        assertFails(Reason.OVERLOADED, () -> store().scan(all).hasNext());
        readers.forEach(reader -> reader.call.cancel("enough", null));
    }

    @Test
    void aScanThatNobodyReadsLosesItsPlaceToAnother() throws IOException {
        fillMore();
        server.stop(Duration.ZERO).toCompletableFuture().join();
        server = GrpcServer.start(0, "127.0.0.1", new ClientLimits(100, 1 << 30, 1 << 30, Duration.ZERO));
        server.serve(cluster.backend);
        channel = channel();
        var readers = new ArrayList<Reader>();
        for (int i = 0; i < StoreService.MAX_SCANS; i++) {
            var reader = new Reader().start();
            reader.call.request(1);
            readers.add(reader);
        }
        Awaitility.await().until(() -> readers.stream().noneMatch(reader -> reader.keys.isEmpty()));

        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .ignoreException(StatusRuntimeException.class)
                .until(() -> store().scan(all).hasNext());

        Reader forgotten = readers.stream()
                .filter(reader -> readOn(reader).getCode() == Status.Code.RESOURCE_EXHAUSTED)
                .findFirst()
                .orElseThrow();
        assertThat(readOn(forgotten).getDescription()).contains("begin one behind the last key that was read");
        String last = forgotten.keys.get(forgotten.keys.size() - 1).toStringUtf8();
        List<String> rest = scan(all.toBuilder().setAfter(bytes(last)).build());
        assertThat(forgotten.keys.size() + rest.size()).as("nothing is missing").isEqualTo(KEYS + 200);
        readers.forEach(reader -> reader.call.cancel("enough", null));
    }

    /** The smallest key is known only when each partition has shown its first ones: else it would begin again for ever. */
    @Test
    void aScanWhoseFirstPagesTakeMoreThanThereIsRoomForGoesOn() throws IOException {
        fillMore();
        server.stop(Duration.ZERO).toCompletableFuture().join();
        server = GrpcServer.start(0, "127.0.0.1", new ClientLimits(100, 1 << 20, 1, LIMITS.scanPatience()));
        server.serve(cluster.backend);
        channel = slowChannel();
        assertThat(scan(all.toBuilder().setLimit(1).build())).hasSize(1);
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> server.memory().answersHeld() == 0);
        assertThat(scan(all.toBuilder().setLimit(1).build()))
                .as("the next one, too")
                .hasSize(1);
    }

    @Test
    void scansThatNobodyReadsKeepNoMorePagesThanThereIsMemoryFor() throws IOException {
        fillMore();
        server.stop(Duration.ZERO).toCompletableFuture().join();
        server = GrpcServer.start(0, "127.0.0.1", new ClientLimits(100, 1 << 20, 1 << 20, LIMITS.scanPatience()));
        server.serve(cluster.backend);
        channel = slowChannel();
        var readers = new ArrayList<Reader>();
        for (int i = 0; i < 30; i++) {
            readers.add(new Reader(all.toBuilder().setPrefix(bytes("m")).build()).start());
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> server.memory().answersHeld() > 0
                        && cluster.gateway.outstanding() == 0
                        && readers.stream().anyMatch(reader -> reader.end.isDone()));
        // Twice the bound, and the first pages of one scan, which may exceed it.
        assertThat(server.memory().answersHeld()).isLessThan((3 << 20) + 200_000);
        assertThat(readers)
                .filteredOn(reader -> reader.end.isDone())
                .allMatch(reader -> reader.end.join().getCode() == Status.Code.RESOURCE_EXHAUSTED);

        readers.forEach(reader -> reader.call.cancel("enough", null));
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> server.memory().answersHeld() == 0);
        assertThat(scan(all)).hasSize(KEYS + 200);
        assertThat(server.memory().answersHeld()).isZero();
    }

    private static Status readOn(Reader reader) {
        reader.call.request(Integer.MAX_VALUE);
        return reader.end.orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Test
    void aPartitionWithoutALeaderIsAskedAgainUntilItHasOne() {
        cluster.refusal = Optional.of(Reply.Refusal.NOT_LEADER);
        var reader = new Reader().start();
        reader.call.request(Integer.MAX_VALUE);
        Awaitility.await().until(() -> cluster.received.size() > 16);
        cluster.refusal = Optional.empty();
        assertThat(reader.end.orTimeout(20, TimeUnit.SECONDS).join().isOk()).isTrue();
        assertThat(reader.keys).hasSize(KEYS);
    }

    @Test
    void aPartitionThatHasNoLeaderForLongFailsTheScan() {
        cluster.refusal = Optional.of(Reply.Refusal.NOT_LEADER);
        assertFails(Reason.NO_LEADER, () -> store().scan(all).hasNext());
    }

    private int entriesAskedFor() {
        return cluster.received.stream()
                .filter(ReplicaMessage.Read.class::isInstance)
                .flatMap(read -> ((ReplicaMessage.Read) read).queries().stream())
                .mapToInt(query -> ((Query.Scan) query).maxEntries())
                .sum();
    }

    @Test
    void partitionsAreAskedForTheirShareOfALimit() {
        assertThat(scan(all.toBuilder().setLimit(50).build())).isEqualTo(keys(1, 50));

        assertThat(entriesAskedFor()).as("of 8 partitions").isLessThan(4 * 50);
    }

    @Test
    void onePartitionThatHoldsItAllIsAskedForMoreEachTime() {
        List<String> here = IntStream.range(0, 4000)
                .mapToObj(number -> String.format("skew%05d", number))
                .filter(key -> Partitioner.partition(key.getBytes(StandardCharsets.UTF_8), 8) == 3)
                .limit(200)
                .toList();
        put(here, 10);
        cluster.pagesAsked.set(0);

        ScanRequest skewed =
                all.toBuilder().setPrefix(bytes("skew")).setLimit(150).build();
        assertThat(scan(skewed)).isEqualTo(here.subList(0, 150));

        assertThat(cluster.pagesAsked.get())
                .as("one of each, and two more of it")
                .isLessThanOrEqualTo(8 + 2);
    }
}
