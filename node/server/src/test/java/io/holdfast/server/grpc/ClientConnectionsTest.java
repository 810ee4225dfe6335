package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node that allows five connections. */
class ClientConnectionsTest extends ServiceFixture {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<Socket> sockets = new ArrayList<>();
    private final List<Boolean> told = new CopyOnWriteArrayList<>();

    @Override
    GrpcServer startServer() throws IOException {
        return GrpcServer.start(0, "127.0.0.1", new ClientLimits(5, 1 << 20, 1 << 20, LIMITS.scanPatience()));
    }

    @AfterEach
    void closeSockets() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket("127.0.0.1", server.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        sockets.add(socket);
        return socket;
    }

    /** What the node says first of all, if it takes the connection. */
    private static boolean isTaken(Socket socket) {
        try {
            return socket.getInputStream().read() >= 0;
        } catch (IOException reset) {
            return false;
        }
    }

    @Test
    void moreThanAllowedAreClosedAtOnceAndTheOthersStay() throws IOException {
        cluster.keyspace("shop", 4);
        server.onConnectionsFull(told::add);
        assertThat(store().execute(put(1, "k", bytes("v"))).getWrite().getApplied())
                .isTrue();
        for (int i = 0; i < 4; i++) {
            assertThat(isTaken(connect())).isTrue();
        }
        assertThat(told).as("as many as may be, and no more wanted").isEmpty();

        assertThat(isTaken(connect())).isFalse();
        assertThat(isTaken(connect())).isFalse();

        assertThat(told).containsExactly(true);
        assertThat(store().execute(put(2, "k", bytes("v"))).getWrite().getApplied())
                .isTrue();

        sockets.get(0).close();
        Awaitility.await().atMost(PATIENCE).until(() -> told.equals(List.of(true, false)));
        assertThat(isTaken(connect())).isTrue();
    }

    @Test
    void whoAsksLateIsTold() throws IOException {
        for (int i = 0; i < 5; i++) {
            assertThat(isTaken(connect())).isTrue();
        }
        assertThat(isTaken(connect())).isFalse();

        server.onConnectionsFull(told::add);

        assertThat(told).containsExactly(true);
    }
}
