package io.holdfast.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Ports for tests. Below those that systems give to outgoing connections (32768 and up on Linux): a connection would take the port of a node that
 * is down for a while, and who asks again and again whether it is back would one day be connected with itself.
 */
public final class FreePorts {
    private static final int FIRST = 21_000;
    private static final int END = 32_000;

    private FreePorts() {}

    /** The first of so many ports in a row, all of them free a moment ago. */
    public static int row(int ports) {
        return ThreadLocalRandom.current()
                .ints(1_000, FIRST, END - ports)
                .filter(first -> IntStream.range(first, first + ports).allMatch(FreePorts::isFree))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "No " + ports + " ports in a row are free from " + FIRST + " to " + END));
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
