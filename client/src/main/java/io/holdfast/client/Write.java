package io.holdfast.client;

import java.util.Objects;

/** One write, as a value: for {@link Keyspace#write} and for batches. */
public sealed interface Write {
    /** The key it writes. */
    Key key();

    /** What must hold. */
    Condition condition();

    /** The same write under another condition. */
    Write when(Condition condition);

    /**
     * Sets a key's value.
     *
     * @param value 0 to 1 MiB; not copied: do not change the array before the operation has completed
     */
    record Put(Key key, byte[] value, Condition condition) implements Write {
        public Put {
            Objects.requireNonNull(key, "key");
            Limits.checkValue(value);
            Objects.requireNonNull(condition, "condition");
        }

        @Override
        public Put when(Condition other) {
            return new Put(key, value, other);
        }
    }

    /** Removes a key. */
    record Delete(Key key, Condition condition) implements Write {
        public Delete {
            Objects.requireNonNull(key, "key");
            if (condition.kind() == Condition.Kind.ABSENT) {
                throw new InvalidRequestException(
                        Reason.INVALID_REQUEST, "A delete that wants the key to be absent has nothing to do.");
            }
        }

        @Override
        public Delete when(Condition other) {
            return new Delete(key, other);
        }
    }

    static Put put(Key key, byte[] value) {
        return new Put(key, value, Condition.ALWAYS);
    }

    static Put put(String key, byte[] value) {
        return put(Key.of(key), value);
    }

    static Delete delete(Key key) {
        return new Delete(key, Condition.ALWAYS);
    }

    static Delete delete(String key) {
        return delete(Key.of(key));
    }
}
