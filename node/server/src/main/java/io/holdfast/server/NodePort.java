package io.holdfast.server;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** The ports at which a node listens, and what is told when it cannot: each cause is cured in another place. */
public enum NodePort {
    CLIENTS("for clients", "the site's hosts", "the site's port"),
    NODES("for the other nodes", "the site's hosts", "the site's cluster-port"),
    STATUS("for the status page", "system.host", "system.port");

    private final String purpose;
    private final String hostSetting;
    private final String portSetting;

    NodePort(String purpose, String hostSetting, String portSetting) {
        this.purpose = purpose;
        this.hostSetting = hostSetting;
        this.portSetting = portSetting;
    }

    /** @throws IOException if nobody knows the host; the message says what to do */
    public InetSocketAddress resolve(String host, int port) throws IOException {
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException("The port " + port + " " + purpose + " cannot be opened: the host name "
                    + host + " cannot be resolved. Correct " + hostSetting + " in the settings, or the name service.");
        }
        return address;
    }

    /**
     * Looks whether the port can be had, before anything else is started for it.
     *
     * @throws IOException if it cannot; the message says what to do
     */
    void tryOut(String host, int port) throws IOException {
        InetSocketAddress address = resolve(host, port);
        try (var socket = new ServerSocket()) {
            socket.bind(address);
        } catch (IOException e) {
            throw failure(host, port, e);
        }
    }

    /** What is told of a port that cannot be listened at. */
    public IOException failure(String host, int port, Throwable failure) {
        String reason = rootMessage(failure);
        return new IOException(
                "The port " + port + " on " + host + " " + purpose + " cannot be opened (" + reason + "): "
                        + advice(reason),
                failure);
    }

    /** Only the operating system's words tell the causes apart: the exceptions are the same. */
    private String advice(String reason) {
        if (reason.contains("assign requested address")) {
            return "it is no address of this machine. Correct " + hostSetting + " in the settings.";
        }
        String another = "set " + portSetting + " to another one.";
        return reason.contains("in use") ? "end the program that uses it, or " + another : another;
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
