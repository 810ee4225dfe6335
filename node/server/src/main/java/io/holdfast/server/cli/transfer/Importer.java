package io.holdfast.server.cli.transfer;

import io.holdfast.client.HoldfastException;
import io.holdfast.client.Key;
import io.holdfast.client.Keyspace;
import io.holdfast.client.Write;
import io.holdfast.client.WriteResult;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Writes the records of a file into a keyspace: one thread reads, and a bounded number of writes is under way. Records
 * with the same key are written in the order of the file, so that the last one stays.
 */
final class Importer {
    private static final int MAX_WRITES = 2048;
    private static final int MAX_KIB = 32 << 10;

    private final Keyspace keyspace;
    private final RecordShape shape;
    private final Consumer<Row.Bad> complaints;
    private final boolean skipBad;
    private final AtomicLong written = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Semaphore writes = new Semaphore(MAX_WRITES);
    private final Semaphore kib = new Semaphore(MAX_KIB);
    private final Map<Key, CompletableFuture<WriteResult>> underWay = new ConcurrentHashMap<>();
    private long skipped;

    /**
     * @param skipBad leave bad records out, rather than stop at the first
     * @param complaints told of each bad record, also of the one that stops
     */
    Importer(Keyspace keyspace, RecordShape shape, boolean skipBad, Consumer<Row.Bad> complaints) {
        this.keyspace = keyspace;
        this.shape = shape;
        this.skipBad = skipBad;
        this.complaints = complaints;
    }

    /**
     * How it ended.
     *
     * @param complete the file was read to its end and all its good records are written
     */
    record Result(long written, long skipped, boolean complete) {}

    /** Records acknowledged so far; for any thread. */
    long written() {
        return written.get();
    }

    /**
     * Imports all there is. Returns when no write is under way any more.
     *
     * @throws HoldfastException if a write failed for good; what was written until then stays
     */
    Result run(RowSource source) throws IOException, InterruptedException {
        boolean complete;
        try {
            complete = readAll(source);
        } finally {
            // Each write ends at its deadline at the latest.
            writes.acquire(MAX_WRITES);
        }
        rethrow();
        return new Result(written.get(), skipped, complete);
    }

    private boolean readAll(RowSource source) throws IOException, InterruptedException {
        while (failure.get() == null) {
            Optional<Row> row = source.next();
            if (row.isEmpty()) {
                return true;
            }
            Optional<Row.Bad> bad = row.get() instanceof Row.Read read ? write(read) : row.map(Row.Bad.class::cast);
            if (bad.isPresent()) {
                complaints.accept(bad.get());
                skipped++;
                if (!skipBad || bad.get().last()) {
                    return false;
                }
            }
        }
        return false;
    }

    private Optional<Row.Bad> write(Row.Read row) throws InterruptedException {
        Write write;
        try {
            write = shape.toWrite(row.json());
        } catch (RecordShape.BadRecordException bad) {
            return Optional.of(new Row.Bad(row.line(), bad.getMessage(), false));
        }
        CompletableFuture<WriteResult> earlier = underWay.get(write.key());
        if (earlier != null) {
            try {
                earlier.join();
            } catch (CompletionException alreadyNoted) {
                return Optional.empty();
            }
        }
        int size = 1 + (write.key().toByteString().size() + ((Write.Put) write).value().length) / 1024;
        writes.acquire();
        kib.acquire(size);
        CompletableFuture<WriteResult> under = keyspace.writeAsync(write).toCompletableFuture();
        underWay.put(write.key(), under);
        under.whenComplete((result, error) -> {
            underWay.remove(write.key(), under);
            if (error == null) {
                written.incrementAndGet();
            } else {
                failure.compareAndSet(null, error);
            }
            kib.release(size);
            writes.release();
        });
        return Optional.empty();
    }

    private void rethrow() {
        Throwable error = failure.get();
        if (error instanceof CompletionException wrapped && wrapped.getCause() != null) {
            error = wrapped.getCause();
        }
        if (error instanceof RuntimeException known) {
            throw known;
        }
        if (error != null) {
            throw new IllegalStateException(error);
        }
    }
}
