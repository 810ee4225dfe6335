package io.holdfast.persistence.cassandra;

/** A site's Cassandra cannot be used as it is. The message says why and what to do. */
public final class CassandraException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean mayHeal;

    private CassandraException(boolean mayHeal, String message, Throwable cause) {
        super(message, cause);
        this.mayHeal = mayHeal;
    }

    static CassandraException mayHeal(String message, Throwable cause) {
        return new CassandraException(true, message, cause);
    }

    static CassandraException mistake(String message) {
        return new CassandraException(false, message, null);
    }

    static CassandraException mistake(String message, Throwable cause) {
        return new CassandraException(false, message, cause);
    }

    /** Whether trying again later may help; otherwise somebody has to change something. */
    public boolean mayHeal() {
        return mayHeal;
    }
}
