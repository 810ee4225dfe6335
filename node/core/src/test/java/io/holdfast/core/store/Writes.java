package io.holdfast.core.store;

import io.holdfast.core.Bytes;
import java.util.List;
import java.util.Optional;

/** Short names for the commands and questions of the store's tests. */
final class Writes {
    static final long CLIENT = 7;
    static final long NEVER = Long.MAX_VALUE;

    private Writes() {}

    static Bytes bytes(String text) {
        return Bytes.utf8(text);
    }

    static Command put(long sequence, String key, String value) {
        return put(sequence, key, value, Condition.NONE);
    }

    static Command put(long sequence, String key, String value, Condition condition) {
        return command(sequence, new Command.Put(bytes(key), bytes(value), condition));
    }

    static Command delete(long sequence, String key) {
        return delete(sequence, key, Condition.NONE);
    }

    static Command delete(long sequence, String key, Condition condition) {
        return command(sequence, new Command.Delete(bytes(key), condition));
    }

    static Command settle(long sequence, String key) {
        return command(sequence, new Command.Settle(bytes(key)));
    }

    static Command command(long sequence, Command.Operation operation) {
        return new Command(new WriteId(CLIENT, sequence), 0, NEVER, operation);
    }

    /** A store with the log's bookkeeping: each call is the next entry. */
    static final class Log {
        final PartitionStore store;
        long index;

        Log(PartitionStore store) {
            this.store = store;
            this.index = store.appliedIndex();
        }

        Log(long historyMillis, long retentionMillis) {
            this(new PartitionStore(new PartitionStore.Limits(historyMillis, retentionMillis)));
        }

        List<Outcome> apply(long timestamp, Command... commands) {
            return store.apply(++index, timestamp, List.of(commands));
        }

        Outcome one(long timestamp, Command command) {
            return apply(timestamp, command).get(0);
        }

        /** As the newest version of the key has it. */
        Optional<String> get(String key) {
            return ((Query.Value) store.answer(new Query.Get(bytes(key))))
                    .value()
                    .map(Bytes::toUtf8);
        }

        Optional<String> getAt(String key, long timestamp) {
            return versions(key).stream()
                    .filter(version -> version.timestamp() <= timestamp)
                    .findFirst()
                    .flatMap(Version::value)
                    .map(Bytes::toUtf8);
        }

        /** All that are kept, newest first. */
        List<Version> versions(String key) {
            return store.image().versions().find(bytes(key)).map(Version::chain).orElse(List.of());
        }
    }
}
