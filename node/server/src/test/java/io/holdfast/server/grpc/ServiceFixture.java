package io.holdfast.server.grpc;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.holdfast.client.Partitioner;
import io.holdfast.client.internal.Errors;
import io.holdfast.v1.AdminGrpc;
import io.holdfast.v1.Error;
import io.holdfast.v1.Get;
import io.holdfast.v1.Put;
import io.holdfast.v1.Reason;
import io.holdfast.v1.Request;
import io.holdfast.v1.StoreGrpc;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A node's services on a free port of the loopback, and a channel to them. */
abstract class ServiceFixture {
    static final ClientLimits LIMITS = ClientLimits.ofHeap(2L << 30, 1_000);

    FakeCluster cluster;
    GrpcServer server;
    ManagedChannel channel;
    private final List<ManagedChannel> channels = new ArrayList<>();

    @BeforeEach
    void startServices() throws IOException {
        cluster = new FakeCluster();
        server = startServer();
        server.serve(cluster.backend);
        channel = channel();
    }

    GrpcServer startServer() throws IOException {
        return GrpcServer.start(0, "127.0.0.1", LIMITS);
    }

    @AfterEach
    void stopServices() {
        channels.forEach(ManagedChannel::shutdownNow);
        server.stop(Duration.ZERO).toCompletableFuture().join();
        cluster.close();
    }

    ManagedChannel channel() {
        return open(builder());
    }

    /** On which the network takes next to nothing that nobody reads. */
    ManagedChannel slowChannel() {
        return open(builder().flowControlWindow(64 << 10));
    }

    private NettyChannelBuilder builder() {
        return NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .maxInboundMessageSize(16 << 20);
    }

    private ManagedChannel open(NettyChannelBuilder builder) {
        ManagedChannel opened = builder.build();
        channels.add(opened);
        return opened;
    }

    StoreGrpc.StoreBlockingStub store() {
        return StoreGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    AdminGrpc.AdminBlockingStub admin() {
        return AdminGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** The first of "k0", "k1" … that is in this partition of so many. */
    static ByteString keyIn(int partition, int partitions) {
        return IntStream.range(0, 1_000)
                .mapToObj(number -> bytes("k" + number))
                .filter(key -> Partitioner.partition(key.toByteArray(), partitions) == partition)
                .findFirst()
                .orElseThrow();
    }

    static ByteString bytes(int length) {
        return ByteString.copyFrom(new byte[length]);
    }

    static Request.Builder request() {
        return Request.newBuilder().setId(1).setKeyspace("shop");
    }

    static Request put(long id, String key, ByteString value) {
        return request()
                .setId(id)
                .setPut(Put.newBuilder().setKey(bytes(key)).setValue(value))
                .build();
    }

    static Request get(long id, String key) {
        return request().setId(id).setGet(Get.newBuilder().setKey(bytes(key))).build();
    }

    /** The call must fail with the reason, the status that goes with it, and words. */
    static void assertFails(Reason reason, ThrowingCallable call) {
        StatusRuntimeException failure = Assertions.catchThrowableOfType(StatusRuntimeException.class, call);
        Assertions.assertThat(failure)
                .as("a call that should fail with %s", reason)
                .isNotNull();
        Error error =
                failure.getTrailers() == null ? null : failure.getTrailers().get(Errors.TRAILER);
        Assertions.assertThat(error)
                .as("the trailer of %s", failure.getStatus())
                .isNotNull();
        Assertions.assertThat(error.getReason()).as(error.getMessage()).isEqualTo(reason);
        Assertions.assertThat(error.getMessage()).contains(" ").endsWith(".");
        Assertions.assertThat(failure.getStatus().getCode())
                .isEqualTo(ErrorRule.of(reason).code());
    }
}
