package io.holdfast.server.cli.local;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.util.concurrent.TimeUnit;

/** Asks one node whether it serves, by the health service that load balancers ask too (grpc.health.v1). */
final class Serving implements AutoCloseable {
    private static final long ATTEMPT_MILLIS = 1000;
    private static final long PAUSE_MILLIS = 50;

    private final ManagedChannel channel;

    Serving(String endpoint) {
        this.channel = NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
    }

    boolean now() {
        // While nobody listens the channel backs off, for longer each time; a node that comes up must not wait for
        // that.
        channel.resetConnectBackoff();
        try {
            return HealthGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(ATTEMPT_MILLIS, TimeUnit.MILLISECONDS)
                            .check(HealthCheckRequest.getDefaultInstance())
                            .getStatus()
                    == ServingStatus.SERVING;
        } catch (StatusRuntimeException notYet) {
            return false;
        }
    }

    void pause() throws InterruptedException {
        Thread.sleep(PAUSE_MILLIS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
