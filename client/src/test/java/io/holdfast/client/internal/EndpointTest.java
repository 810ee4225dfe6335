package io.holdfast.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
    /** The host of one is called as a scheme of gRPC's is, and others have what must not stand in a path. */
    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1:7400", "dns:7400", "unix:7400", "[::1]:7400", "[fe80::1%1]:7400", "a.example:7400"})
    void everyEndpointIsATargetThatGrpcTakes(String text) {
        String target = Endpoint.parse(text).target();

        assertThat(URI.create(target).getScheme()).isEqualTo("dns");
        assertThat(URI.create(target).getPath()).isEqualTo("/" + text);
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(target).usePlaintext().build();
        assertThat(channel.authority()).contains("7400");
        channel.shutdownNow();
    }
}
