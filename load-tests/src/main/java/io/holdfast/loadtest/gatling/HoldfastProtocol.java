package io.holdfast.loadtest.gatling;

import io.gatling.core.CoreComponents;
import io.gatling.core.config.GatlingConfiguration;
import io.gatling.core.protocol.Protocol;
import io.gatling.core.protocol.ProtocolComponents;
import io.gatling.core.protocol.ProtocolKey;
import io.gatling.core.session.Session;
import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import scala.Function1;
import scala.runtime.BoxedUnit;

/** The settings, as Gatling hands them from the simulation to its actions. */
record HoldfastProtocol(Supplier<String> endpoints, ClientOptions options, int clients, Consumer<Response> listener)
        implements Protocol {

    /** The clients of a run, which all its scenarios share. */
    static final class Components implements ProtocolComponents {
        private final HoldfastProtocol protocol;
        private final List<HoldfastClient> clients;
        private final AtomicInteger turn = new AtomicInteger();

        private Components(HoldfastProtocol protocol) {
            this.protocol = protocol;
            this.clients = IntStream.range(0, protocol.clients())
                    .mapToObj(i -> HoldfastClient.connect(protocol.endpoints().get(), protocol.options()))
                    .toList();
        }

        /** Closes them when the run ends. */
        private static Components of(HoldfastProtocol protocol, CoreComponents core) {
            var components = new Components(protocol);
            core.actorSystem().registerOnTermination(() -> {
                components.clients.forEach(HoldfastClient::close);
                return BoxedUnit.UNIT;
            });
            return components;
        }

        HoldfastClient next() {
            return clients.get(Math.floorMod(turn.getAndIncrement(), clients.size()));
        }

        void tell(Response response) {
            protocol.listener().accept(response);
        }

        @Override
        public Function1<Session, Session> onStart() {
            return session -> session;
        }

        @Override
        public Function1<Session, BoxedUnit> onExit() {
            return session -> BoxedUnit.UNIT;
        }
    }

    static final ProtocolKey<HoldfastProtocol, Components> KEY = new ProtocolKey<>() {
        @Override
        @SuppressWarnings("unchecked")
        public Class<Protocol> protocolClass() {
            return (Class<Protocol>) (Class<?>) HoldfastProtocol.class;
        }

        @Override
        public HoldfastProtocol defaultProtocolValue(GatlingConfiguration configuration) {
            throw new IllegalStateException(
                    "The simulation names no cluster: give setUp(…).protocols(holdfast().endpoints(…)).");
        }

        @Override
        public Function1<HoldfastProtocol, Components> newComponents(CoreComponents core) {
            // Gatling asks for each scenario anew.
            Map<HoldfastProtocol, Components> made = new HashMap<>();
            return protocol -> made.computeIfAbsent(protocol, wanted -> Components.of(wanted, core));
        }
    };
}
