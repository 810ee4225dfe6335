package io.holdfast.loadtest.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.stream.IntStream;

/** Ports for three sites that nobody listens on at this moment. */
final class FreePorts {
    private static final int FIRST_PORT = 17400;
    private static final int LAST_PORT = 31400;
    private static final int PORTS_OF_THREE_SITES = 30;

    private FreePorts() {}

    static int find() throws IOException {
        return IntStream.iterate(FIRST_PORT, port -> port < LAST_PORT, port -> port + 100)
                .filter(port ->
                        IntStream.range(port, port + PORTS_OF_THREE_SITES).allMatch(FreePorts::isFree))
                .findFirst()
                .orElseThrow(() ->
                        new IOException("There are no free ports for three sites: give some with -Dholdfast.port."));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
