package io.holdfast.persistence.cassandra;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.metadata.Node;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** What errors of the driver, and of futures around it, say to people. */
public final class CassandraErrors {
    private CassandraErrors() {}

    /** The error itself, without the wrappings of futures. */
    static Throwable plain(Throwable failure) {
        Throwable plain = failure;
        while ((plain instanceof CompletionException || plain instanceof ExecutionException)
                && plain.getCause() != null) {
            plain = plain.getCause();
        }
        return plain;
    }

    static String describe(String place, Throwable failure) {
        return place + " does not do what it was asked: " + reason(failure)
                + ". Look at Cassandra's log; the node goes on by itself when Cassandra does";
    }

    /** In one line: of a failure at all nodes, what each said last. */
    public static String reason(Throwable failure) {
        if (plain(failure) instanceof AllNodesFailedException all
                && !all.getAllErrors().isEmpty()) {
            return all.getAllErrors().entrySet().stream()
                    .map(node -> address(node.getKey()) + ": "
                            + brief(node.getValue().get(node.getValue().size() - 1)))
                    .collect(Collectors.joining("; "));
        }
        return brief(failure);
    }

    /** Without the remark that the name has not been resolved, which is the driver's business. */
    private static String address(Node node) {
        return node.getEndPoint().toString().replace("/<unresolved>", "");
    }

    private static String brief(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof ClosedChannelException) {
            return "it takes no connection, or closes it at once";
        }
        if (root instanceof TimeoutException) {
            return "no answer in time";
        }
        String message = root.getMessage() == null
                ? ""
                : root.getMessage().lines().findFirst().orElse("");
        return message.isBlank() ? root.getClass().getSimpleName() : message;
    }
}
