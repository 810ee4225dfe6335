package io.holdfast.server.cli;

import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.Limits;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of every command that talks to a cluster. */
public final class Connection {
    /** The nodes that {@code holdfast up} starts. */
    public static final String DEFAULT_ENDPOINTS = "127.0.0.1:7400,127.0.0.1:7410,127.0.0.1:7420";

    private static final long MAX_TIMEOUT_SECONDS = Limits.MAX_DEADLINE.toSeconds();
    private static final Duration MAX_FIRST_CONTACT = Duration.ofSeconds(5);

    @Option(
            names = "--endpoints",
            paramLabel = "HOST:PORT,...",
            description = "Nodes of the cluster, the nearest first. Default: HOLDFAST_ENDPOINTS, else the nodes of "
                    + "'holdfast up': " + DEFAULT_ENDPOINTS + ".")
    private Optional<String> endpoints = Optional.empty();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long to try before giving up. Default: ${DEFAULT-VALUE}.")
    private double timeoutSeconds = 10;

    /** A client that has found a node; fails when none answers within 5 s or the time-out, if that is shorter. */
    public HoldfastClient connect(Terminal terminal) {
        return connect(terminal, ClientOptions.DEFAULT.withDeadline(timeout()));
    }

    /** As {@link #connect(Terminal)}, with options of the command's own. */
    public HoldfastClient connect(Terminal terminal, ClientOptions options) {
        HoldfastClient client = HoldfastClient.connect(endpoints(terminal), options);
        try {
            client.awaitReady(shortest(options.deadline(), timeout(), MAX_FIRST_CONTACT));
            return client;
        } catch (RuntimeException unreachable) {
            client.close();
            throw unreachable;
        }
    }

    private static Duration shortest(Duration... times) {
        return Collections.min(List.of(times));
    }

    /** The time to try, as the person gave it. */
    public Duration timeout() {
        // Not a number is in no range either.
        if (!(timeoutSeconds >= 0.001 && timeoutSeconds <= MAX_TIMEOUT_SECONDS)) {
            throw CommandFailure.usage(
                    "--timeout is " + plain(timeoutSeconds) + ": give seconds, 0.001 to " + MAX_TIMEOUT_SECONDS + ".");
        }
        return Duration.ofMillis(Math.round(timeoutSeconds * 1000));
    }

    /** As it was written, but for a zero behind the point. */
    private static String plain(double number) {
        return Double.toString(number).replaceFirst("\\.0$", "");
    }

    String endpoints(Terminal terminal) {
        if (endpoints.isPresent()) {
            if (endpoints.get().isBlank()) {
                // From a script whose variable is empty: the nodes of another cluster may listen at the default ports.
                throw CommandFailure.usage(
                        "--endpoints is empty: give HOST:PORT of at least one node, or leave it out.");
            }
            return endpoints.get();
        }
        String fromEnvironment = terminal.environment().getOrDefault("HOLDFAST_ENDPOINTS", "");
        return fromEnvironment.isBlank() ? DEFAULT_ENDPOINTS : fromEnvironment;
    }
}
