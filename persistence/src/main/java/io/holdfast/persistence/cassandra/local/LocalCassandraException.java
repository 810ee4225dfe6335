package io.holdfast.persistence.cassandra.local;

/** A Cassandra on this machine cannot be had. The message says why and what to do. */
public final class LocalCassandraException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LocalCassandraException(String message) {
        super(message);
    }

    LocalCassandraException(String message, Throwable cause) {
        super(message, cause);
    }
}
