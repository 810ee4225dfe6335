package io.holdfast.persistence;

/**
 * Storage could not do what was asked. The message says what happened, to which directory, and what to do next. Pekko
 * stops a persistent actor that meets it; starting the actor again is the retry, and safe.
 */
public class StorageException extends RuntimeException {

    public StorageException(String message) {
        super(message);
    }

    public StorageException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The data is there but wrong. Trying again does not help: the directory needs an operator. */
    public static class Corrupt extends StorageException {

        public Corrupt(String message) {
            super(message);
        }

        public Corrupt(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Events are there that were written behind one that is not: it was confirmed, or another writer has deleted it. */
    public static final class Hole extends Corrupt {

        public Hole(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** One event has been written twice, by two lives of its writer: nobody can know which is right. */
    public static final class TwoWriters extends Corrupt {

        public TwoWriters(String message) {
            super(message);
        }
    }
}
