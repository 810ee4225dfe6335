package io.holdfast.server.cli.check;

/**
 * What must not happen to a process of a load.
 *
 * @param anomaly its name
 * @param words for people
 */
public record Trouble(String anomaly, String words) {
    /** Thrown by a transaction that finds what cannot be. */
    static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String anomaly;

        Found(String anomaly, String words) {
            super(words);
            this.anomaly = anomaly;
        }
    }

    /** A process that has died tests nothing any more, so that what it would have found is not known. */
    static Trouble of(String process, Throwable end) {
        return end instanceof Found found
                ? new Trouble(found.anomaly, found.getMessage())
                : new Trouble("died", "Process " + process + " has died: " + end);
    }
}
