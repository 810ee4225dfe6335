package io.holdfast.loadtest.cluster;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.holdfast.client.HoldfastClient;
import io.holdfast.v1.ScanRequest;
import io.holdfast.v1.StoreGrpc;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/**
 * What one site says a keyspace holds, asked of that site alone: the SDK would ask whoever answers best, which is just what must not be
 * left open when a site that was lost is judged. Close it.
 */
public final class SiteView implements AutoCloseable {
    private static final int DEADLINE_SECONDS = 60;

    private final ManagedChannel channel;

    private SiteView(ManagedChannel channel) {
        this.channel = channel;
    }

    public static SiteView of(HoldfastClient client, String site) {
        String endpoint = client.admin().routes().getSitesList().stream()
                .filter(each -> each.getSite().equals(site))
                .flatMap(each -> each.getEndpointsList().stream())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The routes name no endpoint of site " + site));
        return new SiteView(
                NettyChannelBuilder.forTarget(endpoint).usePlaintext().build());
    }

    /** All entries that start with a prefix; fails with gRPC's exception if the site does not answer to the end within 60 s. */
    public void scan(String keyspace, String prefix, BiConsumer<String, byte[]> entry) {
        ScanRequest request = ScanRequest.newBuilder()
                .setKeyspace(keyspace)
                .setPrefix(ByteString.copyFromUtf8(prefix))
                .build();
        StoreGrpc.newBlockingStub(channel)
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .scan(request)
                .forEachRemaining(part -> part.getEntriesList()
                        .forEach(found -> entry.accept(
                                found.getKey().toStringUtf8(), found.getValue().toByteArray())));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
