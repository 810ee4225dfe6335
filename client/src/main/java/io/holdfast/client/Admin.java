package io.holdfast.client;

import io.holdfast.client.internal.AdminCalls;
import io.holdfast.client.internal.Engine;
import io.holdfast.v1.CreateKeyspaceRequest;
import io.holdfast.v1.GetRoutesRequest;
import io.holdfast.v1.GetStatusRequest;
import io.holdfast.v1.ListKeyspacesRequest;
import io.holdfast.v1.Routes;
import io.holdfast.v1.Status;
import io.holdfast.v1.TransferLeaderRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What an operator asks of a cluster. Every method has a blocking form and an asynchronous twin; both retry at other
 * nodes until the client's default deadline, and fail with {@link HoldfastException}.
 */
public final class Admin {
    private final Engine engine;
    private final AdminCalls calls;

    Admin(Engine engine, ClientOptions options) {
        this.engine = engine;
        this.calls = new AdminCalls(engine, options.deadline());
    }

    /**
     * Creates a keyspace. Fails with {@link Reason#KEYSPACE_EXISTS} if there is one of that name; after a time-out, list
     * the keyspaces to see what became of it. If an attempt broke off and the next finds a keyspace with just these
     * settings, that counts as created.
     */
    public KeyspaceInfo createKeyspace(String name, KeyspaceSettings settings) {
        return engine.join(() -> createKeyspaceAsync(name, settings));
    }

    /** The asynchronous twin of {@link #createKeyspace}. */
    public CompletionStage<KeyspaceInfo> createKeyspaceAsync(String name, KeyspaceSettings settings) {
        CreateKeyspaceRequest.Builder request =
                CreateKeyspaceRequest.newBuilder().setName(Limits.checkKeyspaceName(name));
        settings.partitions().ifPresent(request::setPartitions);
        settings.tolerates().ifPresent(request::setTolerates);
        settings.history().ifPresent(window -> request.setHistoryMillis(window.toMillis()));
        return calls.createKeyspace(request.build()).thenApply(KeyspaceInfo::fromWire);
    }

    /** All keyspaces. */
    public List<KeyspaceInfo> listKeyspaces() {
        return engine.join(this::listKeyspacesAsync);
    }

    /** The asynchronous twin of {@link #listKeyspaces}. */
    public CompletionStage<List<KeyspaceInfo>> listKeyspacesAsync() {
        return calls.listKeyspaces(ListKeyspacesRequest.getDefaultInstance())
                .thenApply(answer -> answer.getKeyspacesList().stream()
                        .map(KeyspaceInfo::fromWire)
                        .toList());
    }

    /** The cluster as the nearest node sees it, with that node's incidents. */
    public Status status() {
        return engine.join(() -> statusAsync(Optional.empty()));
    }

    /** The cluster as a node of one site sees it; fails with {@link Reason#TIMED_OUT} if none of its nodes answers. */
    public Status status(String site) {
        return engine.join(() -> statusAsync(Optional.of(site)));
    }

    /** The asynchronous twin of {@link #status()}, or with a site of {@link #status(String)}. */
    public CompletionStage<Status> statusAsync(Optional<String> site) {
        return calls.status(GetStatusRequest.getDefaultInstance(), site);
    }

    /** Sites with their endpoints, and each partition's leader, as the nearest node knows them. */
    public Routes routes() {
        return engine.join(this::routesAsync);
    }

    /** The asynchronous twin of {@link #routes}. */
    public CompletionStage<Routes> routesAsync() {
        return calls.routes(GetRoutesRequest.getDefaultInstance());
    }

    /**
     * Asks a partition's leader to hand over. If no answer comes, that is repeated only where {@code toSite} names the heir; else the
     * leader could move twice: look at the status then, and try again.
     *
     * @param toSite the heir; empty: the best other site
     * @return the site that leads now
     */
    public String transferLeader(String keyspace, int partition, Optional<String> toSite) {
        return engine.join(() -> transferLeaderAsync(keyspace, partition, toSite));
    }

    /** The asynchronous twin of {@link #transferLeader}. */
    public CompletionStage<String> transferLeaderAsync(String keyspace, int partition, Optional<String> toSite) {
        if (partition < 0) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST, "The partition " + partition + " is negative: they are numbered from 0.");
        }
        return calls.transferLeader(TransferLeaderRequest.newBuilder()
                        .setKeyspace(Limits.checkKeyspaceName(keyspace))
                        .setPartition(partition)
                        .setToSite(toSite.orElse(""))
                        .build())
                .thenApply(answer -> answer.getLeaderSite());
    }
}
