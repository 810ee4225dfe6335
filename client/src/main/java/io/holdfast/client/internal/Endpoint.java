package io.holdfast.client.internal;

import io.holdfast.client.InvalidRequestException;
import io.holdfast.client.Reason;
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
        boolean hostOk = host.matches("[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%]+]");
        int port = hostOk ? port(text.substring(colon + 1)) : -1;
        if (port < 1) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST,
                    "'" + text + "' is no endpoint: give host:port, several separated by commas, such as "
                            + "a.example:7400,b.example:7400.");
        }
        return new Endpoint(host, port);
    }

    private static int port(String digits) {
        if (!digits.matches("[0-9]{1,5}")) {
            return -1;
        }
        int port = Integer.parseInt(digits);
        return port <= 65535 ? port : -1;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
