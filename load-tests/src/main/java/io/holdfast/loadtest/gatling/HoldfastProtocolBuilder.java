package io.holdfast.loadtest.gatling;

import io.gatling.core.protocol.Protocol;
import io.gatling.javaapi.core.ProtocolBuilder;
import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Which cluster, and with which settings of the SDK. Immutable. */
public final class HoldfastProtocolBuilder implements ProtocolBuilder {
    static final HoldfastProtocolBuilder DEFAULT = new HoldfastProtocolBuilder(
            new HoldfastProtocol(() -> "127.0.0.1:7400", ClientOptions.DEFAULT, 1, response -> {}));

    private final HoldfastProtocol protocol;

    private HoldfastProtocolBuilder(HoldfastProtocol protocol) {
        this.protocol = protocol;
    }

    /** As for {@link HoldfastClient#connect}: {@code host:port}, separated by commas. Default: the first site of {@code up}. */
    public HoldfastProtocolBuilder endpoints(String endpoints) {
        return endpoints(() -> endpoints);
    }

    /** Asked when the run begins, after {@code before()}: for a cluster that is started by the simulation. */
    public HoldfastProtocolBuilder endpoints(Supplier<String> endpoints) {
        return with(new HoldfastProtocol(endpoints, protocol.options(), protocol.clients(), protocol.listener()));
    }

    /** Deadline, requests in flight, write concern. */
    public HoldfastProtocolBuilder options(ClientOptions options) {
        return with(new HoldfastProtocol(protocol.endpoints(), options, protocol.clients(), protocol.listener()));
    }

    /** How many instances of the SDK share the requests; each has a thread, and a connection to each node. Default: 1. */
    public HoldfastProtocolBuilder clients(int clients) {
        return with(new HoldfastProtocol(protocol.endpoints(), protocol.options(), clients, protocol.listener()));
    }

    /** Told of every request that ends, silent ones excepted, on the SDK's network threads: it must not block. */
    public HoldfastProtocolBuilder listener(Consumer<Response> listener) {
        return with(new HoldfastProtocol(protocol.endpoints(), protocol.options(), protocol.clients(), listener));
    }

    private static HoldfastProtocolBuilder with(HoldfastProtocol protocol) {
        return new HoldfastProtocolBuilder(protocol);
    }

    @Override
    public Protocol protocol() {
        return protocol;
    }
}
