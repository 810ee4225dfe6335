package io.holdfast.persistence.cassandra;

import com.datastax.oss.driver.api.core.CqlSession;
import com.datastax.oss.driver.api.core.DefaultConsistencyLevel;
import com.datastax.oss.driver.api.core.cql.AsyncResultSet;
import com.datastax.oss.driver.api.core.cql.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Statements on the tables of a site's keyspace, prepared on first use; the driver keeps what it prepared. Reads and writes are at
 * LOCAL_QUORUM, conditional ones at LOCAL_SERIAL. Thread-safe, and nothing blocks.
 */
final class CassandraTables {
    private static final String PROFILE = "holdfast";

    private final CompletionStage<CqlSession> session;
    private final String keyspace;

    CassandraTables(CompletionStage<CqlSession> session, String keyspace) {
        // Not Scala's bridge itself, for what PluginFutures.asJava says of it.
        this.session = session.toCompletableFuture().copy();
        this.keyspace = keyspace;
    }

    String keyspace() {
        return keyspace;
    }

    /** @param cql with {@code KS.} before the name of a table */
    CompletionStage<AsyncResultSet> execute(String cql, Object... values) {
        return session.thenCompose(open -> open.prepareAsync(in(cql))
                .thenCompose(prepared -> open.executeAsync(
                        prepared.bind(values).setIdempotent(true).setExecutionProfileName(PROFILE))));
    }

    /** A write with a condition ({@code IF …}); it must not be sent twice. */
    CompletionStage<AsyncResultSet> executeOnce(String cql, Object... values) {
        return session.thenCompose(open -> open.prepareAsync(in(cql))
                .thenCompose(prepared -> open.executeAsync(prepared.bind(values).setIdempotent(false))));
    }

    /** Sees every conditional write that has succeeded. */
    CompletionStage<AsyncResultSet> readSerial(String cql, Object... values) {
        return session.thenCompose(open -> open.prepareAsync(in(cql))
                .thenCompose(prepared -> open.executeAsync(prepared.bind(values)
                        .setIdempotent(true)
                        .setConsistencyLevel(DefaultConsistencyLevel.LOCAL_SERIAL)
                        .setExecutionProfileName(PROFILE))));
    }

    CompletionStage<Optional<Row>> first(String cql, Object... values) {
        return execute(cql, values).thenApply(rows -> Optional.ofNullable(rows.one()));
    }

    /** For answers that are known to be small. */
    CompletionStage<List<Row>> all(String cql, Object... values) {
        return execute(cql, values).thenCompose(page -> collect(page, new ArrayList<>()));
    }

    private static CompletionStage<List<Row>> collect(AsyncResultSet page, List<Row> rows) {
        page.currentPage().forEach(rows::add);
        return page.hasMorePages()
                ? page.fetchNextPage().thenCompose(next -> collect(next, rows))
                : CompletableFuture.completedStage(rows);
    }

    private String in(String cql) {
        return cql.replace("KS.", keyspace + ".");
    }
}
