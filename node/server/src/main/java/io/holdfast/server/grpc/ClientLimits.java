package io.holdfast.server.grpc;

import java.time.Duration;

/**
 * What a node allows its clients.
 *
 * @param connections of clients at a time; more are closed at once
 * @param requestBytes that requests under way may take of the heap, all of them together
 * @param answerBytes that answers may take that their clients have not read yet
 * @param scanPatience a scan of which nothing was read for so long loses its place to another one
 */
public record ClientLimits(int connections, long requestBytes, long answerBytes, Duration scanPatience) {
    /** The journal, the log and the messages to other sites each hold a request once more. */
    private static final int REQUEST_PART = 32;

    private static final int ANSWER_PART = 8;
    /** A client that goes on later begins anew behind what it has read, so this costs it a round trip. */
    private static final Duration SCAN_PATIENCE = Duration.ofSeconds(60);

    /** @param heapBytes of this node */
    public static ClientLimits ofHeap(long heapBytes, int connections) {
        return new ClientLimits(connections, heapBytes / REQUEST_PART, heapBytes / ANSWER_PART, SCAN_PATIENCE);
    }
}
