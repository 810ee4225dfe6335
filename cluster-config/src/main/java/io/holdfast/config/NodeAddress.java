package io.holdfast.config;

/**
 * Where one node can be reached.
 *
 * @param site name of its site
 * @param host name or address, an IPv6 address without brackets
 * @param port TCP port of the gRPC service for clients
 * @param clusterPort TCP port for the other nodes
 */
public record NodeAddress(String site, String host, int port, int clusterPort) {
    /** {@code host:port} of the client service, an IPv6 address in brackets. */
    public String endpoint() {
        return bracketed() + ":" + port;
    }

    /** {@code host:port} of the cluster's own traffic. */
    public String clusterEndpoint() {
        return bracketed() + ":" + clusterPort;
    }

    private String bracketed() {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }
}
