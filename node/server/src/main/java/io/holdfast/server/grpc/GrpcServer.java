package io.holdfast.server.grpc;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.holdfast.server.NodePort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's port for clients. It listens from {@link #start} on, and says NOT_READY until {@link #serve} is called, so that
 * clients and load balancers can tell a node that starts from one that is gone. Thread-safe.
 */
public final class GrpcServer {
    /** The largest transaction is 8 MiB; the rest is room for what comes with it. A larger message ends its call. */
    static final int MAX_MESSAGE_BYTES = 12 << 20;

    private static final int MAX_CALLS_PER_CONNECTION = 1024;
    /** Who has not begun to speak gRPC by then is cut off: it takes a place from others. */
    private static final int HANDSHAKE_SECONDS = 20;

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(GrpcServer.class);

    /**
     * gRPC logs every connection that speaks another protocol (INFO) and every answer to a call that its caller has just cancelled
     * (WARNING), each with a stack trace: a port scan would fill the log, and neither is a fault of this node. Held here because
     * the logging library forgets levels of loggers that nobody holds.
     */
    private static final List<Logger> QUIET = List.of(
            Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerTransport.connections"),
            Logger.getLogger("io.grpc.netty.shaded.io.grpc.netty.NettyServerHandler"));

    static {
        QUIET.forEach(logger -> logger.setLevel(Level.SEVERE));
    }

    private final NodeGate gate = new NodeGate();
    private final RequestMemory memory;
    private final StoreService store;
    private final ClientConnections connections;
    private final ListeningChannel listening;
    private final HealthStatusManager health = new HealthStatusManager();
    private final Server server;
    private Optional<CompletionStage<Void>> stopping = Optional.empty();

    private GrpcServer(InetSocketAddress address, ClientLimits limits) {
        memory = new RequestMemory(limits.requestBytes(), limits.answerBytes());
        store = new StoreService(gate, memory, limits.scanPatience());
        connections = new ClientConnections(limits.connections());
        listening = new ListeningChannel(connections);
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, ServingStatus.NOT_SERVING);
        // On the network's own threads, because nothing in the services waits: handing over costs more than the work.
        server = listening
                .in(NettyServerBuilder.forAddress(address))
                .directExecutor()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .permitKeepAliveTime(5, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(30, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .maxConnectionIdle(10, TimeUnit.MINUTES)
                .addService(StrictRequests.of(store.bindService()))
                .addService(StrictRequests.of(new AdminService(gate).bindService()))
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .build();
    }

    /**
     * Listens.
     *
     * @param port TCP port, 0 for any that is free
     * @throws IOException if the port cannot be had; the message names it
     */
    public static GrpcServer start(int port, String host, ClientLimits limits) throws IOException {
        var grpc = new GrpcServer(NodePort.CLIENTS.resolve(host, port), limits);
        try {
            grpc.server.start();
        } catch (IOException e) {
            grpc.listening.end();
            throw NodePort.CLIENTS.failure(host, port, e);
        }
        return grpc;
    }

    RequestMemory memory() {
        return memory;
    }

    /** The port that it listens on. */
    public int port() {
        return server.getPort();
    }

    /** @param changed is told when there are as many connections as may be, and when there are fewer again; must not block */
    public void onConnectionsFull(Consumer<Boolean> changed) {
        connections.onChange(changed);
    }

    /** The node is wired: serve. */
    public void serve(Backend backend) {
        gate.open(backend);
        services().forEach(service -> health.setStatus(service, ServingStatus.SERVING));
    }

    private static List<String> services() {
        return List.of(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, "holdfast.v1.Store", "holdfast.v1.Admin");
    }

    /** Whether new requests are welcome, for health checks; they are served all the same. */
    public void welcome(boolean welcome) {
        services()
                .forEach(service ->
                        health.setStatus(service, welcome ? ServingStatus.SERVING : ServingStatus.NOT_SERVING));
    }

    /**
     * Stops in order: reports not to serve, refuses new requests as SHUTTING_DOWN, answers what is under way, and closes. What is
     * not answered at the deadline is cut off.
     *
     * @return completes when the port is closed; a second call answers the same
     */
    public synchronized CompletionStage<Void> stop(Duration drain) {
        if (stopping.isEmpty()) {
            stopping = Optional.of(begin(drain));
        }
        return stopping.get();
    }

    private CompletionStage<Void> begin(Duration drain) {
        health.enterTerminalState();
        gate.close();
        server.shutdown();
        store.closeSessions();
        return CompletableFuture.runAsync(() -> awaitEnd(drain), task -> new Thread(task, "grpc-stop").start());
    }

    private void awaitEnd(Duration drain) {
        try {
            if (!server.awaitTermination(drain.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("Requests were under way after {} and are cut off: their clients retry elsewhere", drain);
                server.shutdownNow().awaitTermination(1, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        } finally {
            listening.end();
        }
    }
}
