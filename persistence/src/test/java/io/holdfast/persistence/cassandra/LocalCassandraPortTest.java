package io.holdfast.persistence.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.persistence.cassandra.local.LocalCassandra;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class LocalCassandraPortTest {
    /** Why it matters: where nobody listens, a connection from a port to itself is accepted, and takes the port. */
    @Test
    void aConnectionFromAPortToItselfIsAccepted() throws IOException {
        var nobody = new InetSocketAddress(InetAddress.getLoopbackAddress(), LocalCassandra.freePort());
        try (var socket = new Socket()) {
            socket.bind(nobody);
            socket.connect(nobody, 1000);
            assertThat(socket.getLocalPort()).isEqualTo(socket.getPort());
        }
    }

    @RepeatedTest(20)
    void aFreePortIsNoneThatAnOutgoingConnectionMayGet() {
        assertThat(LocalCassandra.freePort()).isLessThan(32_768 - 2);
    }
}
