package io.holdfast.client.internal;

import io.holdfast.client.InvalidRequestException;
import io.holdfast.client.Reason;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/** Where a node listens. An IPv6 address keeps its brackets. */
public record Endpoint(String host, int port) {
    /** Reads {@code host:port,host:port}. */
    public static List<Endpoint> parseAll(String endpoints) {
        LinkedHashSet<Endpoint> parsed = new LinkedHashSet<>();
        for (String one : endpoints.split(",", -1)) {
            parsed.add(parse(one.strip()));
        }
        return new ArrayList<>(parsed);
    }

    static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        int port = isHost(host) ? port(text.substring(colon + 1)) : -1;
        if (port < 1) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST,
                    "'" + text + "' is no endpoint: give host:port, several separated by commas, such as "
                            + "a.example:7400,b.example:7400; an IPv6 address in brackets, a name without \"_\".");
        }
        return new Endpoint(host, port);
    }

    /** gRPC reads endpoints as URIs, in which fewer names are hosts than a name service may know. */
    private static boolean isHost(String text) {
        try {
            return text.matches("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%]+]")
                    && new URI("holdfast://" + text + ":1").getHost() != null;
        } catch (URISyntaxException e) {
            // Such as an IPv6 address that is none: the caller tells what was expected.
            return false;
        }
    }

    private static int port(String digits) {
        if (!digits.matches("[0-9]{1,5}")) {
            return -1;
        }
        int port = Integer.parseInt(digits);
        return port <= 65535 ? port : -1;
    }

    /**
     * As gRPC wants it: with its scheme, because a host may be called as one is, and a path, in which neither brackets nor the sign before an interface
     * may stand.
     */
    String target() {
        return "dns:///" + toString().replace("%", "%25").replace("[", "%5B").replace("]", "%5D");
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
