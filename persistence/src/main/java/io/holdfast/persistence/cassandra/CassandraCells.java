package io.holdfast.persistence.cassandra;

import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import io.holdfast.persistence.cells.SharedCells;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Cells as rows that are changed by Cassandra's lightweight transactions, among the nodes of the site's data center alone. */
final class CassandraCells implements SharedCells {
    private static final String SELECT = "SELECT version, value FROM KS.cells WHERE name = ?";

    private final CassandraStorage storage;

    CassandraCells(CassandraStorage storage) {
        this.storage = storage;
    }

    /** A serial read: it finishes what a change that was interrupted has left open. */
    @Override
    public CompletionStage<Optional<Cell>> read(String name) {
        return storage.watched(
                storage.tables().readSerial(SELECT, name).thenApply(rows -> Optional.ofNullable(rows.one())
                        .map(CassandraCells::cell)));
    }

    @Override
    public CompletionStage<Optional<Cell>> glance(String name) {
        return storage.watched(storage.tables().first(SELECT, name).thenApply(row -> row.map(CassandraCells::cell)));
    }

    private static Cell cell(Row row) {
        return new Cell(row.getLong("version"), CassandraStorage.bytes(row.getByteBuffer("value")));
    }

    @Override
    public CompletionStage<Boolean> set(String name, long expectedVersion, byte[] value) {
        return storage.watched(storage.<AsyncResultSet>refusal()
                .orElseGet(() -> change(name, expectedVersion, ByteBuffer.wrap(value)))
                .thenApply(AsyncResultSet::wasApplied));
    }

    private CompletionStage<AsyncResultSet> change(String name, long expectedVersion, ByteBuffer value) {
        return expectedVersion == 0
                ? storage.tables()
                        .executeOnce(
                                "INSERT INTO KS.cells (name, version, value) VALUES (?, 1, ?) IF NOT EXISTS",
                                name,
                                value)
                : storage.tables()
                        .executeOnce(
                                "UPDATE KS.cells SET version = ?, value = ? WHERE name = ? IF version = ?",
                                expectedVersion + 1,
                                value,
                                name,
                                expectedVersion);
    }
}
