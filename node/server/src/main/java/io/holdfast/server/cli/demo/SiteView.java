package io.holdfast.server.cli.demo;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.v1.KeyValue;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.ScanResponse;
import io.holdfast.v1.StoreGrpc;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What one site says a keyspace holds, asked of that site's node alone: the SDK would ask whoever answers best, and that is
 * just what must not be left open here.
 */
final class SiteView {
    private static final int DEADLINE_SECONDS = 60;
    private static final long PAUSE_MILLIS = 200;

    private SiteView() {}

    /** The same, asked again for a while: a site that has just come back, or lost another one, may be late with its answer. */
    static Map<String, String> readInTime(String endpoint, String keyspace, Duration patience)
            throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return read(endpoint, keyspace);
            } catch (StatusRuntimeException late) {
                if (System.nanoTime() - deadline > 0) {
                    throw CommandFailure.failed("The site at " + endpoint + " does not tell what keyspace '" + keyspace
                            + "' holds: " + late.getMessage());
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** All keys with their values; fails with gRPC's exception if the site does not answer to the end. */
    static Map<String, String> read(String endpoint, String keyspace) {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(endpoint).usePlaintext().build();
        try {
            Iterator<ScanResponse> parts = StoreGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .scan(ScanRequest.newBuilder().setKeyspace(keyspace).build());
            Map<String, String> found = new HashMap<>();
            while (parts.hasNext()) {
                for (KeyValue entry : parts.next().getEntriesList()) {
                    found.put(entry.getKey().toStringUtf8(), entry.getValue().toStringUtf8());
                }
            }
            return found;
        } finally {
            channel.shutdownNow();
        }
    }
}
