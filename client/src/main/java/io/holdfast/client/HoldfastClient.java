package io.holdfast.client;

import io.holdfast.client.internal.Endpoint;
import io.holdfast.client.internal.Engine;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/**
 * A client of a Holdfast cluster. Safe for use by many threads; one for a whole process is enough, and best, because
 * requests of all threads travel together. It has one thread of its own.
 */
public final class HoldfastClient implements AutoCloseable {
    private final Engine engine;
    private final ClientOptions options;
    private final Admin admin;

    private HoldfastClient(Engine engine, ClientOptions options) {
        this.engine = engine;
        this.options = options;
        this.admin = new Admin(engine, options);
    }

    /** {@link #connect(String, ClientOptions)} with the defaults. */
    public static HoldfastClient connect(String endpoints) {
        return connect(endpoints, ClientOptions.DEFAULT);
    }

    /**
     * A client of the cluster that these nodes belong to. It connects in the background and finds the other nodes by
     * itself; requests wait for a connection until their deadlines. Name nodes of several sites, the nearest first.
     *
     * @param endpoints {@code host:port}, separated by commas; an IPv6 address in brackets
     * @throws InvalidRequestException if the endpoints cannot be read
     */
    public static HoldfastClient connect(String endpoints, ClientOptions options) {
        return new HoldfastClient(Engine.start(Endpoint.parseAll(endpoints), options), options);
    }

    /**
     * Waits until a node answers. Nothing needs this; it tells early, and by what is wrong with each endpoint, that
     * there is no cluster.
     *
     * @throws HoldfastException with {@link Reason#UNREACHABLE} if no node has answered within the time
     */
    public void awaitReady(Duration wait) {
        engine.awaitReady(Limits.checkDeadline(wait));
    }

    /**
     * The keys of a keyspace. Asks nobody: whether the keyspace exists shows at its first use.
     *
     * @throws InvalidRequestException if the name cannot be a keyspace's
     */
    public Keyspace keyspace(String name) {
        return new Keyspace(engine, options, engine.routesOf(Limits.checkKeyspaceName(name)));
    }

    /** Keyspaces, status, routes and leaders. */
    public Admin admin() {
        return admin;
    }

    /**
     * What became of a transaction whose commit had no answer, asked of the partition that decides it, from any site. If it is not
     * decided by now, the question itself aborts it. Outcomes are kept for as long as the client that ran the transaction goes on and has
     * not been told, but no longer than until 1,024 later writes of it have ended without an outcome, or until it has begun 65,536 later ones; and
     * for {@code transaction.outcome-retention} of the servers (1 hour by default) after its last sign of life. After that the answer is
     * {@link TransactionOutcome.Forgotten}.
     */
    public TransactionOutcome outcome(TransactionId id) {
        return engine.join(() -> outcomeAsync(id));
    }

    /** The asynchronous twin of {@link #outcome}. */
    public CompletionStage<TransactionOutcome> outcomeAsync(TransactionId id) {
        return keyspace(id.keyspace()).outcomeAsync(id.write()).thenApply(outcome -> {
            if (outcome instanceof Outcome.Finished finished) {
                return new TransactionOutcome.Committed(finished.result().version());
            }
            return outcome instanceof Outcome.NotApplied
                    ? new TransactionOutcome.NotCommitted()
                    : new TransactionOutcome.Forgotten();
        });
    }

    /** The 64 random bits by which the cluster knows this client's writes. */
    public long clientId() {
        return engine.clientId();
    }

    /**
     * Ends every operation that is under way with {@link Reason#CLIENT_CLOSED}, and the connections. Wait for your
     * operations first if you want their outcomes. May be called more than once.
     */
    @Override
    public void close() {
        engine.close();
    }
}
