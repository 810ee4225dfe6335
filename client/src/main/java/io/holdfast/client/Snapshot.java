package io.holdfast.client;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * All keyspaces as they stood together at one timestamp. Reads only; never in conflict, and nothing to commit. Safe for use by many
 * threads, for as long as the keyspaces' history reaches back; then reads fail with {@link Reason#HISTORY_GONE}.
 *
 * <p>It holds every write that this client knew of by its version when it took the snapshot, and it is not older than the client's
 * snapshots before. What the client noticed only by a key that was not there any more, in a plain get or scan, may still be there.
 *
 * <p>It promises less than a transaction of reads: a write that <em>another</em> client finished just before may be missing, because the
 * clocks of sites differ. Example: Ada puts {@code x} and calls Bob. Bob's snapshot may show the time before; Bob's transaction never
 * does. If Bob first reads {@code x} himself, his next snapshot shows it, and everything that was committed before it.
 */
public final class Snapshot {
    private final Keyspace keyspace;
    private final long timestamp;
    private final SnapshotOptions how;

    Snapshot(Keyspace keyspace, long timestamp, SnapshotOptions how) {
        this.keyspace = keyspace;
        this.timestamp = timestamp;
        this.how = how;
    }

    /** At which it stands. */
    public long timestamp() {
        return timestamp;
    }

    /** The same snapshot of another keyspace. */
    public Snapshot on(Keyspace other) {
        return new Snapshot(other, timestamp, how);
    }

    /** The same snapshot of the keyspace of this name. */
    public Snapshot on(String other) {
        return on(keyspace.sibling(other));
    }

    private ReadOptions read() {
        return new ReadOptions(
                how.deadline(),
                Optional.of(how.maxStaleness()),
                ReadOptions.at(timestamp).at());
    }

    /** The value of a key; empty if there was no such key. */
    public Optional<Versioned> get(String key) {
        return get(Key.of(key));
    }

    /** The value of a key; empty if there was no such key. */
    public Optional<Versioned> get(Key key) {
        return keyspace.get(key, read());
    }

    /** The asynchronous twin of {@link #get(Key)}. */
    public CompletionStage<Optional<Versioned>> getAsync(Key key) {
        return keyspace.getAsync(key, read());
    }

    /** The values of those of the keys that existed, asked for all at once. */
    public Map<Key, Versioned> getAll(Collection<Key> keys) {
        return keyspace.join(() -> getAllAsync(keys));
    }

    /** The asynchronous twin of {@link #getAll}. */
    public CompletionStage<Map<Key, Versioned>> getAllAsync(Collection<Key> keys) {
        var answers = new HashMap<Key, CompletableFuture<Optional<Versioned>>>();
        keys.forEach(key -> answers.put(key, getAsync(key).toCompletableFuture()));
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    var found = new HashMap<Key, Versioned>();
                    answers.forEach((key, answer) -> answer.join().ifPresent(value -> found.put(key, value)));
                    return found;
                });
    }

    /**
     * The keys that started with a prefix, as {@link Keyspace#scan(String, ScanOptions)} gives them, all of one moment.
     *
     * @param scan its deadline for each next part goes before the snapshot's; its staleness and timestamp are not looked at
     */
    public ScanCursor scan(String prefix, ScanOptions scan) {
        ReadOptions read = read();
        return keyspace.scan(
                prefix,
                scan.withRead(scan.read().deadline().map(read::withDeadline).orElse(read)));
    }
}
